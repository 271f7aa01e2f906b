import { type EnvWord, parseEnvFile } from "../capability/env.ts";
import { readText } from "./text-file.ts";

/** The variables of these files, in order. */
export function readEnvFiles(files: readonly string[]): EnvWord[] {
	return files.flatMap((file) => parseEnvFile(readText(file, "the file of variables"), file));
}

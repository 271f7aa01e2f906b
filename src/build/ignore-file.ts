import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import type { Take } from "./context.ts";
import { parseIgnore } from "./docker-ignore.ts";

/** The rules of the file beside the Dockerfile that bears its name, else of the folder's .dockerignore. */
export function parseIgnoreOf(folder: string, dockerfile: string): Take {
	const text = readOptional(`${dockerfile}.dockerignore`) ?? readOptional(join(folder, ".dockerignore"));
	return text === undefined ? () => "in" : parseIgnore(text);
}

function readOptional(path: string): string | undefined {
	try {
		return readFileSync(path, "utf8");
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		if (code === "ENOENT") return undefined;
		// what it keeps out must not get in because it cannot be read
		throw new Fault("FILE_UNREADABLE", `cannot read '${path}'`, { note: `the system says ${code}`, cause });
	}
}

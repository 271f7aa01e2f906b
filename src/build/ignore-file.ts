import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Take } from "./context.ts";
import { parseIgnore } from "./docker-ignore.ts";
import { demandText } from "./small-text.ts";

/**
 * The rules of the file beside the Dockerfile that bears its name, else of the folder's .dockerignore.
 *
 * @throws Fault FILE_UNREADABLE: what it keeps out must not get in because it cannot be read
 */
export function parseIgnoreOf(folder: string, dockerfile: string): Take {
	const path = [`${dockerfile}.dockerignore`, join(folder, ".dockerignore")].find((one) => existsSync(one));
	return path === undefined ? () => "in" : parseIgnore(demandText(path));
}

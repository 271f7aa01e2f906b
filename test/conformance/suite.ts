import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

import type { Operation } from "./conversation.ts";
import type { ServerSpec } from "./endpoints.ts";

/** One program of the suite and what its run must come to. */
export interface Conformance {
	/** `rust/path_open_missing`: language and name, the same in all layouts of the suite. */
	readonly name: string;
	readonly wasm: string;
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	/** Directories to grant: the host's, copied first, and the name the guest knows it by. */
	readonly directories: readonly { readonly host: string; readonly guest: string }[];
	readonly stdin: string | undefined;
	readonly exitCode: number;
	/** Undefined: not looked at. */
	readonly stdout: string | undefined;
	readonly stderr: string | undefined;
	/** Of WASI 0.3: it is talked to while it runs. Undefined: it runs by itself, as the fields above say. */
	readonly talk: Talk | undefined;
}

export interface Talk {
	readonly operations: readonly Operation[];
	/** Answers requests, rather than being run. */
	readonly isService: boolean;
	/** It opens sockets of its own. */
	readonly usesSockets: boolean;
	/** Whom it asks. */
	readonly servers: readonly ServerSpec[];
}

/** A program that is not run, and why. */
export interface NotRun {
	readonly name: string;
	readonly reason: string;
}

/**
 * Reads a checkout of WebAssembly/wasi-testsuite with prebuilt programs (its branch
 * prod/testsuite-base), of preview1 and of 0.3. Both layouts are found: `tests/LANGUAGE/testsuite/*.wasm` and
 * `tests/LANGUAGE/testsuite/wasm32-wasip1/*.wasm`; both forms of the manifests too.
 */
export function readSuite(folder: string): { tests: Conformance[]; notRun: NotRun[] } {
	const tests: Conformance[] = [];
	const notRun: NotRun[] = [];
	for (const wasm of programsIn(folder)) {
		const name = nameOf(folder, wasm);
		const reason = reasonNotToRun(wasm);
		if (reason !== undefined) {
			notRun.push({ name, reason });
			continue;
		}
		const read = readTest(name, wasm);
		if ("reason" in read) notRun.push(read);
		else tests.push(read);
	}
	return { tests, notRun };
}

function programsIn(folder: string): string[] {
	const top = existsSync(join(folder, "tests")) ? join(folder, "tests") : folder;
	return readdirSync(top, { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".wasm"))
		.map((path) => join(top, path))
		.sort();
}

function nameOf(folder: string, wasm: string): string {
	const parts = relative(folder, dirname(wasm)).split("/");
	const language = parts.filter((part) => !["tests", "testsuite", "wasm32-wasip1"].includes(part)).join("/");
	return join(language, basename(wasm, ".wasm"));
}

function reasonNotToRun(wasm: string): string | undefined {
	if (wasm.includes("wasm32-wasip2")) return "of WASI 0.2, for which the suite has no tests yet";
	if (wasm.includes("/proposals/")) return "of a proposal beside preview1";
	return undefined;
}

/** The manifest's old form; the new one is a list of operations. */
interface Manifest {
	readonly args?: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	readonly root?: string;
	readonly dirs?: readonly string[];
	readonly stdin?: string;
	readonly exit_code?: number;
	readonly stdout?: string;
	readonly stderr?: string;
	readonly operations?: Operation[];
	readonly proposals?: string[];
	readonly world?: string;
	readonly servers?: ServerSpec[];
}

function readTest(name: string, wasm: string): Conformance | NotRun {
	const path = wasm.replace(/\.wasm$/, ".json");
	const written = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Manifest) : {};
	const isOf3 = wasm.includes("wasm32-wasip3");
	const manifest = written.operations === undefined || isOf3 ? written : flatten(written.operations);
	if (manifest === undefined) return { name, reason: "its operations need a network" };
	const folder = dirname(wasm);
	return {
		name,
		wasm,
		args: manifest.args ?? [],
		env: manifest.env ?? {},
		directories: [
			...(manifest.root === undefined ? [] : [{ host: join(folder, manifest.root), guest: "/" }]),
			...(manifest.dirs ?? []).map((dir) => ({ host: join(folder, dir), guest: dir })),
		],
		stdin: manifest.stdin,
		exitCode: manifest.exit_code ?? 0,
		stdout: manifest.stdout,
		stderr: manifest.stderr,
		talk: isOf3 ? talkOf(written) : undefined,
	};
}

function talkOf({ operations, proposals = [], world, servers = [] }: Manifest): Talk {
	return {
		operations: operations ?? [{ type: "run" }, { type: "wait" }],
		isService: world === "wasi:http/service",
		usesSockets: proposals.includes("sockets"),
		servers,
	};
}

/** The operations as a manifest of the old form, or undefined where that cannot say them. */
function flatten(operations: readonly Operation[]): Manifest | undefined {
	const parts = operations.map(partOf);
	if (parts.includes(undefined)) return undefined;
	return Object.assign({}, ...parts) as Manifest;
}

function partOf(operation: Operation): Manifest | undefined {
	const { type, args, env, root, exit_code, id = "stdout", payload = "" } = operation;
	if (type === "run") return defined({ args, env, root });
	if (type === "wait") return defined({ exit_code });
	if (type === "write") return { stdin: payload };
	if (type === "read") return { [id]: payload };
	return undefined;
}

function defined(fields: Readonly<Record<string, unknown>>): Manifest {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Fault } from "../base/fault.ts";
import { nearMisses } from "../base/near.ts";
import { shellWord } from "../base/shell.ts";
import { describeInput } from "../wasm/input.ts";
import { HEADROOM_BYTES } from "../wasm/rewrite.ts";

/** V8's own limit for a module. */
export const PROGRAM_BYTES_MAX = 2 ** 30;
const STANDARD_INPUT = 0;
const CHUNK_BYTES = 1 << 20;

/**
 * The bytes of the program to run, assembled first where they are text.
 *
 * @throws Fault FILE_NOT_FOUND, FILE_IS_DIRECTORY, FILE_UNREADABLE, MODULE_TOO_LARGE, WAT_INVALID
 */
export function readProgram(file: string): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>> {
	const bytes = file === "-" ? readAll(STANDARD_INPUT, file) : readFile(file);
	return isText(bytes, file) ? assemble(bytes, file) : bytes;
}

/** The wasm magic decides at a glance; only what lacks it is looked at more closely. */
function isText(bytes: Uint8Array, file: string): boolean {
	if (bytes[0] === 0) return false;
	return describeInput(bytes).form === "wat" || (file.endsWith(".wat") && bytes.length > 0);
}

function readFile(file: string): Uint8Array<ArrayBuffer> {
	const descriptor = openProgram(file);
	try {
		const stat = fstatSync(descriptor);
		if (stat.isDirectory()) throw isDirectory(file);
		if (!stat.isFile()) return readAll(descriptor, file);
		if (stat.size > PROGRAM_BYTES_MAX) throw tooLarge(file);
		return readSized(descriptor, stat.size, file);
	} finally {
		closeSync(descriptor);
	}
}

function openProgram(file: string): number {
	try {
		return openSync(file, "r");
	} catch (cause) {
		const code = (cause as NodeJS.ErrnoException).code;
		if (code === "ENOENT" || code === "ENOTDIR") throw notFound(file, cause);
		if (code === "EISDIR") throw isDirectory(file);
		throw new Fault("FILE_UNREADABLE", `cannot read '${file}'`, {
			note: code === "EACCES" ? "you may not read it" : `the system says: ${(cause as Error).message}`,
			help: `ls -l ${file}    to see who may`,
			cause,
		});
	}
}

/**
 * A file that grows meanwhile is read to the size it had; one that shrinks, to its new end. There is room
 * before the bytes for what a rewrite adds.
 */
function readSized(descriptor: number, size: number, file: string): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(new ArrayBuffer(HEADROOM_BYTES + size), HEADROOM_BYTES);
	let filled = 0;
	while (filled < size) {
		const count = read(descriptor, bytes.subarray(filled), file);
		if (count === 0) return bytes.slice(0, filled);
		filled += count;
	}
	return bytes;
}

/** A pipe or a terminal: as much as comes, up to the limit. */
function readAll(descriptor: number, file: string): Uint8Array<ArrayBuffer> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	for (;;) {
		const chunk = new Uint8Array(CHUNK_BYTES);
		const count = read(descriptor, chunk, file);
		if (count === 0) break;
		chunks.push(chunk.subarray(0, count));
		size += count;
		if (size > PROGRAM_BYTES_MAX) throw tooLarge(file);
	}
	const bytes = new Uint8Array(size);
	let at = 0;
	for (const chunk of chunks) {
		bytes.set(chunk, at);
		at += chunk.length;
	}
	return bytes;
}

function read(descriptor: number, into: Uint8Array, file: string): number {
	try {
		return readSync(descriptor, into);
	} catch (cause) {
		throw new Fault("FILE_UNREADABLE", `cannot read '${file}'`, {
			note: `the system says: ${(cause as Error).message}`,
			help: `ls -l ${file}    to see who may`,
			cause,
		});
	}
}

/** Assembles the text format: of modules with wabt, of components with what transpiles them. Both are loaded only here. */
async function assemble(text: Uint8Array, file: string): Promise<Uint8Array<ArrayBuffer>> {
	const input = describeInput(text);
	if (input.form === "wat" && input.of === "component") {
		const { assembleComponent } = await import("./component/transpiler.ts");
		return assembleComponent(new TextDecoder().decode(text), file);
	}
	const { default: loadWabt } = await import("wabt");
	const wabt = await loadWabt();
	try {
		// a copy, because wabt reads all of the buffer behind a view
		const parsed = wabt.parseWat(`${file}\0`, text.slice(), WAT_FEATURES);
		try {
			parsed.resolveNames();
			return new Uint8Array(parsed.toBinary({ write_debug_names: true }).buffer);
		} finally {
			parsed.destroy();
		}
	} catch (cause) {
		throw new Fault("WAT_INVALID", `cannot assemble '${file}'`, {
			note: (cause as Error).message.trim().split("\n").slice(0, 8),
			help: "the text format is described at https://webassembly.github.io/spec/core/text/",
			cause,
		});
	}
}

const WAT_FEATURES = {
	annotations: true,
	bulk_memory: true,
	exceptions: true,
	extended_const: true,
	function_references: true,
	memory64: true,
	multi_memory: true,
	multi_value: true,
	mutable_globals: true,
	reference_types: true,
	relaxed_simd: true,
	sat_float_to_int: true,
	sign_extension: true,
	simd: true,
	tail_call: true,
	threads: true,
};

/** Where there is no such file. The help is a program beside it of a like name. */
export function notFound(file: string, cause?: unknown): Fault {
	return new Fault("FILE_NOT_FOUND", `cannot find '${file}'`, {
		note: "there is no such file",
		help: likeProgram(file) === undefined ? `ls ${dirname(file)}` : `wherry run ${likeProgram(file)}`,
		cause,
	});
}

/** A program in the folder of `file` whose name is like its own, whatever their endings. */
export function likeProgram(file: string): string | undefined {
	const folder = dirname(file);
	const name = basename(file);
	// a link to nowhere is listed, and is no help
	const programs = programsIn(folder).filter((one) => one !== name);
	const [nearStem] = nearMisses(stemOf(name), programs.map(stemOf));
	const near = programs.find((one) => stemOf(one) === nearStem);
	return near === undefined ? undefined : join(folder, near);
}

/** A name without its ending, which all programs have alike. */
function stemOf(name: string): string {
	return name.replace(/\.[^.]*$/, "");
}

function programsIn(folder: string): string[] {
	try {
		return readdirSync(folder).filter((name) => /\.(wasm|wat)$/.test(name));
	} catch {
		return [];
	}
}

/** What is said of a folder that was to be run. */
export function isDirectory(file: string): Fault {
	return new Fault("FILE_IS_DIRECTORY", `cannot use '${file}' as a program: it is a directory`, {
		note: "a program is a file; most end in .wasm or .wat",
		help: `ls ${shellWord(file.replace(/(?<=.)\/$/, ""))}/*.wasm`,
	});
}

function tooLarge(file: string): Fault {
	return new Fault("MODULE_TOO_LARGE", `cannot run '${file}': it is larger than 1 GiB`, {
		note: "the engine compiles no larger module",
		help: "strip it: wasm-opt --strip-debug, or -s for clang and lld",
	});
}

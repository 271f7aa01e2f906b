import { Fault } from "../base/fault.ts";
import { readFunctionNames } from "../wasm/customs.ts";
import type { Module } from "../wasm/module.ts";
import { readModule } from "../wasm/read-module.ts";
import type { Guest } from "../wasi/guest.ts";
import { importObject } from "../wasi/p1/imports.ts";
import { GuestMemory } from "../wasi/p1/memory.ts";
import type { TraceSink } from "../wasi/p1/trace.ts";
import { ended } from "./ended.ts";
import { exampleCall, list, parseArguments } from "./invoke.ts";
import type { Outcome } from "./outcome.ts";
import type { Prepared } from "./prepare.ts";

export interface RunRequest {
	/** Call this export, with these words for arguments, instead of `_start`. */
	readonly invoke?: { readonly name: string; readonly words: readonly string[] } | undefined;
	readonly trace?: TraceSink | undefined;
	/**
	 * Called when nothing of the guest has run yet and all of the host is ready: raises the second
	 * wall. `memorySize` tells the size of the guest's memory from then on, in bytes.
	 */
	readonly beforeGuest?: ((memorySize: () => number) => void) | undefined;
}

/**
 * Runs a guest to its end on this thread. The order is that of the spec (instantiation, start
 * function) and of WASI's application ABI: `_initialize` of a reactor, then `_start` or the function
 * that was asked for.
 *
 * @throws Fault ENTRY_MISSING, INVOKE_INVALID, MODULE_INVALID; a trap is an outcome, not a throw
 */
export function runGuest(prepared: Prepared, guest: Guest, request: RunRequest): Outcome {
	const memory = new GuestMemory();
	const imports = importObject(prepared.link.wanted, { guest, memory }, request.trace);
	addTrapping(imports, prepared);
	const entry = planEntry(prepared, request);
	request.beforeGuest?.(() => memory.size_bytes);
	try {
		const { exports } = instantiate(prepared, imports);
		attachMemory(memory, prepared, exports);
		prepared.engage(exports);
		return { type: "returned", results: entry(exports) };
	} catch (cause) {
		return originally(ended(guest, cause), prepared);
	}
}

function instantiate(prepared: Prepared, imports: WebAssembly.Imports): WebAssembly.Instance {
	try {
		return new WebAssembly.Instance(prepared.module, imports);
	} catch (cause) {
		if (!(cause instanceof WebAssembly.LinkError)) throw cause;
		throw new Fault("MODULE_INVALID", "cannot link the module", { note: `V8 says: ${cause.message}`, cause });
	}
}

/** Tells a backtrace in the module's own functions and offsets, not in those of what was made of it. */
function originally(outcome: Outcome, { bytes, origins, codeMoved_bytes }: Prepared): Outcome {
	if (outcome.type !== "trap") return outcome;
	const wanted = outcome.frames.flatMap(({ functionIndex }) => origins.get(functionIndex) ?? []);
	const names = wanted.length === 0 ? NO_NAMES : readFunctionNames(bytes, readModule(bytes), new Set(wanted));
	const frames = outcome.frames.map((frame) => {
		const functionIndex = origins.get(frame.functionIndex) ?? frame.functionIndex;
		const name = names.get(functionIndex) ?? frame.name;
		const { offset } = frame;
		const moved = offset === undefined || codeMoved_bytes === undefined;
		return { name, functionIndex, offset: moved ? undefined : offset - codeMoved_bytes };
	});
	return { ...outcome, frames };
}

const NO_NAMES: ReadonlyMap<number, string> = new Map();

/** Preview1 finds the memory by its name; an export of that name which is no memory is none. */
function attachMemory(memory: GuestMemory, { source }: Prepared, exports: WebAssembly.Exports): void {
	if (source.exports.some(({ name, kind }) => name === "memory" && kind === "memory")) {
		memory.attach(exports["memory"] as WebAssembly.Memory);
	}
}

function addTrapping(imports: WebAssembly.Imports, { link }: Prepared): void {
	for (const { module, name } of link.trapping) {
		const functions = (imports[module] ??= Object.create(null) as Record<string, WebAssembly.ImportValue>);
		functions[name] ??= () => {
			throw new WebAssembly.RuntimeError(`call of the import '${module}' '${name}', which nobody provides`);
		};
	}
}

/** Decides what will be called, and complains about what cannot be, before the guest's code runs. */
function planEntry(
	prepared: Prepared,
	{ invoke }: RunRequest,
): (exports: WebAssembly.Exports) => readonly unknown[] {
	const { source, bytes, startExport } = prepared;
	const has = (wanted: string) =>
		source.exports.some(({ name, kind }) => name === wanted && kind === "function");
	const calls: { readonly name: string; readonly values: readonly (number | bigint)[] }[] = [];
	if (startExport !== undefined) calls.push({ name: startExport, values: [] });
	if (has("_initialize")) calls.push({ name: "_initialize", values: [] });
	if (invoke !== undefined) {
		const { file } = prepared;
		calls.push({ name: invoke.name, values: parseArguments(bytes, compiled(prepared), { ...invoke, file }) });
	} else if (has("_start")) calls.push({ name: "_start", values: [] });
	else if (calls.length === 0) throw noEntry(prepared);
	return (exports) => {
		let results: readonly unknown[] = [];
		for (const { name, values } of calls) demandParameters(exports, prepared, { name, values });
		for (const { name, values } of calls) results = callExport(exports, name, values);
		return invoke === undefined ? [] : results;
	};
}

/** WASI gives its entry points nothing: one that wants something is none. */
function demandParameters(
	exports: WebAssembly.Exports,
	prepared: Prepared,
	{ name, values }: { readonly name: string; readonly values: readonly unknown[] },
): void {
	const takes = (exports[name] as () => unknown).length;
	if (takes === values.length) return;
	throw new Fault("ENTRY_MISSING", `cannot run the module: its '${name}' takes ${takes} arguments`, {
		note: "the entry point of a program for WASI takes none",
		help: exampleCall(prepared.bytes, compiled(prepared), { name, file: prepared.file }),
	});
}

function callExport(
	exports: WebAssembly.Exports,
	name: string,
	values: readonly (number | bigint)[],
): readonly unknown[] {
	const result = (exports[name] as (...values: readonly (number | bigint)[]) => unknown)(...values);
	if (result === undefined) return [];
	return Array.isArray(result) ? result : [result];
}

/** What V8 was given, with the names that the program had for its exports. */
function compiled({ bytes, source }: Prepared): Module {
	return { ...readModule(bytes), exports: source.exports };
}

function noEntry(prepared: Prepared): Fault {
	const names = prepared.source.exports.filter(({ kind }) => kind === "function").map(({ name }) => name);
	return new Fault("ENTRY_MISSING", "cannot run the module: it exports neither '_start' nor '_initialize'", {
		note:
			names.length === 0 ? "it exports no functions at all" : `it is a library that exports ${list(names)}`,
		help:
			names[0] === undefined
				? "build it as a program: one with a main function, which the linker exports as '_start'"
				: exampleCall(prepared.bytes, compiled(prepared), { name: names[0], file: prepared.file }),
	});
}

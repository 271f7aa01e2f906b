import { Fault } from "../../base/fault.ts";
import { shellWord } from "../../base/shell.ts";
import type { Elaborated } from "../../component/elaborate.ts";
import { linkDirect } from "../../component/direct/link.ts";
import { MAY_WAIT } from "../../component/jco/options.ts";
import type { Mode } from "../../component/jco/transpiled.ts";
import type { CompiledCore, Linked } from "../../component/linked.ts";
import type { Module } from "../../wasm/module.ts";

/** By track: `wasi:io/poll@0.2#poll`. */
const WAITING: ReadonlySet<string> = new Set(MAY_WAIT.map((name) => name.replace("#", "@0.2#")));

export interface LinkOptions {
	/** Makes a core module, whose bytes are a view of the component's: where limits are rewritten in. */
	readonly compile: (bytes: Uint8Array<ArrayBuffer>, source?: Module) => CompiledCore;
	/** For our own linker, in the place of `compile`: cores that take a memory from a pool. */
	readonly compilePooled?: LinkOptions["compile"] | undefined;
	/** As errors name it. */
	readonly file: string;
	readonly mode: Mode;
}

/** The fault with what to type to see what the component asks for, where the host lacks a part of that. */
export function withWit(fault: Fault, file: string): Fault {
	if (fault.code !== "IMPORT_UNKNOWN") return fault;
	const help = `wherry wit ${shellWord(file)}    shows what it imports`;
	return new Fault(fault.code, fault.message, { note: fault.notes, help, cause: fault.cause });
}

/**
 * A component that can be instantiated: by our own linker, and what that does not do (async functions, streams) by jco's glue,
 * which is made where the cache does not have it.
 *
 * @throws Fault COMPONENT_INVALID, LIMIT_REACHED, and what `compile` throws
 */
export async function linkComponent(
	component: Uint8Array<ArrayBuffer>,
	elaborated: Elaborated,
	options: LinkOptions,
): Promise<Linked> {
	const compile = options.compilePooled ?? options.compile;
	const mayWait = options.mode === "jspi" ? (name: string) => WAITING.has(name) : undefined;
	const direct = linkDirect(elaborated, {
		// what it is given are views of the component's bytes
		compile: (bytes, source) => compile(bytes as Uint8Array<ArrayBuffer>, source),
		mayWait,
	});
	if (direct !== undefined) return direct;
	const { linkByJco } = await import("./link-jco.ts");
	return linkByJco(component, options);
}

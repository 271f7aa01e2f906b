import type { FunctionNames } from "../wasm/customs.ts";
import type { Module } from "../wasm/module.ts";

/**
 * What one pass over a core module found. Everything is bounded by the bytes of the module: flat arrays, by function, and
 * lists with a named limit. Function indices count imported functions first, as in the module; arrays "by entry" begin with the
 * first function that is defined here.
 */
export interface Scan {
	readonly bytes: Uint8Array;
	readonly module: Module;
	/** Where each body lies, its locals included, by entry: offsets from the file's first byte. */
	readonly bodyStart: Uint32Array;
	readonly bodyEnd: Uint32Array;
	/** Index of each function's type, by entry. */
	readonly typeOf: Uint32Array;
	/** Instructions of each body, by entry. */
	readonly instructions: Uint32Array;
	/** Direct callees of entry `e`, each once: `callees[calleesAt[e] ... calleesAt[e + 1]]`, as function indices. */
	readonly calleesAt: Uint32Array;
	readonly callees: Uint32Array;
	/** Type indices of the indirect calls of entry `e`, each once, in the same form. */
	readonly indirectAt: Uint32Array;
	readonly indirect: Uint32Array;
	/** Functions whose address is taken: in element segments, by ref.func, by globals. */
	readonly addressTaken: Uint32Array;
	/** How often each instruction occurs, by its mnemonic. */
	readonly histogram: ReadonlyMap<string, number>;
	/** Where the first instruction stands that is not known; the rest of its body was not seen. */
	readonly unknown: number | undefined;
	readonly data: readonly DataSegment[];
	readonly elements: readonly ElementSegment[];
	readonly globals: readonly GlobalFacts[];
	/** The start function, or undefined. */
	readonly start: number | undefined;
	/** Names of functions, from the name section, decoded when they are asked for. */
	readonly names: FunctionNames;
	readonly debug: DebugFacts;
}

export interface DataSegment {
	/** Where its contents lie in the file. */
	readonly start: number;
	readonly end: number;
	readonly memory: number;
	/** Where it goes, when that is a constant; undefined: passive, or computed. */
	readonly address: number | undefined;
	readonly mode: "active" | "passive";
}

export interface ElementSegment {
	readonly table: number;
	readonly mode: "active" | "passive" | "declared";
	/** So many functions. */
	readonly functions: number;
}

export interface GlobalFacts {
	readonly type: string;
	readonly mutable: boolean;
	/** Where it is a constant number. */
	readonly initial: number | bigint | undefined;
	readonly exported: readonly string[];
}

export interface DebugFacts {
	/** Names of the `.debug_*` sections. */
	readonly dwarf: readonly string[];
	/** From `sourceMappingURL` and `external_debug_info`. */
	readonly sourceMap: string | undefined;
	readonly external: string | undefined;
}

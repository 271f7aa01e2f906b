import type { FunctionNames } from "../wasm/customs.ts";
import type { CodeWalk } from "../wasm/kernel/walk-code.ts";
import type { Module } from "../wasm/module.ts";

/**
 * What one pass over a core module found. Everything is bounded by the bytes of the module: flat arrays, by function, and
 * lists with a named limit. Function indices count imported functions first, as in the module.
 */
export interface Scan extends CodeWalk {
	readonly bytes: Uint8Array;
	readonly module: Module;
	/** Index of each function's type, by entry. */
	readonly typeOf: Uint32Array;
	/** Functions whose address is taken: in element segments, by ref.func, by globals. */
	readonly addressTaken: Uint32Array;
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

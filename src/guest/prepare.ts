import type { Limits } from "../capability/limits.ts";
import type { Module } from "../wasm/module.ts";
import { readModule } from "../wasm/read-module.ts";
import { type Core, compileCore } from "./core.ts";
import type { Engine } from "./engine.ts";
import { type Link, linkImports } from "./link.ts";

/** A module that is ready to be instantiated, any number of times. */
export interface Prepared extends Core {
	/** What the module said of itself, before it was rewritten. */
	readonly source: Module;
	readonly link: Link;
	/** For messages: what was typed for it. */
	readonly file: string;
}

export interface PrepareOptions {
	/** For messages. */
	readonly file: string;
	readonly limits: Limits;
	readonly unknownImports: "refuse" | "trap";
	readonly engine: Engine;
	/** Whether the last run of this program, with the same words, was over soon. Asked for large ones only. */
	readonly wasShort?: () => boolean;
}

/**
 * Reads a module, checks its imports, caps what it may grow, and compiles it in the profile that
 * suits it. The start section becomes a function that is called once the memory is known.
 *
 * @param bytes may be overwritten, where their buffer has room before them
 * @throws Fault NOT_WASM, MODULE_INVALID, FEATURE_MISSING, IMPORT_*, MEMORY_LIMIT
 */
export function prepare(bytes: Uint8Array<ArrayBuffer>, options: PrepareOptions): Prepared {
	const source = readModule(bytes, options.file);
	const link = linkImports(source, options.unknownImports);
	return {
		...compileCore(bytes, source, { ...options, exportStart: true }),
		source,
		link,
		file: options.file,
	};
}

import { Fault } from "../base/fault.ts";
import type { Limits } from "../capability/limits.ts";
import type { Module } from "../wasm/module.ts";
import { readModule } from "../wasm/read-module.ts";
import { rewriteModule } from "../wasm/rewrite.ts";
import type { EngineFlags } from "./engine.ts";
import { type Link, linkImports } from "./link.ts";
import { applyProfile, chooseProfile, type Profile } from "./profile.ts";

/** A module that is ready to be instantiated, any number of times. */
export interface Prepared {
	readonly module: WebAssembly.Module;
	/** What the module said of itself, before it was rewritten. */
	readonly source: Module;
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly link: Link;
	/** Under which name the start section's function is exported now. */
	readonly startExport: string | undefined;
	readonly profile: Profile;
	/** Private exports of functions that the profile wants, by index. */
	readonly functionExports: ReadonlyMap<number, string>;
}

export interface PrepareOptions {
	/** For messages. */
	readonly file: string;
	readonly limits: Limits;
	readonly unknownImports: "refuse" | "trap";
	readonly engine: EngineFlags;
}

/**
 * Reads a module, checks its imports, caps what it may grow, and compiles it in the profile that
 * suits it. The start section becomes a function that is called once the memory is known.
 *
 * @throws Fault NOT_WASM, MODULE_INVALID, FEATURE_MISSING, IMPORT_*, MEMORY_LIMIT
 */
export function prepare(bytes: Uint8Array<ArrayBuffer>, options: PrepareOptions): Prepared {
	const source = readModule(bytes, options.file);
	const link = linkImports(source, options.unknownImports);
	const profile = chooseProfile(bytes, source);
	const rewritten = rewriteModule(bytes, source, {
		memory_bytes: options.limits.memory_bytes,
		table_elements: options.limits.table_elements,
		exportStart: true,
		exportFunctions: profile.exportFunctions,
	});
	applyProfile(profile, options.engine);
	return {
		module: compile(rewritten.bytes, options.file),
		source,
		bytes,
		link,
		startExport: rewritten.startExport,
		profile,
		functionExports: rewritten.functionExports,
	};
}

function compile(bytes: Uint8Array<ArrayBuffer>, file: string): WebAssembly.Module {
	try {
		return new WebAssembly.Module(bytes);
	} catch (cause) {
		throw compileFault(cause, file);
	}
}

function compileFault(cause: unknown, file: string): unknown {
	if (!(cause instanceof WebAssembly.CompileError)) return cause;
	const reason = cause.message.replace(/^WebAssembly\.\w+\(\): /, "");
	if (/enable with --|experimental/.test(reason)) {
		return new Fault(
			"FEATURE_MISSING",
			`cannot run '${file}': it needs a WebAssembly feature that V8 does not have on`,
			{
				note: `V8 says: ${reason}`,
				help: "build it without that feature (wherry explain FEATURE_MISSING lists what runs)",
				cause,
			},
		);
	}
	return new Fault("MODULE_INVALID", `cannot run '${file}': it is not a valid WebAssembly module`, {
		note: [`V8 says: ${reason}`, "the file is damaged or cut off, or a faulty toolchain made it"],
		help: "copy or build the file again",
		cause,
	});
}

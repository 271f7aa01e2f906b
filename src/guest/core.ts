import type { Limits } from "../capability/limits.ts";
import type { Module } from "../wasm/module.ts";
import { type Rewritten, rewriteModule } from "../wasm/rewrite.ts";
import { compileFault } from "../wasm/validity.ts";
import type { Engine } from "./engine.ts";
import { chooseProfile, engageProfile, PLAIN_PROFILE, type Profile } from "./profile.ts";

/** A core module that is compiled, to be instantiated any number of times. */
export interface Core {
	readonly module: WebAssembly.Module;
	/** As it was compiled. */
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** Under which name the start section's function is exported now. */
	readonly startExport: string | undefined;
	/** To be called with an instance's exports before anything of it is called: lets its profile take hold. */
	readonly engage: (exports: WebAssembly.Exports) => void;
	/** Which function of the module's the code of one that was put in comes from. */
	readonly origins: ReadonlyMap<number, number>;
	/** By how much the code moved when the module was rewritten; undefined where it was rearranged. */
	readonly codeMoved_bytes: number | undefined;
}

export interface CoreOptions {
	/** For messages. */
	readonly file: string;
	readonly limits: Pick<Limits, "memory_bytes" | "table_elements">;
	readonly engine: Engine;
	/** Take the start section out, for the host to call its function. */
	readonly exportStart: boolean;
	/** Compile it as V8 does by itself: what is optimised first or last in it is not worth looking for. */
	readonly plain?: boolean;
	/** Whether the last run of this program, with the same words, was over soon. Asked for large ones only. */
	readonly wasShort?: (() => boolean) | undefined;
}

/**
 * Caps what a module may grow, and compiles it in the profile that suits it. One that is invalid is compiled
 * once more as it was, so that what V8 says of it is about its own bytes.
 *
 * @param bytes may be overwritten, where their buffer has room before them
 * @throws Fault MODULE_INVALID, FEATURE_MISSING, MEMORY_LIMIT
 */
export function compileCore(bytes: Uint8Array<ArrayBuffer>, source: Module, options: CoreOptions): Core {
	const profile = options.plain === true ? PLAIN_PROFILE : chooseProfile(bytes, source, options.wasShort);
	if (profile.lean === true) options.engine.compileLean();
	const rewritten = rewrite(bytes, source, options, profile);
	try {
		return coreOf(rewritten, profile, bytes, options);
	} catch (fault) {
		if (profile.deferral === undefined) throw fault;
		return coreOf(rewrite(bytes, source, options, PLAIN_PROFILE), PLAIN_PROFILE, bytes, options);
	}
}

function coreOf(
	rewritten: Rewritten,
	profile: Profile,
	original: Uint8Array,
	{ file, engine }: CoreOptions,
): Core {
	const names = { functions: rewritten.functionExports, globals: rewritten.globalExports };
	return {
		module: compile(rewritten.bytes, file),
		bytes: rewritten.bytes,
		startExport: rewritten.startExport,
		engage: (exports) => engageProfile(profile, names, exports, engine),
		origins: profile.deferral?.origins ?? new Map(),
		// all that is put in or left out otherwise lies before the code
		codeMoved_bytes: profile.deferral === undefined ? rewritten.bytes.length - original.length : undefined,
	};
}

function rewrite(
	bytes: Uint8Array<ArrayBuffer>,
	source: Module,
	{ limits, exportStart }: CoreOptions,
	{ optimiseFirst, deferral }: Profile,
): Rewritten {
	return rewriteModule(bytes, source, {
		memory_bytes: limits.memory_bytes,
		table_elements: limits.table_elements,
		exportStart,
		exportFunctions: optimiseFirst,
		exportGlobals: deferral === undefined ? [] : [deferral.hookGlobal],
		patches: deferral?.patches,
		// all of it lies before the code then, so that a large module need not be copied; before a component's module
		// lies the rest of the component
		room: deferral === undefined && exportStart ? "before" : "new",
	});
}

function compile(bytes: Uint8Array<ArrayBuffer>, file: string): WebAssembly.Module {
	try {
		return new WebAssembly.Module(bytes);
	} catch (cause) {
		throw compileFault(cause, `run '${file}'`);
	}
}

import { longActivations } from "../wasm/long-activations.ts";
import { type Module, SectionId, sectionOf } from "../wasm/module.ts";
import type { Engine } from "./engine.ts";
import { type Deferral, deferLongBodies } from "./profile-defer.ts";
import { hookFunction } from "./profile-hook.ts";

/** How a module is compiled, so that neither a short run nor a long one pays for the other. */
export interface Profile {
	/** Functions to optimise before the guest begins, by index: they must be reachable from the host. */
	readonly optimiseFirst: readonly number[];
	/** Long functions to optimise later than V8 would. */
	readonly deferral: Deferral | undefined;
	/** For a run that is over soon: nothing is optimised, and functions are validated when they are first called. */
	readonly lean?: boolean;
}

/** Where a profile finds what it needs in an instance: the names of private exports, by index. */
export interface PrivateNames {
	readonly functions: ReadonlyMap<number, string>;
	readonly globals: ReadonlyMap<number, string>;
}

/**
 * A section of code up to this is walked for functions that a run never leaves: milliseconds. In more code, what a
 * start costs is the optimisation of long functions.
 */
export const SMALL_CODE_BYTES = 256 * 1024;
/** To optimise this much takes about 10 ms, which a program that ends at once has for nothing. */
const FIRST_BODY_BYTES = 16 * 1024;
const FIRST_BYTES = 16 * 1024;

/** V8 as it is. */
export const PLAIN_PROFILE: Profile = { optimiseFirst: [], deferral: undefined };
const LEAN_PROFILE: Profile = { ...PLAIN_PROFILE, lean: true };

/**
 * Chooses from the module alone, because what a run will do cannot be known.
 *
 * Small code: functions that are entered once and loop are optimised before the first instruction; V8, which never
 * replaces code that is running, would leave them in baseline code to the end. Much code: its long functions are
 * put off, and can go over to optimised code in mid-loop (`deferLongBodies`). Where the last run was short, and the very
 * same bytes were validated as a whole then, nothing is optimised at all.
 *
 * @param wasShort whether the last run of the same program, with the same words, was over soon; asked for much code only
 * @throws Fault MODULE_INVALID where the code section is cut off
 */
export function chooseProfile(
	bytes: Uint8Array,
	module: Module,
	wasShort: () => boolean = () => false,
): Profile {
	const code = sectionOf(module, SectionId.CODE);
	if (code === undefined) return PLAIN_PROFILE;
	if (code.end - code.contents <= SMALL_CODE_BYTES) {
		return { optimiseFirst: functionsToOptimise(bytes, module), deferral: undefined };
	}
	return wasShort() ? LEAN_PROFILE : { optimiseFirst: [], deferral: deferLongBodies(bytes, module) };
}

/** `loop` is one byte: where the code has none such, nothing loops, and the walk's half a millisecond is saved. */
function mayLoop(bytes: Uint8Array, module: Module): boolean {
	const code = sectionOf(module, SectionId.CODE);
	return code !== undefined && bytes.subarray(code.contents, code.end).includes(LOOP);
}

const LOOP = 0x03;

/** Those entered once at most: of what is entered twice, C's printf is the one that most programs have. */
function functionsToOptimise(bytes: Uint8Array, module: Module): number[] {
	if (!mayLoop(bytes, module)) return [];
	const found = longActivations(bytes, module, { code_bytes: SMALL_CODE_BYTES, activations: 1 });
	if (!found.known) return [];
	const { facts, spine } = found;
	let left_bytes = FIRST_BYTES;
	return spine.filter((index) => {
		const size_bytes = facts.bodySize_bytes[index - facts.importedFunctions] ?? Infinity;
		if (size_bytes > Math.min(FIRST_BODY_BYTES, left_bytes)) return false;
		left_bytes -= size_bytes;
		return true;
	});
}

/** Connects an instance to its profile. To be called once the instance is made, before anything of it is called. */
export function engageProfile(
	profile: Profile,
	names: PrivateNames,
	exports: WebAssembly.Exports,
	engine: Engine,
): void {
	const { optimiseFirst, deferral } = profile;
	const functions = optimiseFirst.map((index) => exports[names.functions.get(index) ?? ""]);
	// V8 ends the process over anything else
	engine.optimise(functions.filter((one) => typeof one === "function"));
	if (deferral === undefined) return;
	const hook = exports[names.globals.get(deferral.hookGlobal) ?? ""];
	if (hook instanceof WebAssembly.Global) hook.value = hookFunction((charge) => engine.capCharge(charge));
}

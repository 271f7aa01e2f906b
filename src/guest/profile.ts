import type { Module } from "../wasm/module.ts";
import type { EngineFlags } from "./engine.ts";

/** How a module is compiled. */
export interface Profile {
	/** Functions that have to be reachable from the host, to be optimised before they run. */
	readonly exportFunctions: readonly number[];
	readonly flags: readonly string[];
}

export function chooseProfile(_bytes: Uint8Array, _module: Module): Profile {
	return { exportFunctions: [], flags: [] };
}

export function applyProfile(profile: Profile, engine: EngineFlags): void {
	if (profile.flags.length > 0) engine.set(profile.flags);
}

export function warmUp(
	_profile: Profile,
	_names: ReadonlyMap<number, string>,
	_exports: WebAssembly.Exports,
): void {}

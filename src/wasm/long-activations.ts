import { CALLERS_KEPT, type CodeFacts, readCodeFacts } from "./code-facts.ts";
import type { Module } from "./module.ts";

/** What counts as rare, and as heavy. */
export interface SpineLimits {
	/** More code than this is not walked. */
	readonly code_bytes: number;
	/** A function that may be activated more often tiers up by itself. At least 1. */
	readonly activations: number;
}

export const SPINE_LIMITS: SpineLimits = { code_bytes: 4 * 1024 ** 2, activations: 4 };

export type LongActivations =
	/** The code is too large, absent, or holds something that is not known. */
	| { readonly known: false }
	| {
			readonly known: true;
			readonly facts: CodeFacts;
			/**
			 * Indices of the functions that are activated once or a few times and spend their time in loops of
			 * their own. V8 has no on-stack replacement for wasm: these would stay in its baseline code.
			 */
			readonly spine: readonly number[];
	  };

/**
 * Finds the functions that a run is likely to spend its time in without ever entering them again.
 *
 * First criterion: activated at most `limits.activations` times as far as the calls in the module tell, and
 * with loops in loops, or with an innermost loop that calls nothing.
 */
export function longActivations(
	bytes: Uint8Array,
	module: Module,
	limits: SpineLimits = SPINE_LIMITS,
): LongActivations {
	const facts = readCodeFacts(bytes, module, limits.code_bytes);
	if (facts === undefined) return { known: false };
	const activations = countActivations(module, facts);
	const spine: number[] = [];
	for (let entry = 0; entry < facts.definedFunctions; entry++) {
		const often = activations[entry]!;
		if (often >= 1 && often <= limits.activations && isHeavy(facts, entry))
			spine.push(facts.importedFunctions + entry);
	}
	return { known: true, facts, spine };
}

function isHeavy(facts: CodeFacts, entry: number): boolean {
	return facts.loopDepth[entry]! >= 2 || facts.leafLoops[entry]! >= 1;
}

/**
 * How often each function can be activated, an entry each as in the facts: 1 for what the host calls or what is
 * reached by one reference, the sum of the callers' for what is called from outside of loops, Infinity for what is
 * called from loops, in a circle, by more references or from more places than were kept; 0 for what nobody reaches.
 */
export function countActivations(module: Module, facts: CodeFacts): Float64Array {
	const counts = rootActivations(module, facts);
	const waiting = pendingSites(facts);
	const ready: number[] = [];
	const callees = calleesOf(facts);
	for (let entry = 0; entry < facts.definedFunctions; entry++) if (waiting[entry] === 0) ready.push(entry);
	for (let caller = ready.pop(); caller !== undefined; caller = ready.pop()) {
		for (const callee of callees(caller)) {
			counts[callee]! += counts[caller]!;
			waiting[callee]! -= 1;
			if (waiting[callee] === 0) ready.push(callee);
		}
	}
	// what still waits is called in a circle
	return counts.map((count, entry) => (waiting[entry] === 0 ? count : Infinity));
}

/** What is known without looking at callers. */
function rootActivations(module: Module, facts: CodeFacts): Float64Array {
	const counts = new Float64Array(facts.definedFunctions);
	const called = module.exports.filter(({ kind }) => kind === "function").map(({ index }) => index);
	const roots = new Set(module.start === undefined ? called : [...called, module.start]);
	for (const root of roots) {
		const entry = root - facts.importedFunctions;
		if (entry >= 0 && entry < counts.length) counts[entry] = 1;
	}
	for (let entry = 0; entry < counts.length; entry++) {
		const references = facts.addressTaken[entry]!;
		counts[entry]! += references > 1 ? Infinity : references;
		if (isOften(facts, entry)) counts[entry] = Infinity;
	}
	return counts;
}

function isOften(facts: CodeFacts, entry: number): boolean {
	return facts.callSitesInLoops[entry]! > 0 || facts.callSites[entry]! > CALLERS_KEPT;
}

/** How many call sites have to be counted before a function's own count is known. */
function pendingSites(facts: CodeFacts): Uint32Array {
	return facts.callSites.map((sites, entry) => (isOften(facts, entry) ? 0 : sites));
}

/** The kept call sites turned round: whom a function calls, as often as it does. */
function calleesOf(facts: CodeFacts): (caller: number) => Uint32Array {
	const { definedFunctions, callers } = facts;
	const starts = new Uint32Array(definedFunctions + 1);
	eachKeptSite(facts, (slot) => (starts[callers[slot]! + 1]! += 1));
	for (let entry = 0; entry < definedFunctions; entry++) starts[entry + 1]! += starts[entry]!;
	const callees = new Uint32Array(starts[definedFunctions]!);
	const next = starts.slice();
	eachKeptSite(facts, (slot) => {
		const caller = callers[slot]!;
		callees[next[caller]!] = Math.floor(slot / CALLERS_KEPT);
		next[caller]! += 1;
	});
	return (caller) => callees.subarray(starts[caller], starts[caller + 1]);
}

function eachKeptSite(facts: CodeFacts, see: (slot: number) => void): void {
	for (let entry = 0; entry < facts.definedFunctions; entry++) {
		if (isOften(facts, entry)) continue;
		const sites = facts.callSites[entry]!;
		for (let site = 0; site < sites; site++) see(entry * CALLERS_KEPT + site);
	}
}

import { Fault } from "../base/fault.ts";
import { Cursor } from "./cursor.ts";
import { type Module, SectionId, sectionOf } from "./module.ts";
import { readValueType } from "./read-types.ts";

/**
 * Where a body's first instruction stands: after its groups of locals, each a number and a type (core spec 5.5.13).
 *
 * @throws Fault MODULE_INVALID
 */
export function skipLocals(bytes: Uint8Array, start: number, end: number): number {
	const cursor = new Cursor(bytes, start, end);
	readLocals(cursor);
	return cursor.offset;
}

/** V8's own limit for one function (`kV8MaxWasmFunctionLocals`). */
const LOCALS_MAX = 50_000;
/** It sets up each local of each function when it validates, a nanosecond or so each. */
const LOCALS_IN_ALL_MAX = 1_000_000_000;

/**
 * Demands that an engine can validate the module in a time that fits its size: a function of eight bytes may have 50,000 locals, and a
 * module a million such functions. Only of a module of many functions anything is read.
 *
 * @throws Fault MODULE_TOO_LARGE, MODULE_INVALID
 */
export function demandFewLocals(bytes: Uint8Array, module: Module): void {
	const section = sectionOf(module, SectionId.CODE);
	if (section === undefined || module.definedFunctions * LOCALS_MAX <= LOCALS_IN_ALL_MAX) return;
	const cursor = new Cursor(bytes, section.contents, section.end);
	let left = LOCALS_IN_ALL_MAX;
	for (let bodies = cursor.u32("the number of bodies"); bodies > 0; bodies--) {
		const size = cursor.u32("a body's size");
		const start = cursor.offset;
		cursor.skip(size, "a body");
		left -= readLocals(new Cursor(bytes, start, cursor.offset));
		if (left < 0)
			throw new Fault(
				"MODULE_TOO_LARGE",
				`cannot read the module: its functions have over ${LOCALS_IN_ALL_MAX} locals`,
			);
	}
}

/** How many there are; the cursor stands behind them then. */
function readLocals(cursor: Cursor): number {
	let locals = 0;
	for (let groups = cursor.count("the number of locals", 2, cursor.remaining); groups > 0; groups--) {
		locals += cursor.u32("a number of locals");
		readValueType(cursor);
	}
	return locals;
}

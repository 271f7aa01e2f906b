import { Cursor } from "./cursor.ts";
import { readValueType } from "./read-types.ts";

/**
 * Where a body's first instruction stands: after its groups of locals, each a number and a type (core spec 5.5.13).
 *
 * @throws Fault MODULE_INVALID
 */
export function skipLocals(bytes: Uint8Array, start: number, end: number): number {
	const cursor = new Cursor(bytes, start, end);
	const groups = cursor.count("the number of locals", 2, end - start);
	for (let group = 0; group < groups; group++) {
		cursor.u32("a number of locals");
		readValueType(cursor);
	}
	return cursor.offset;
}

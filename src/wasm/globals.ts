import { Cursor } from "./cursor.ts";
import { skipConstant } from "./instructions.ts";
import { type GlobalType, type Module, SectionId, sectionOf } from "./module.ts";
import { readValueType } from "./read-types.ts";

/** V8's own limit (`kV8MaxWasmGlobals`). */
const GLOBALS_MAX = 1_000_000;

/**
 * The types of the globals defined in the module; imported ones, which come before them in the index space, are
 * among its imports. Apart from `readModule`, because it has to pass over every first value.
 *
 * @throws Fault MODULE_INVALID
 */
export function readGlobals(bytes: Uint8Array, module: Module): readonly GlobalType[] {
	const section = sectionOf(module, SectionId.GLOBAL);
	if (section === undefined) return [];
	const cursor = new Cursor(bytes, section.contents, section.end);
	const count = cursor.count("the number of globals", 3, GLOBALS_MAX);
	const globals: GlobalType[] = [];
	for (let entry = 0; entry < count; entry++) {
		globals.push(readGlobalType(cursor));
		cursor.offset = skipConstant(bytes, cursor.offset, cursor.end);
	}
	return globals;
}

/** A value type, and whether the global can be set. */
export function readGlobalType(cursor: Cursor): GlobalType {
	const type = readValueType(cursor);
	return { kind: "global", type, mutable: (cursor.byte("a global's mutability") & 1) !== 0 };
}

import { Cursor } from "./cursor.ts";
import { readGlobals } from "./globals.ts";
import { readU32, skipInstruction, UNKNOWN } from "./instructions.ts";
import { type Module, SectionId, sectionOf } from "./module.ts";
import { readValueType } from "./read-types.ts";

/** What of an instance can change: put back, it is as it was when it was made. */
export interface MutableState {
	/** The mutable globals that the module defines, by index; numbers all of them. */
	readonly globals: readonly number[];
}

/**
 * What can change in instances of a module beside its memory. Undefined where that is more than a host can put back: tables and
 * segments that code changes, objects and references, a start function that may have asked the host, memories or
 * globals that are shared with others than parts of the same component.
 */
export function mutableState(bytes: Uint8Array, module: Module): MutableState | undefined {
	if (module.start !== undefined || !hasOnlyPlainCode(bytes, module)) return undefined;
	const imported = module.imports.filter(({ type }) => type.kind === "global").length;
	const globals = readGlobals(bytes, module);
	const indices: number[] = [];
	for (const [index, { type, mutable }] of globals.entries()) {
		if (!mutable && type === "funcref") continue;
		if (!NUMBERS.has(type)) return undefined;
		if (mutable) indices.push(imported + index);
	}
	return { globals: indices };
}

/** What JavaScript reads and writes of globals without loss. A NaN of a float may lose its payload: no program of these has any. */
const NUMBERS = new Set(["i32", "i64", "f32", "f64"]);

const TABLE_SET = 0x26;
const PREFIX_GC = 0xfb;
const PREFIX_BULK = 0xfc;
/** Behind the prefix 0xfc: data.drop; table.init, elem.drop, table.copy, table.grow, table.fill. */
const CHANGES = new Set([9, 12, 13, 14, 15, 17]);

/** Whether no instruction changes a table or drops a segment, or makes objects. */
function hasOnlyPlainCode(bytes: Uint8Array, module: Module): boolean {
	const section = sectionOf(module, SectionId.CODE);
	if (section === undefined) return true;
	const cursor = new Cursor(bytes, section.contents, section.end);
	for (let left = cursor.count("the number of bodies", 1, bytes.length); left > 0; left--) {
		const size = cursor.u32("a body's size");
		const start = cursor.offset;
		cursor.skip(size, "a body");
		if (!isPlainBody(bytes, start, cursor.offset)) return false;
	}
	return true;
}

function isPlainBody(bytes: Uint8Array, start: number, end: number): boolean {
	const cursor = new Cursor(bytes, start, end);
	for (let left = cursor.count("the number of locals", 2, end - start); left > 0; left--) {
		cursor.u32("a number of locals");
		readValueType(cursor);
	}
	for (let at = cursor.offset; at < end; at = skipInstruction(bytes, at)) {
		const code = bytes[at];
		if (code === TABLE_SET || code === PREFIX_GC) return false;
		if (code === PREFIX_BULK && CHANGES.has(readU32(bytes, at + 1))) return false;
		if (skipInstruction(bytes, at) === UNKNOWN) return false;
	}
	return true;
}

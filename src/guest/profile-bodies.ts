import { Cursor } from "../wasm/cursor.ts";
import { readU32 } from "../wasm/instructions.ts";
import { type Module, type Section, SectionId, sectionOf } from "../wasm/module.ts";

/** A function's body in the code section. Offsets count from the file's first byte. */
export interface Body {
	/** In the function index space. */
	readonly index: number;
	readonly typeIndex: number;
	/** Where its size stands. */
	readonly start: number;
	/** Where its locals are declared. */
	readonly contents: number;
	readonly end: number;
}

/**
 * The bodies of at least so many bytes, in their order. Looks at sizes only, so that a code section of 60 MB takes
 * milliseconds. Ends early where the code section does.
 *
 * @throws Fault MODULE_INVALID where a section does not even begin with a number
 */
export function bodiesOver(bytes: Uint8Array, module: Module, least_bytes: number): Body[] {
	const functions = sectionOf(module, SectionId.FUNCTION);
	const code = sectionOf(module, SectionId.CODE);
	if (functions === undefined || code === undefined) return [];
	const types = entriesOf(bytes, functions);
	const sizes = entriesOf(bytes, code);
	const walk = { next: sizes.first, left: Math.min(types.count, sizes.count) };
	const bodies: Body[] = [];
	let type = types.first;
	let declared = 0;
	for (;;) {
		const before = walk.left;
		const start = toLongBody(bytes, walk, code.end, least_bytes);
		if (start === undefined) return bodies;
		const passed = before - walk.left - 1;
		type = skipNumbers(bytes, type, passed);
		const index = module.importedFunctions + declared + passed;
		const typeIndex = readU32(bytes, type);
		bodies.push({ index, typeIndex, start, contents: afterNumber(bytes, start), end: walk.next });
		type = afterNumber(bytes, type);
		declared += passed + 1;
	}
}

/**
 * Passes over bodies up to and with the first that is long, and says where that one starts. Small on purpose: it runs
 * once, over many thousands, and V8 optimises it on the way, which for the whole of `bodiesOver` takes 15 ms.
 */
function toLongBody(
	bytes: Uint8Array,
	walk: { next: number; left: number },
	end: number,
	least_bytes: number,
): number | undefined {
	let { next, left } = walk;
	let start = next;
	let size_bytes = 0;
	while (left > 0 && size_bytes < least_bytes) {
		start = next;
		size_bytes = readU32(bytes, next);
		while (bytes[next++]! >= 0x80);
		next += size_bytes;
		left -= 1;
		if (!(next <= end)) return undefined;
	}
	walk.next = next;
	walk.left = left;
	return size_bytes >= least_bytes ? start : undefined;
}

/** Past so many LEB128 numbers. */
export function skipNumbers(bytes: Uint8Array, offset: number, count: number): number {
	let next = offset;
	for (let left = count; left > 0 && next < bytes.length; next++) if (bytes[next]! < 0x80) left -= 1;
	return next;
}

/** How many entries a section says to have, and where the first one stands. */
export function entriesOf(bytes: Uint8Array, section: Section): { count: number; first: number } {
	const cursor = new Cursor(bytes, section.contents, section.end);
	const count = cursor.u32("the number of entries");
	return { count, first: cursor.offset };
}

/** Past the LEB128 number at `offset`. Past the array's end there is no byte with the high bit, so that this ends. */
export function afterNumber(bytes: Uint8Array, offset: number): number {
	let next = offset;
	while ((bytes[next] ?? 0) >= 0x80) next += 1;
	return next + 1;
}

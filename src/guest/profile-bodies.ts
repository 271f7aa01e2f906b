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
	const bodies: Body[] = [];
	let start = sizes.first;
	let type = types.first;
	for (let declared = 0; declared < Math.min(types.count, sizes.count); declared++) {
		// one loop over bytes and nothing called: this runs once, over many thousands, before any compiler saw it
		let contents = start;
		let size_bytes = 0;
		for (let scale = 1; ; scale *= 0x80) {
			const byte = bytes[contents++]!;
			size_bytes += (byte & 0x7f) * scale;
			if (!(byte >= 0x80)) break;
		}
		const end = contents + size_bytes;
		if (!(end <= code.end)) break;
		if (size_bytes >= least_bytes) {
			const index = module.importedFunctions + declared;
			bodies.push({ index, typeIndex: readU32(bytes, type), start, contents, end });
		}
		start = end;
		while (bytes[type++]! >= 0x80);
	}
	return bodies;
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

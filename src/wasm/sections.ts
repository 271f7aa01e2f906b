import { Fault } from "../base/fault.ts";
import { Cursor, malformed } from "./cursor.ts";
import { type Section, SectionId } from "./module.ts";
import { decodeLossy } from "./text.ts";

/** Magic and version: where the first section begins. */
export const HEADER_BYTES = 8;

/** No toolchain comes near; a file of empty custom sections must not make a list a hundred times its size. */
const SECTIONS_MAX = 10_000;

/** Names of a core module's sections, by id (core spec 5.5.2, and the exception handling proposal's tags). */
export const MODULE_SECTIONS: readonly string[] = [
	"custom",
	"type",
	"import",
	"function",
	"table",
	"memory",
	"global",
	"export",
	"start",
	"element",
	"code",
	"data",
	"data count",
	"tag",
];

/**
 * The sections of a module or component, their contents unread.
 *
 * Ids that are not known are kept: whether they are valid is the engine's to say. In a module (not in a
 * component) each id but custom's may come once.
 */
export function readSections(bytes: Uint8Array, once: boolean): Section[] {
	const cursor = new Cursor(bytes, HEADER_BYTES, bytes.length);
	const sections: Section[] = [];
	let seen = 0n;
	while (cursor.remaining > 0) {
		if (sections.length === SECTIONS_MAX)
			throw new Fault("MODULE_TOO_LARGE", `cannot read the module: it has over ${SECTIONS_MAX} sections`);
		const section = readSection(cursor);
		const bit = 1n << BigInt(section.id);
		if (once && section.id !== SectionId.CUSTOM && (seen & bit) !== 0n)
			throw malformed(`a second ${nameOf(section.id)} section begins`, section.start);
		seen |= bit;
		sections.push(section);
	}
	return sections;
}

function readSection(cursor: Cursor): Section {
	const start = cursor.offset;
	const id = cursor.byte("a section's id");
	const size = cursor.u32("a section's size");
	const end = cursor.offset + size;
	if (size > cursor.remaining) throw cutOff(id, start, size, cursor.remaining);
	const contents = new Cursor(cursor.bytes, cursor.offset, end);
	const name = id === SectionId.CUSTOM ? readCustomName(contents) : "";
	cursor.offset = end;
	return { id, name, start, contents: contents.offset, end };
}

/** Nobody compares longer ones; engines take them of any length. */
const CUSTOM_NAME_BYTES_MAX = 100_000;

function readCustomName(cursor: Cursor): string {
	const size = cursor.u32("a custom section's name");
	const start = cursor.offset;
	cursor.skip(size, "a custom section's name");
	return decodeLossy(cursor.bytes, start, start + Math.min(size, CUSTOM_NAME_BYTES_MAX));
}

function cutOff(id: number, start: number, size_bytes: number, remaining_bytes: number): Fault {
	const at = `at byte 0x${start.toString(16)}`;
	return new Fault("MODULE_INVALID", `cannot read the module: its ${nameOf(id)} section ${at} is cut off`, {
		note: `the section says it has ${size_bytes} bytes, and the file has ${remaining_bytes} more`,
		help: "copy or download the file again",
	});
}

function nameOf(id: number): string {
	return MODULE_SECTIONS[id] ?? `unknown (${id})`;
}

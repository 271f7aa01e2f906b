import { Cursor } from "./cursor.ts";
import { encodeUnsigned } from "./encode.ts";
import { type Module, SectionId, sectionOf } from "./module.ts";
import type { Patch } from "./patch.ts";

/** The order that sections must have (core spec 5.5.16). */
const ORDER: readonly number[] = [
	SectionId.TYPE,
	SectionId.IMPORT,
	SectionId.FUNCTION,
	SectionId.TABLE,
	SectionId.MEMORY,
	SectionId.TAG,
	SectionId.GLOBAL,
	SectionId.EXPORT,
	SectionId.START,
	SectionId.ELEMENT,
	SectionId.DATA_COUNT,
	SectionId.CODE,
	SectionId.DATA,
];

/** Adds entries behind those of a section that is a vector, or makes the section with them in its place. */
export function appendEntries(
	bytes: Uint8Array,
	module: Module,
	id: number,
	entries: readonly (readonly number[])[],
): Patch[] {
	if (entries.length === 0) return [];
	const section = sectionOf(module, id);
	if (section === undefined) return [newSection(module, id, entries)];
	const cursor = new Cursor(bytes, section.contents, section.end);
	const count = cursor.u32("the number of entries") + entries.length;
	return [
		{ section, start: section.contents, end: cursor.offset, bytes: encodeUnsigned(count) },
		{ section, start: section.end, end: section.end, bytes: entries.flat() },
	];
}

function newSection(module: Module, id: number, entries: readonly (readonly number[])[]): Patch {
	const later = new Set(ORDER.slice(ORDER.indexOf(id) + 1));
	const start = module.sections.find((section) => later.has(section.id))?.start ?? module.size_bytes;
	const contents = [...encodeUnsigned(entries.length), ...entries.flat()];
	const whole = [id, ...encodeUnsigned(contents.length), ...contents];
	return { section: undefined, start, end: start, bytes: whole };
}

import { Cursor, malformed } from "../wasm/cursor.ts";
import { readGlobalType } from "../wasm/globals.ts";
import { Opcode, skipConstant } from "../wasm/instructions.ts";
import { type Module, SectionId, sectionOf } from "../wasm/module.ts";
import { readValueType } from "../wasm/read-types.ts";
import { readSigned, readSigned32 } from "./text/numbers.ts";
import type { DataSegment, ElementSegment, GlobalFacts } from "./scan.ts";

/** V8's own limits. */
const SEGMENTS_MAX = 100_000;
const ELEMENT_SEGMENTS_MAX = 10_000_000;
const GLOBALS_MAX = 1_000_000;

const I32_CONST = 0x41;
const I64_CONST = 0x42;

/** @throws Fault MODULE_INVALID */
export function readDataSegments(bytes: Uint8Array, module: Module): DataSegment[] {
	return entries(bytes, module, SectionId.DATA, SEGMENTS_MAX, (cursor) => {
		const form = cursor.u32("a data segment's form");
		if (form > 2) throw malformed(`a data segment of form ${form} is not known`, cursor.offset);
		const memory = form === 2 ? cursor.u32("a memory") : 0;
		const address = form === 1 ? undefined : readConstant(cursor);
		const size = cursor.u32("a data segment's size");
		const start = cursor.offset;
		cursor.skip(size, "a data segment");
		return {
			start,
			end: cursor.offset,
			memory,
			address: address === undefined ? undefined : Number(address),
			mode: form === 1 ? "passive" : "active",
		};
	});
}

/** Bits of an element segment's form (core spec 5.5.12). */
const Form = { NOT_ACTIVE: 1, EXPLICIT: 2, EXPRESSIONS: 4 } as const;

/** @throws Fault MODULE_INVALID */
export function readElementSegments(bytes: Uint8Array, module: Module): ElementSegment[] {
	return entries(bytes, module, SectionId.ELEMENT, ELEMENT_SEGMENTS_MAX, (cursor) => {
		const form = cursor.u32("an element segment's form");
		if (form > 7) throw malformed(`an element segment of form ${form} is not known`, cursor.offset);
		const isActive = (form & Form.NOT_ACTIVE) === 0;
		const isExplicit = (form & Form.EXPLICIT) !== 0;
		const table = isActive && isExplicit ? cursor.u32("a table's index") : 0;
		if (isActive) readConstant(cursor);
		const functions = skipElements(cursor, form);
		return { table, functions, mode: isActive ? "active" : isExplicit ? "declared" : "passive" };
	});
}

function skipElements(cursor: Cursor, form: number): number {
	const isExpressions = (form & Form.EXPRESSIONS) !== 0;
	const hasKind = (form & (Form.NOT_ACTIVE | Form.EXPLICIT)) !== 0;
	if (hasKind && isExpressions) readValueType(cursor);
	else if (hasKind) cursor.byte("an element kind");
	const count = cursor.count("the number of elements", 1, cursor.end);
	for (let element = 0; element < count; element++) {
		if (isExpressions) readConstant(cursor);
		else cursor.u32("an element");
	}
	return count;
}

/** Those that are defined in the module. @throws Fault MODULE_INVALID */
export function readGlobalFacts(bytes: Uint8Array, module: Module): GlobalFacts[] {
	const imported = module.imports.filter(({ type }) => type.kind === "global").length;
	const exported = new Map<number, string[]>();
	for (const { name, kind, index } of module.exports) {
		if (kind !== "global") continue;
		const names = exported.get(index);
		if (names === undefined) exported.set(index, [name]);
		else names.push(name);
	}
	let index = imported;
	return entries(bytes, module, SectionId.GLOBAL, GLOBALS_MAX, (cursor) => {
		const { type, mutable } = readGlobalType(cursor);
		const initial = readConstant(cursor);
		return { type, mutable, initial, exported: exported.get(index++) ?? [] };
	});
}

function entries<Entry>(
	bytes: Uint8Array,
	module: Module,
	id: number,
	max: number,
	read: (cursor: Cursor) => Entry,
): Entry[] {
	const section = sectionOf(module, id);
	if (section === undefined) return [];
	const cursor = new Cursor(bytes, section.contents, section.end);
	const count = cursor.count("the number of a section's entries", 1, max);
	const found: Entry[] = [];
	for (let entry = 0; entry < count; entry++) found.push(read(cursor));
	return found;
}

/** A constant expression; its value where it is one plain number. Addresses are unsigned. */
function readConstant(cursor: Cursor): number | bigint | undefined {
	const { bytes, offset, end } = cursor;
	const opcode = bytes[offset];
	if (opcode === I32_CONST || opcode === I64_CONST) {
		cursor.offset += 1;
		const value = opcode === I32_CONST ? readSigned32(cursor) >>> 0 : BigInt.asUintN(64, readSigned(cursor));
		if (cursor.peek() === Opcode.END) {
			cursor.offset += 1;
			return value;
		}
	}
	cursor.offset = skipConstant(bytes, offset, end);
	return undefined;
}

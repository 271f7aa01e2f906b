import { Cursor } from "../../wasm/cursor.ts";
import { readGlobalType } from "../../wasm/globals.ts";
import { readLimits } from "../../wasm/limits.ts";
import { SectionId, sectionOf } from "../../wasm/module.ts";
import { readValueType } from "../../wasm/read-types.ts";
import type { Scan } from "../scan.ts";
import { constantText } from "./constant.ts";
import type { Line } from "./lines.ts";
import { globalNames } from "./names.ts";
import { limitsText, quoted } from "./words.ts";

/** How much of each segment is shown. */
export interface Shown {
	readonly segment_bytes: number;
	readonly elements: number;
}

function* entries(
	{ bytes, module }: Scan,
	id: number,
	line: (cursor: Cursor, entry: number) => Line,
): Generator<Line> {
	const section = sectionOf(module, id);
	if (section === undefined) return;
	const cursor = new Cursor(bytes, section.contents, section.end);
	const count = cursor.count("the number of a section's entries", 1, bytes.length);
	for (let entry = 0; entry < count; entry++) yield line(cursor, entry);
}

function imported({ module }: Scan, kind: string): number {
	return module.imports.filter(({ type }) => type.kind === kind).length;
}

/** @throws Fault MODULE_INVALID */
export function globalLines(scan: Scan): Generator<Line> {
	const before = imported(scan, "global");
	const names = globalNames(scan);
	return entries(scan, SectionId.GLOBAL, (cursor, entry) => {
		const { type, mutable } = readGlobalType(cursor);
		const shown = mutable ? `(mut ${type})` : type;
		const text = `(global (;${before + entry};) ${shown} ${constantText(cursor)})`;
		return { depth: 1, text, comment: names.get(before + entry) };
	});
}

/** @throws Fault MODULE_INVALID */
export function tableLines(scan: Scan): Generator<Line> {
	const before = imported(scan, "table");
	return entries(scan, SectionId.TABLE, (cursor, entry) => {
		const hasValue = cursor.peek() === 0x40;
		if (hasValue) cursor.skip(2, "a table");
		const element = readValueType(cursor);
		const limits = limitsText(readLimits(cursor));
		const value = hasValue ? ` ${constantText(cursor)}` : "";
		return { depth: 1, text: `(table (;${before + entry};) ${limits} ${element}${value})` };
	});
}

/** @throws Fault MODULE_INVALID */
export function tagLines(scan: Scan): Generator<Line> {
	const before = imported(scan, "tag");
	return entries(scan, SectionId.TAG, (cursor, entry) => {
		cursor.byte("a tag's attribute");
		return { depth: 1, text: `(tag (;${before + entry};) (type ${cursor.u32("a type")}))` };
	});
}

/** @throws Fault MODULE_INVALID */
export function dataLines(scan: Scan, { segment_bytes }: Shown): Generator<Line> {
	return entries(scan, SectionId.DATA, (cursor, entry) => {
		const form = cursor.u32("a data segment's form");
		const memory = form === 2 ? cursor.u32("a memory") : 0;
		const place = form === 1 ? "" : ` (offset ${constantText(cursor)})`;
		const size = cursor.u32("a data segment's size");
		const { offset } = cursor;
		cursor.skip(size, "a data segment");
		const contents = quoted(scan.bytes.subarray(offset, offset + Math.min(size, segment_bytes)));
		const where = memory === 0 ? "" : ` (memory ${memory})`;
		const text = `(data (;${entry};)${where}${place} ${contents})`;
		const comment = size > segment_bytes ? `the first ${segment_bytes} of ${size} bytes` : undefined;
		return { depth: 1, text, offset, comment };
	});
}

/** Bits of an element segment's form (core spec 5.5.12). */
const Form = { NOT_ACTIVE: 1, EXPLICIT: 2, EXPRESSIONS: 4 } as const;

/** @throws Fault MODULE_INVALID */
export function elementLines(scan: Scan, { elements }: Shown): Generator<Line> {
	return entries(scan, SectionId.ELEMENT, (cursor, entry) => {
		const form = cursor.u32("an element segment's form");
		const isActive = (form & Form.NOT_ACTIVE) === 0;
		const isExplicit = (form & Form.EXPLICIT) !== 0;
		const table = isActive && isExplicit ? cursor.u32("a table's index") : 0;
		const place = isActive
			? ` (table ${table}) (offset ${constantText(cursor)})`
			: isExplicit
				? " declare"
				: "";
		const { items, count } = readItems(cursor, form, elements);
		const comment = count > elements ? `the first ${elements} of ${count}` : undefined;
		return { depth: 1, text: `(elem (;${entry};)${place} ${items})`, comment };
	});
}

function readItems(cursor: Cursor, form: number, shown: number): { items: string; count: number } {
	const isExpressions = (form & Form.EXPRESSIONS) !== 0;
	const hasKind = (form & (Form.NOT_ACTIVE | Form.EXPLICIT)) !== 0;
	const type = hasKind && isExpressions ? readValueType(cursor) : isExpressions ? "funcref" : "func";
	if (hasKind && !isExpressions) cursor.byte("an element kind");
	const count = cursor.count("the number of elements", 1, cursor.end);
	const items = [type];
	for (let element = 0; element < count; element++) {
		const item = isExpressions ? `(item ${constantText(cursor)})` : String(cursor.u32("an element"));
		if (element < shown) items.push(item);
	}
	return { items: items.join(" "), count };
}

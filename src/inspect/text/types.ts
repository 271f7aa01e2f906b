import { Fault } from "../../base/fault.ts";
import { Cursor, malformed } from "../../wasm/cursor.ts";
import { SectionId, sectionOf } from "../../wasm/module.ts";
import { readValueType } from "../../wasm/read-types.ts";
import type { Scan } from "../scan.ts";
import type { Line } from "./lines.ts";

const TYPES_MAX = 1_000_000;
const FIELDS_MAX = 10_000;
const SUPERTYPES_MAX = 64;

/** The type section in the text format, recursion groups kept. What cannot be read ends it with a comment. */
export function* typeLines({ bytes, module }: Scan): Generator<Line> {
	const section = sectionOf(module, SectionId.TYPE);
	if (section === undefined) return;
	const cursor = new Cursor(bytes, section.contents, section.end);
	const next = { index: 0 };
	try {
		for (let left = cursor.count("the number of types", 1, TYPES_MAX); left > 0; left--)
			yield* entryLines(cursor, next);
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
		yield { depth: 1, text: "", comment: `the rest of the types is not shown: ${error.message}` };
	}
}

function* entryLines(cursor: Cursor, next: { index: number }): Generator<Line> {
	if (cursor.peek() !== 0x4e) {
		yield { depth: 1, text: `(type (;${next.index++};) ${subtypeText(cursor)})` };
		return;
	}
	cursor.skip(1, "a recursion group");
	yield { depth: 1, text: "(rec" };
	for (let left = cursor.count("the size of a group", 1, TYPES_MAX); left > 0; left--)
		yield { depth: 2, text: `(type (;${next.index++};) ${subtypeText(cursor)})` };
	yield { depth: 1, text: ")" };
}

function subtypeText(cursor: Cursor): string {
	const form = cursor.byte("a type");
	if (form !== 0x50 && form !== 0x4f) return compositeText(cursor, form);
	const count = cursor.count("the number of supertypes", 1, SUPERTYPES_MAX);
	const supertypes = Array.from({ length: count }, () => ` ${cursor.u32("a supertype")}`).join("");
	const final = form === 0x4f ? " final" : "";
	return `(sub${final}${supertypes} ${compositeText(cursor, cursor.byte("a type"))})`;
}

function compositeText(cursor: Cursor, form: number): string {
	if (form === 0x65) return `(shared ${compositeText(cursor, demandPlain(cursor))})`;
	if (form === 0x60) return `(func${valueTypes(cursor, "param")}${valueTypes(cursor, "result")})`;
	if (form === 0x5e) return `(array ${fieldText(cursor)})`;
	if (form === 0x5d) return `(cont ${cursor.s33("a type")})`;
	if (form !== 0x5f) throw malformed(`type form 0x${form.toString(16)} is not known`, cursor.offset - 1);
	const count = cursor.count("the number of fields", 2, FIELDS_MAX);
	return `(struct${Array.from({ length: count }, () => ` (field ${fieldText(cursor)})`).join("")})`;
}

/** `shared` stands once, so that no chain of prefixes nests. */
function demandPlain(cursor: Cursor): number {
	const form = cursor.byte("a type");
	if (form === 0x65) throw malformed("a type is shared twice", cursor.offset - 1);
	return form;
}

function valueTypes(cursor: Cursor, word: string): string {
	const count = cursor.count("the number of types", 1, FIELDS_MAX);
	const types = Array.from({ length: count }, () => readValueType(cursor));
	return count === 0 ? "" : ` (${word} ${types.join(" ")})`;
}

function fieldText(cursor: Cursor): string {
	const type = readValueType(cursor);
	return cursor.byte("a field's mutability") === 1 ? `(mut ${type})` : type;
}

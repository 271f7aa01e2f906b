import { Cursor, malformed } from "./cursor.ts";
import { Opcode, readU32, skipConstant } from "./instructions.ts";
import { type Module, SectionId, sectionOf } from "./module.ts";
import { readLimits } from "./limits.ts";
import { readValueType } from "./read-types.ts";

/** Called with the index of a function whose reference is taken. */
export type Note = (functionIndex: number) => void;

/**
 * Tells which functions' references are taken outside of code: element segments and the first values of globals
 * and tables. Declarative segments take none.
 *
 * @throws Fault MODULE_INVALID
 */
export function noteReferences(bytes: Uint8Array, module: Module, note: Note): void {
	const within = (id: number, read: (cursor: Cursor, note: Note) => void) => {
		const section = sectionOf(module, id);
		if (section === undefined) return;
		const cursor = new Cursor(bytes, section.contents, section.end);
		for (let left = cursor.count("a section's entries", 1, bytes.length); left > 0; left--)
			read(cursor, note);
	};
	within(SectionId.TABLE, readTable);
	within(SectionId.GLOBAL, readGlobal);
	within(SectionId.ELEMENT, readSegment);
}

function readTable(cursor: Cursor, note: Note): void {
	const hasValue = cursor.peek() === 0x40;
	if (hasValue) cursor.skip(2, "a table");
	readValueType(cursor);
	readLimits(cursor);
	if (hasValue) readConstant(cursor, note);
}

function readGlobal(cursor: Cursor, note: Note): void {
	readValueType(cursor);
	cursor.byte("a global's mutability");
	readConstant(cursor, note);
}

function readConstant(cursor: Cursor, note: Note): void {
	const { bytes } = cursor;
	cursor.offset = skipConstant(bytes, cursor.offset, cursor.end, (offset) => {
		if (bytes[offset] === Opcode.REF_FUNC) note(readU32(bytes, offset + 1));
	});
}

/** Bits of a segment's form (core spec 5.5.12). */
const Form = { NOT_ACTIVE: 1, EXPLICIT: 2, EXPRESSIONS: 4 } as const;

function readSegment(cursor: Cursor, note: Note): void {
	const form = cursor.u32("an element segment's form");
	if (form > 7) throw malformed(`element segment of form ${form} is not known`, cursor.offset);
	const isActive = (form & Form.NOT_ACTIVE) === 0;
	const isExplicit = (form & Form.EXPLICIT) !== 0;
	if (isActive && isExplicit) cursor.u32("a table's index");
	if (isActive) readConstant(cursor, note);
	const isDeclarative = !isActive && isExplicit;
	readElements(cursor, form, isDeclarative ? () => {} : note);
}

function readElements(cursor: Cursor, form: number, note: Note): void {
	const isExpressions = (form & Form.EXPRESSIONS) !== 0;
	const hasKind = (form & (Form.NOT_ACTIVE | Form.EXPLICIT)) !== 0;
	if (hasKind && isExpressions) readValueType(cursor);
	else if (hasKind) cursor.byte("an element kind");
	for (let left = cursor.count("the number of elements", 1, cursor.end); left > 0; left--) {
		if (isExpressions) readConstant(cursor, note);
		else note(cursor.u32("an element"));
	}
}

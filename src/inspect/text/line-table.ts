import { Fault } from "../../base/fault.ts";
import { Cursor, malformed } from "../../wasm/cursor.ts";
import { customSection, SectionId, sectionOf } from "../../wasm/module.ts";
import type { Scan } from "../scan.ts";
import { type DwarfHolder, type LineHeader, readLineHeader } from "./line-header.ts";
import type { Source } from "./lines.ts";
import { fixed, readSigned32 } from "./numbers.ts";
import { placesOf, type Row } from "./places.ts";

/** More rows than any function has. */
const ROWS_MAX = 50_000;

/**
 * Where the instructions of a stretch of code came from, by `.debug_line` (DWARF 2 to 5, section 6.2). Undefined where it says
 * nothing of that stretch. What cannot be read ends the reading.
 *
 * Takes time in proportion to the section.
 *
 * @param start offset in the file of the first byte, `end` one past the last
 * @param holder whose sections have the DWARF: the module, or a file beside it
 */
export function lineTable(
	scan: Pick<Scan, "bytes" | "module">,
	start: number,
	end: number,
	holder: DwarfHolder = scan,
): Source | undefined {
	const section = customSection(holder.module, ".debug_line");
	const code = sectionOf(scan.module, SectionId.CODE);
	if (section === undefined || code === undefined) return undefined;
	const stretch = { start: start - code.contents, end: end - code.contents };
	const rows: Row[] = [];
	const cursor = new Cursor(holder.bytes, section.contents, section.end);
	try {
		while (cursor.remaining > 4 && rows.length < ROWS_MAX) readUnit(holder, cursor, stretch, rows);
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
	}
	return placesOf(rows, code.contents);
}

interface Stretch {
	readonly start: number;
	readonly end: number;
}

function readUnit(holder: DwarfHolder, cursor: Cursor, stretch: Stretch, rows: Row[]): void {
	const size = fixed(cursor, 4);
	if (size >= 0xfffffff0) throw malformed("a line table is of 64-bit DWARF", cursor.offset);
	const start = cursor.offset;
	cursor.skip(size, "a line table");
	const header = readLineHeader(holder, new Cursor(cursor.bytes, start, cursor.offset));
	if (header !== undefined) runProgram(header, stretch, rows);
}

const Standard = {
	COPY: 1,
	ADVANCE_PC: 2,
	ADVANCE_LINE: 3,
	SET_FILE: 4,
	CONST_ADD_PC: 8,
	FIXED_ADVANCE_PC: 9,
} as const;
const Extended = { END_SEQUENCE: 1, SET_ADDRESS: 2 } as const;

/** The line number program (section 6.2.5); rows outside of the stretch are forgotten at once. */
function runProgram(header: LineHeader, { start, end }: Stretch, rows: Row[]): void {
	const { program: cursor, opcodeBase, instruction_bytes } = header;
	const { bytes } = cursor;
	const [advances, lines] = specials(header);
	const last = cursor.end;
	// no closure takes these: engines keep them in registers
	let address = 0;
	let file = 1;
	let line = 1;
	while (cursor.offset < last) {
		const opcode = bytes[cursor.offset++] ?? 0;
		if (opcode >= opcodeBase) {
			address += advances[opcode] ?? 0;
			line += lines[opcode] ?? 0;
			if (address >= start && address < end) note(rows, address, placeOf(header, file, line));
		} else if (opcode === Standard.COPY) {
			if (address >= start && address < end) note(rows, address, placeOf(header, file, line));
		} else if (opcode === Standard.ADVANCE_LINE) line += readSigned32(cursor);
		else if (opcode === Standard.ADVANCE_PC) address += cursor.u64("an address") * instruction_bytes;
		else if (opcode === Standard.SET_FILE) file = cursor.u64("a file");
		else if (opcode === Standard.CONST_ADD_PC) address += advances[255] ?? 0;
		else if (opcode === Standard.FIXED_ADVANCE_PC) address += fixed(cursor, 2);
		else if (opcode === 0) {
			const next = cursor.u32("an instruction's size") + cursor.offset;
			const extended = next === cursor.offset ? 0 : (bytes[cursor.offset++] ?? 0);
			// object files of wasm set the address before each row
			if (extended === Extended.SET_ADDRESS) address = fixed(cursor, Math.min(next - cursor.offset, 4));
			cursor.skip(next - cursor.offset, "an instruction");
			if (extended !== Extended.END_SEQUENCE) continue;
			if (address >= start && address < end) note(rows, address, undefined);
			address = 0;
			file = 1;
			line = 1;
		} else for (let left = header.operands[opcode - 1] ?? 0; left > 0; left--) cursor.u64("an operand");
	}
}

/** Line 0 says that no line made it. */
function placeOf(header: LineHeader, file: number, line: number): string | undefined {
	return line === 0 ? undefined : `${header.file(file)}:${line}`;
}

function note(rows: Row[], address: number, place: string | undefined): void {
	if (rows.length < ROWS_MAX) rows.push({ address, place });
}

/** What each special opcode adds to the address, and to the line. */
function specials({
	opcodeBase,
	lineBase,
	lineRange,
	instruction_bytes,
}: LineHeader): [Int32Array, Int32Array] {
	const advances = new Int32Array(256);
	const lines = new Int32Array(256);
	for (let opcode = opcodeBase; opcode < 256; opcode++) {
		const special = opcode - opcodeBase;
		advances[opcode] = Math.floor(special / lineRange) * instruction_bytes;
		lines[opcode] = lineBase + (special % lineRange);
	}
	return [advances, lines];
}

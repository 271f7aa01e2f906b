import { Fault } from "../../base/fault.ts";
import { Cursor, malformed } from "../../wasm/cursor.ts";
import { customSection, SectionId, sectionOf } from "../../wasm/module.ts";
import type { Scan } from "../scan.ts";
import { type LineHeader, readLineHeader } from "./line-header.ts";
import type { Source } from "./lines.ts";
import { fixed, readSigned } from "./numbers.ts";
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
 */
export function lineTable(scan: Scan, start: number, end: number): Source | undefined {
	const { bytes, module } = scan;
	const section = customSection(module, ".debug_line");
	const code = sectionOf(module, SectionId.CODE);
	if (section === undefined || code === undefined) return undefined;
	const stretch = { start: start - code.contents, end: end - code.contents };
	const rows: Row[] = [];
	const cursor = new Cursor(bytes, section.contents, section.end);
	try {
		while (cursor.remaining > 4 && rows.length < ROWS_MAX) readUnit(scan, cursor, stretch, rows);
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
	}
	return placesOf(rows, code.contents);
}

interface Stretch {
	readonly start: number;
	readonly end: number;
}

function readUnit(scan: Scan, cursor: Cursor, stretch: Stretch, rows: Row[]): void {
	const size = fixed(cursor, 4);
	if (size >= 0xfffffff0) throw malformed("a line table is of 64-bit DWARF", cursor.offset);
	const start = cursor.offset;
	cursor.skip(size, "a line table");
	const header = readLineHeader(scan, new Cursor(cursor.bytes, start, cursor.offset));
	if (header !== undefined) runProgram(header, stretch, rows);
}

interface State {
	address: number;
	file: number;
	line: number;
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
function runProgram(header: LineHeader, stretch: Stretch, rows: Row[]): void {
	const { program: cursor, opcodeBase, lineBase, lineRange, instruction_bytes } = header;
	let state: State = { address: 0, file: 1, line: 1 };
	const note = (isEnd: boolean) => {
		if (state.address < stretch.start || state.address >= stretch.end || rows.length >= ROWS_MAX) return;
		rows.push({
			address: state.address,
			place: isEnd ? undefined : `${header.file(state.file)}:${state.line}`,
		});
	};
	while (cursor.remaining > 0) {
		const opcode = cursor.byte("a line program");
		if (opcode >= opcodeBase) {
			const special = opcode - opcodeBase;
			state.address += Math.floor(special / lineRange) * instruction_bytes;
			state.line += lineBase + (special % lineRange);
			note(false);
		} else if (opcode === 0) {
			const size = cursor.u32("an instruction's size");
			const next = cursor.offset + size;
			cursor.skip(size, "an instruction");
			const inner = new Cursor(cursor.bytes, next - size, next);
			const extended = size === 0 ? 0 : inner.byte("an instruction");
			if (extended === Extended.SET_ADDRESS) state.address = fixed(inner, Math.min(inner.remaining, 4));
			if (extended !== Extended.END_SEQUENCE) continue;
			note(true);
			state = { address: 0, file: 1, line: 1 };
		} else if (opcode === Standard.COPY) note(false);
		else step(header, opcode, state);
	}
}

/** A standard instruction that makes no row. */
function step(
	{ program, opcodeBase, lineRange, instruction_bytes, operands }: LineHeader,
	opcode: number,
	state: State,
): void {
	switch (opcode) {
		case Standard.ADVANCE_PC:
			state.address += program.u64("an address") * instruction_bytes;
			break;
		case Standard.ADVANCE_LINE:
			state.line += Number(readSigned(program));
			break;
		case Standard.SET_FILE:
			state.file = program.u64("a file");
			break;
		case Standard.CONST_ADD_PC:
			state.address += Math.floor((255 - opcodeBase) / lineRange) * instruction_bytes;
			break;
		case Standard.FIXED_ADVANCE_PC:
			state.address += fixed(program, 2);
			break;
		default:
			for (let left = operands[opcode - 1] ?? 0; left > 0; left--) program.u64("an operand");
	}
}

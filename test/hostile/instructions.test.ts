/**
 * The walkers of instructions and V8 agree on how long each one is: what they would take for an operand and V8 for an instruction could
 * hide a call. Every opcode there is, with operands of all lengths: of what V8 takes, each must end where ours ends.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readInstruction } from "../../src/inspect/text/instruction.ts";
import { Cursor } from "../../src/wasm/cursor.ts";
import { skipInstruction } from "../../src/wasm/instructions.ts";
import { cat, END, leb, type Piece, section, sized, type, vector, wasm } from "./corpus/bytes.ts";

/** Two of everything that an operand may name, and a body that cannot be reached, in which any values may be taken. */
function moduleOf(code: Piece): Uint8Array<ArrayBuffer> {
	return wasm(
		section(
			1,
			vector(
				6,
				type([], []),
				[0x5f, 1, 0x7f, 1],
				[0x5e, 0x7f, 1],
				[0x5e, 0x78, 1],
				[0x5e, 0x70, 1],
				type([0x7f], []),
			),
		),
		section(3, [2, 0, 0]),
		section(4, [2, 0x70, 0, 9, 0x70, 0, 9]),
		section(5, [2, 0, 1, 0, 1]),
		section(13, [2, 0, 0, 0, 0]),
		section(6, vector(2, [0x7f, 1, 0x41, 0, END], [0x7f, 1, 0x41, 0, END])),
		section(9, [1, 3, 0, 2, 0, 1]),
		section(12, [1]),
		section(10, vector(2, sized([1, 4, 0x7f], [0x00], code, BEHIND), sized([0, END]))),
		section(11, [1, 1, 0]),
	);
}

/** An f32.const: none of its bytes can begin an instruction, should the first be taken for an operand. */
const BEHIND = [0x43, 0xff, 0xff, 0xff, 0xff, 0x1a, END];
const OPERANDS_MAX = 18;
/** What the first operand is; the others are zeros. */
const FIRST = [0, 1, 2, 3, 4, 0x40, 0x70];
/** Their operands have so many bytes, whatever these are: the constants of f64 and v128, i8x16.shuffle. */
const FIXED: ReadonlyMap<string, number> = new Map([
	["44", 8],
	["fd 0c", 16],
	["fd 0d", 16],
]);

/** How many opcodes behind each prefix are tried: more than there are. */
const PREFIXES: ReadonlyMap<number, number> = new Map([
	[0xfb, 0x30],
	[0xfc, 0x20],
	[0xfd, 0x120],
	[0xfe, 0x60],
]);
const plain = Array.from({ length: 256 }, (_, opcode) => [opcode]).filter(
	([opcode = 0]) => !PREFIXES.has(opcode),
);
const prefixed = [...PREFIXES].flatMap(([prefix, count]) =>
	Array.from({ length: count }, (_, sub) => [prefix, ...leb(sub)]),
);

function hex(bytes: readonly number[]): string {
	return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

test("instructions are as long as V8 reads them", () => {
	let taken = 0;
	for (const opcode of [...plain, ...prefixed]) taken += holdToV8(opcode) ? 1 : 0;
	// of some 500 that V8 has, those whose operands can be guessed
	assert.ok(taken > 400, `only ${taken} were taken`);
});

/** False where V8 takes it with none of the operands. */
function holdToV8(opcode: readonly number[]): boolean {
	const fixed = FIXED.get(hex(opcode));
	let isTaken = false;
	for (let length = fixed ?? 0; length <= (fixed ?? OPERANDS_MAX) && !isTaken; length++)
		for (const first of length === 0 ? [0] : FIRST)
			for (const close of [[], [END]]) {
				const operands = Array.from({ length }, (_, at) => (at === 0 ? first : 0));
				const code = [...opcode, ...operands, ...close];
				if (!WebAssembly.validate(moduleOf(code))) continue;
				isTaken = true;
				endsAlike(code);
			}
	return isTaken;
}

function endsAlike(code: readonly number[]): void {
	const bytes = cat(code, BEHIND, new Uint8Array(OPERANDS_MAX));
	let at = 0;
	while (at >= 0 && at < code.length) at = skipInstruction(bytes, at);
	assert.equal(at, code.length, `${hex(code)} is skipped to ${at}`);
	const cursor = new Cursor(bytes, 0, bytes.length);
	readInstruction(cursor);
	assert.equal(cursor.offset, skipInstruction(bytes, 0), `${hex(code)} is read to ${cursor.offset}`);
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeUnsigned } from "./encode.ts";
import { skipConstant, skipInstruction, UNKNOWN } from "./instructions.ts";
import {
	exports,
	FUNCREF,
	functions,
	functionType,
	I32,
	importOf,
	imports,
	memories,
	section,
	tables,
	types,
	vector,
	wasm,
} from "./module-builder.ts";
import { SectionId } from "./module.ts";

/** What type 0 is, one after another: some instruction wants each of them. */
const FIRST_TYPES: readonly (readonly number[])[] = [
	functionType([], []),
	[0x5f, 1, I32, 1], // a struct of one i32
	[0x5f, 1, 0x78, 1], // of one i8
	[0x5e, I32, 1], // an array
	[0x5e, 0x78, 1],
	[0x5e, FUNCREF, 1],
];

/** V8 takes a body that begins unreachable, where operands of any type are there, and goes on with these bytes. */
function isValid(first: readonly number[], body: readonly number[]): boolean {
	return WebAssembly.validate(
		wasm(
			types(first, functionType([], [])),
			imports(importOf("m", "f", 0, 1)),
			functions(1),
			tables([FUNCREF, 0, 9]),
			memories({ minimum: 1, maximum: 1, shared: true }),
			section(SectionId.TAG, vector([[0, 1]])),
			section(SectionId.GLOBAL, [1, I32, 1, 0x41, 0, 0x0b]),
			exports(["f", 0, 0]),
			section(SectionId.ELEMENT, [1, 1, 0, 1, 0]),
			section(SectionId.DATA_COUNT, [1]),
			section(SectionId.CODE, [1, ...bodyWithLocal(body)]),
			section(SectionId.DATA, [1, 1, 1, 0]),
		),
	);
}

function bodyWithLocal(instructions: readonly number[]): number[] {
	const body = [1, 1, I32, 0x00, ...instructions];
	return [...encodeUnsigned(body.length), ...body];
}

/** `i32.const -1`, `return`, `end`: no part of it that a longer immediate might eat leaves a valid rest. */
const END = [0x41, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x0f, 0x0b];
const BLOCK_END = [0x41, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x0f, 0x0b, 0x0b];
const OPENERS = new Set([0x02, 0x03, 0x04, 0x06, 0x1f]);
const WANT_TYPES = new Set([0xfb, 0x14, 0x15]);

/**
 * Does V8 take the opcode with so many zero bytes after it? The first may be another small number, such as an
 * alignment. Zeros too many are `unreachable`, and taken too.
 */
function takes(opcode: readonly number[], length: number): boolean {
	const [code = 0] = opcode;
	const end = OPENERS.has(code) ? BLOCK_END : END;
	const firstTypes = WANT_TYPES.has(code) ? FIRST_TYPES : FIRST_TYPES.slice(0, 1);
	const values = length === 0 ? [0] : [0, 1, 2, 3, 4];
	return values.some((value) => {
		const immediates = Array.from({ length }, (_, index) => (index === 0 ? value : 0));
		return firstTypes.some((first) => isValid(first, [...opcode, ...immediates, ...end]));
	});
}

function immediatesByUs(opcode: readonly number[]): number | undefined {
	const bytes = Uint8Array.from([...opcode, ...Array.from({ length: 32 }, () => 0)]);
	const next = skipInstruction(bytes, 0);
	return next === UNKNOWN ? undefined : next - opcode.length;
}

/** Known to us, and not shown in a module such as this: their lengths are in the table below. */
const NOT_SHOWN = new Map([
	["05", "else: only within if"],
	["07", "catch: only within try"],
	["09", "rethrow: only within catch"],
	["0b", "end: would end the body"],
	["18", "delegate: only within try"],
	["19", "catch_all: only within try"],
	["1c", "select: wants one type, not none"],
	["fb.18", "br_on_cast: wants a label with a reference"],
	["fb.19", "br_on_cast_fail: the same"],
	["fc.13", "i64.add128: wide arithmetic, which V8 has not yet"],
	["fc.14", "i64.sub128"],
	["fc.15", "i64.mul_wide_s"],
	["fc.16", "i64.mul_wide_u"],
]);

/** Gaps that the SIMD proposal left between its opcodes. */
const GAPS = "9a a2 a5 a6 af b0 b2 b3 b4 bb c2 c5 c6 cf d0 d2 d3 d4 e2 ee"
	.split(" ")
	.map((opcode) => `fd.${opcode}`);
for (const name of GAPS) NOT_SHOWN.set(name, "no instruction");

const LENGTHS: readonly (readonly [title: string, bytes: readonly number[]])[] = [
	["end", [0x0b]],
	["else", [0x05]],
	["catch", [0x07, 0x80, 0x01]],
	["rethrow", [0x09, 0x01]],
	["delegate", [0x18, 0x00]],
	["catch_all", [0x19]],
	["block of an index of two bytes", [0x02, 0x80, 0x01]],
	["block of (ref null 200)", [0x02, 0x63, 0xc8, 0x01]],
	["select of i32", [0x1c, 0x01, 0x7f]],
	["select of (ref 1)", [0x1c, 0x01, 0x64, 0x01]],
	["br_table of three and a default", [0x0e, 0x03, 0x00, 0x81, 0x01, 0x02, 0x00]],
	["try_table of each kind of catch", [0x1f, 0x40, 0x04, 0, 1, 2, 1, 3, 4, 2, 5, 3, 0x86, 0x01]],
	["i32.load of memory 200", [0x28, 0x42, 0xc8, 0x01, 0x80, 0x01]],
	["v128.load8_lane of memory 1", [0xfd, 0x54, 0x40, 0x01, 0x00, 0x0f]],
	["relaxed_madd", [0xfd, 0x85, 0x02]],
	["br_on_cast", [0xfb, 0x18, 0x03, 0x80, 0x01, 0x6e, 0xc8, 0x01]],
	["i64.const of ten bytes", [0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]],
];

for (const [title, bytes] of LENGTHS)
	test(`${title} takes ${bytes.length} bytes`, () => {
		assert.equal(skipInstruction(Uint8Array.from([...bytes, 0x20, 0x00]), 0), bytes.length);
	});

const ENDLESS: readonly (readonly [title: string, bytes: readonly number[]])[] = [
	["br_table", [0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f]],
	["select", [0x1c, 0xff, 0xff, 0xff, 0xff, 0x0f]],
	["try_table", [0x1f, 0x40, 0xff, 0xff, 0xff, 0xff, 0x0f]],
	["a number", [0x41, 0x80]],
];

for (const [title, bytes] of ENDLESS)
	test(`${title} of four thousand million ends with the bytes`, () => {
		const next = skipInstruction(Uint8Array.from(bytes), 0);
		assert.ok(next > bytes.length && next < bytes.length + 4);
	});

test("a constant expression ends at its end", () => {
	const bytes = Uint8Array.from([0x99, 0x41, 0x0b, 0x23, 0x0b, 0x6a, 0x0b, 0x41]);
	const seen: number[] = [];
	assert.equal(
		skipConstant(bytes, 1, 8, (offset) => seen.push(offset)),
		7,
	);
	assert.deepEqual(seen, [1, 3, 5, 6]);
	assert.throws(() => skipConstant(bytes, 1, 6), { code: "MODULE_INVALID", message: /cut off/ });
	assert.throws(() => skipConstant(bytes, 1, 2), { code: "MODULE_INVALID", message: /cut off/ });
	assert.throws(() => skipConstant(Uint8Array.from([0xff, 0x0b]), 0, 2), { message: /not known/ });
});

function hex(byte: number): string {
	return byte.toString(16).padStart(2, "0");
}

function label(opcode: readonly number[]): string {
	const [first = 0, second] = opcode;
	return second === undefined ? hex(first) : `${hex(first)}.${hex((second & 0x7f) + (opcode[2] ?? 0) * 128)}`;
}

/** Each with the last opcode to try: a little past the last one known. */
const PREFIXES = [
	[0xfb, 0x24],
	[0xfc, 0x18],
	[0xfd, 0x118],
	[0xfe, 0x52],
] as const;

function* allOpcodes(): Generator<readonly number[]> {
	for (let opcode = 0; opcode < 0x100; opcode++) if (opcode < 0xfb || opcode > 0xfe) yield [opcode];
	for (const [prefix, last] of PREFIXES)
		for (let opcode = 0; opcode <= last; opcode++) yield [prefix, ...encodeUnsigned(opcode)];
}

/** What is wrong with our reading of the opcode, if anything is. */
function complaint(opcode: readonly number[]): string | undefined {
	const length = immediatesByUs(opcode);
	if (length === undefined)
		return [0, 1, 2, 3, 16].some((some) => takes(opcode, some)) ? "V8 knows it" : undefined;
	if (!takes(opcode, length)) return `V8 does not take it with ${length} bytes`;
	return length > 0 && takes(opcode, length - 1) ? `V8 takes it with fewer than ${length} bytes` : undefined;
}

test("every instruction that V8 knows is skipped as V8 reads it", () => {
	const complaints: string[] = [];
	for (const opcode of allOpcodes()) {
		const name = label(opcode);
		const found = complaint(opcode);
		if (found !== undefined && !NOT_SHOWN.has(name)) complaints.push(`${name}: ${found}`);
		if (found === undefined && NOT_SHOWN.has(name)) complaints.push(`${name}: is shown after all`);
	}
	assert.deepEqual(complaints, []);
});

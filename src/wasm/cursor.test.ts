import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../base/fault.ts";
import { Cursor } from "./cursor.ts";
import { encodeUnsigned } from "./encode.ts";

function over(...bytes: readonly number[]): Cursor {
	return new Cursor(Uint8Array.from(bytes), 0, bytes.length);
}

test("u32: what encodeUnsigned writes is read back", () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
			const cursor = over(...encodeUnsigned(value));
			assert.equal(cursor.u32("it"), value);
			cursor.finish("it");
		}),
	);
});

test("u64: numbers below 2^53 are read back exactly", () => {
	fc.assert(
		fc.property(fc.maxSafeNat(), (value) => {
			assert.equal(over(...encodeUnsigned(value)).u64("it"), value);
		}),
	);
});

const GOOD: readonly (readonly [
	title: string,
	"u32" | "u64" | "s33",
	bytes: readonly number[],
	value: number,
])[] = [
	["padding is allowed", "u32", [0x81, 0x80, 0x80, 0x80, 0x00], 1],
	["the largest u32", "u32", [0xff, 0xff, 0xff, 0xff, 0x0f], 2 ** 32 - 1],
	["the largest u64, rounded", "u64", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 2 ** 64],
	["s33: a heap type's code", "s33", [0x70], -0x10],
	["s33: 63", "s33", [0x3f], 63],
	["s33: 64 takes two bytes", "s33", [0xc0, 0x00], 64],
	["s33: the largest index", "s33", [0xff, 0xff, 0xff, 0xff, 0x0f], 2 ** 32 - 1],
	["s33: -1 in five bytes", "s33", [0xff, 0xff, 0xff, 0xff, 0x7f], -1],
];

for (const [title, verb, bytes, value] of GOOD)
	test(`${verb} reads: ${title}`, () => assert.equal(over(...bytes)[verb]("it"), value));

const BAD: readonly (readonly [title: string, "u32" | "u64" | "s33", bytes: readonly number[]])[] = [
	["nothing", "u32", []],
	["a number cut off", "u32", [0x80, 0x80]],
	["six bytes", "u32", [0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
	["bits over the 32nd", "u32", [0xff, 0xff, 0xff, 0xff, 0x1f]],
	["bits over the 64th", "u64", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]],
	["eleven bytes", "u64", [...Array.from({ length: 10 }, () => 0x80), 0x00]],
	["six bytes", "s33", [0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
];

for (const [title, verb, bytes] of BAD)
	test(`${verb} refuses: ${title}`, () =>
		assert.throws(() => over(...bytes)[verb]("it"), { name: "Fault", code: "MODULE_INVALID" }));

test("a count over what the bytes can hold is refused before anything is made", () => {
	assert.throws(() => over(0xff, 0xff, 0x03, 0x00).count("it", 1, 1_000_000), Fault);
	assert.throws(() => over(0x02, 0x00, 0x00).count("it", 2, 1_000_000), Fault);
	assert.equal(over(0x02, 0x00, 0x00, 0x00, 0x00).count("it", 2, 1_000_000), 2);
	assert.throws(() => over(0x02, 0x00, 0x00).count("it", 1, 1), /over the limit of 1/);
});

const NAMES: readonly (readonly [title: string, text: string])[] = [
	["ASCII", "fd_write"],
	["nothing", ""],
	["a byte order mark stays", "\ufefffd_write"],
	["beyond the basic plane", "\u{1f6f6}"],
	["__proto__", "__proto__"],
	["a long one", "x".repeat(5000)],
];

for (const [title, text] of NAMES)
	test(`name: ${title}`, () => {
		const bytes = new TextEncoder().encode(text);
		assert.equal(over(...encodeUnsigned(bytes.length), ...bytes).name("it"), text);
	});

test("name: what is not UTF-8 is refused, and shown by label", () => {
	assert.throws(() => over(2, 0xc3, 0x28).name("it"), /not UTF-8/);
	assert.throws(() => over(3, 0xed, 0xa0, 0x80).name("it"), /not UTF-8/);
	assert.equal(over(2, 0xc3, 0x28).label("it"), "\ufffd(");
});

test("it never reads past its own end, though the array goes on", () => {
	const cursor = new Cursor(Uint8Array.from([0x01, 0x02, 0x03]), 0, 1);
	assert.equal(cursor.byte("it"), 1);
	assert.equal(cursor.peek(), undefined);
	assert.throws(() => cursor.byte("it"), /cut off at byte 0x1/);
});

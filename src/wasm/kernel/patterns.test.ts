import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { WEIGHED_BYTES } from "./kernel.ts";
import { PATTERN_BYTES_MAX, Patterns, type Range, textBytes } from "./patterns.ts";

interface Named {
	readonly name: string;
	readonly bytes: Uint8Array;
}

const named = (...names: readonly string[]): Named[] =>
	names.map((name) => ({ name, bytes: textBytes(name) }));

function found(
	patterns: readonly Named[],
	bytes: Uint8Array,
	...ranges: readonly Range[]
): [string, number][] {
	const told: [string, number][] = [];
	new Patterns(patterns).pass(bytes, ranges, { found: ({ name }, at) => told.push([name, at]) });
	return told;
}

function naively(patterns: readonly Named[], bytes: Uint8Array, { start, end }: Range): [string, number][] {
	const told: [string, number][] = [];
	for (let at = start; at < end; at++)
		for (const { name, bytes: wanted } of patterns)
			if (at + wanted.length <= end && wanted.every((byte, index) => bytes[at + index] === byte))
				told.push([name, at]);
	return told;
}

test("what is found is what a search at each place finds", () => {
	const letters = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 2, maxLength: 5 });
	fc.assert(
		fc.property(
			fc.uniqueArray(letters, { minLength: 1, maxLength: 20 }),
			fc.array(fc.constantFrom(97, 98, 99), { maxLength: 300 }),
			fc.tuple(fc.nat(300), fc.nat(300)),
			(words, letterCodes, [one, other]) => {
				const bytes = Uint8Array.from(letterCodes);
				const range = {
					start: Math.min(one, other, bytes.length),
					end: Math.min(Math.max(one, other), bytes.length),
				};
				const patterns = named(...words);
				const byPlace = (list: [string, number][]) =>
					list.toSorted((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
				assert.deepEqual(byPlace(found(patterns, bytes, range)), byPlace(naively(patterns, bytes, range)));
			},
		),
	);
});

test("a pattern is found wherever windows end, and not beyond a range's end", () => {
	const window = 1 << 18;
	const word = "x".repeat(PATTERN_BYTES_MAX - 1) + "y";
	const bytes = new Uint8Array(3 * window);
	const places = [
		0,
		window - PATTERN_BYTES_MAX - 2,
		window - 1,
		2 * window - 30,
		3 * window - PATTERN_BYTES_MAX,
	];
	for (const at of places) bytes.set(textBytes(word), at);
	const whole = { start: 0, end: bytes.length };
	assert.deepEqual(
		found(named(word), bytes, whole).map(([, at]) => at),
		places,
	);
	assert.deepEqual(
		found(named(word), bytes, { start: 0, end: bytes.length - 1 }).map(([, at]) => at),
		places.slice(0, -1),
	);
	// not across two ranges either
	assert.deepEqual(
		found(named(word), bytes, { start: 0, end: window }, { start: window, end: bytes.length }),
		[
			[word, 0],
			[word, window - PATTERN_BYTES_MAX - 2],
			[word, 2 * window - 30],
			[word, 3 * window - PATTERN_BYTES_MAX],
		],
	);
});

test("more is found in a window than is told of at a time", () => {
	const bytes = new Uint8Array(50_000).fill(97);
	assert.equal(found(named("aa", "aaa"), bytes, { start: 0, end: bytes.length }).length, 49_999 + 49_998);
});

test("of two sets of patterns each finds its own", () => {
	const bytes = textBytes("one two");
	const [one, two] = [new Patterns(named("one")), new Patterns(named("two"))];
	for (const [patterns, at] of [
		[one, 0],
		[two, 4],
		[one, 0],
	] as const) {
		const told: number[] = [];
		patterns.pass(bytes, [{ start: 0, end: bytes.length }], { found: (_, place) => told.push(place) });
		assert.deepEqual(told, [at]);
	}
});

test("entropy is Shannon's, of whole stretches only", () => {
	fc.assert(
		fc.property(
			fc.uint8Array({ minLength: WEIGHED_BYTES, maxLength: 3 * WEIGHED_BYTES }),
			fc.nat(100),
			(bytes, start) => {
				const told: [number, number][] = [];
				new Patterns(named("ab")).pass(bytes, [{ start, end: bytes.length }], {
					found: () => {},
					weighed: (at, bits) => told.push([at, bits]),
				});
				const whole = Math.floor((bytes.length - start) / WEIGHED_BYTES);
				assert.equal(told.length, Math.max(0, whole));
				for (const [index, [at, bits]] of told.entries()) {
					assert.equal(at, start + index * WEIGHED_BYTES);
					const expected = entropyOf(bytes.subarray(at, at + WEIGHED_BYTES));
					assert.ok(
						bits === 0 ? expected < 7.85 : Math.abs(bits - expected) < 1e-9,
						`${bits}, not ${expected}`,
					);
				}
			},
		),
		{ numRuns: 20 },
	);
});

function entropyOf(bytes: Uint8Array): number {
	const counts = new Map<number, number>();
	for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1);
	return [...counts.values()].reduce(
		(sum, count) => sum - (count / bytes.length) * Math.log2(count / bytes.length),
		0,
	);
}

const REFUSED: readonly (readonly [name: string, patterns: readonly Named[]])[] = [
	["one byte", named("a")],
	["too long a pattern", named("a".repeat(PATTERN_BYTES_MAX + 1))],
	[
		"too many beginnings",
		Array.from({ length: 256 }, (_, at) => ({ name: "", bytes: Uint8Array.of(at, at) })),
	],
];

for (const [name, patterns] of REFUSED)
	test(`patterns are refused: ${name}`, () => assert.throws(() => new Patterns(patterns), RangeError));

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { shareOut, type Want } from "./share.ts";

const want = (minimum: number, maximum: number, unit = 1): Want => ({ minimum, maximum, unit });

const CASES: readonly (readonly [title: string, wants: readonly Want[], total: number, shares: unknown])[] = [
	["none", [], 10, []],
	["the only one gets everything", [want(1, Infinity)], 10, [10]],
	["but not more than it declares", [want(1, 4)], 10, [4]],
	["minima over the total", [want(6, 9), want(5, 9)], 10, undefined],
	["minima that just fit", [want(5, 9), want(5, 9)], 10, [5, 5]],
	["two in equal parts", [want(0, Infinity), want(0, Infinity)], 10, [5, 5]],
	["over and above their minima", [want(4, Infinity), want(0, Infinity)], 10, [7, 3]],
	["what one cannot use goes to the others", [want(0, Infinity), want(1, 1)], 10, [9, 1]],
	["a small unit beside a large one", [want(1, Infinity, 8), want(1, Infinity, 1)], 20, [1, 12]],
];

for (const [title, wants, total, shares] of CASES)
	test(`shareOut: ${title}`, () => assert.deepEqual(shareOut(wants, total), shares));

const anyWant = fc
	.tuple(fc.nat(1 << 20), fc.nat(1 << 20), fc.constantFrom(1, 65_536))
	.map(([minimum, room, unit]) => want(minimum, minimum + room, unit));

test("shareOut: never over the total, never below a minimum nor over a maximum", () => {
	fc.assert(
		fc.property(fc.array(anyWant, { maxLength: 8 }), fc.nat(2 ** 31), (wants, total) => {
			const minima = wants.reduce((sum, { minimum, unit }) => sum + minimum * unit, 0);
			const shares = shareOut(wants, total);
			assert.equal(shares === undefined, minima > total);
			let sum = 0;
			for (const [index, share] of (shares ?? []).entries()) {
				const { minimum, maximum, unit } = wants[index]!;
				assert.ok(share >= minimum && share <= maximum);
				sum += share * unit;
			}
			assert.ok(sum <= total);
		}),
	);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lineDiff } from "./line-diff.ts";

const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 40 });

/** By the longest common subsequence. */
function leastEdits(old: readonly string[], now: readonly string[]): number {
	let row = Array.from({ length: now.length + 1 }, () => 0);
	for (const line of old) {
		const next = [0];
		for (const [at, other] of now.entries())
			next.push(line === other ? (row[at] ?? 0) + 1 : Math.max(row[at + 1] ?? 0, next[at] ?? 0));
		row = next;
	}
	return old.length + now.length - 2 * (row.at(-1) ?? 0);
}

test("a difference of lines makes the new text of the old one, by the least edits", () => {
	fc.assert(
		fc.property(lines, lines, (old, now) => {
			const rows = lineDiff(old, now) ?? [];
			const without = (sign: string) => rows.filter((row) => row.sign !== sign).map(({ text }) => text);
			assert.deepEqual(without("-"), now);
			assert.deepEqual(without("+"), old);
			assert.equal(rows.filter(({ sign }) => sign !== " ").length, leastEdits(old, now));
		}),
	);
});

test("what has nothing in common is not compared for long", () => {
	const old = Array.from({ length: 5000 }, (_, at) => `old ${at}`);
	assert.equal(
		lineDiff(
			old,
			old.map((line) => line.replace("old", "new")),
		),
		undefined,
	);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { namesTag, wantedRange } from "./ranges.ts";

const ETAG = '"x"';

test("any range is all, unsatisfiable, or within the content", () => {
	const header = fc.oneof(
		fc.string(),
		fc.tuple(fc.nat(300), fc.nat(300)).map(([a, b]) => `bytes=${a}-${b}`),
	);
	fc.assert(
		fc.property(header, fc.nat(200), (range, size) => {
			const wanted = wantedRange({ range }, size, ETAG);
			if (typeof wanted === "string") return;
			assert.ok(wanted.start >= 0 && wanted.start <= wanted.end && wanted.end < size);
		}),
	);
});

test("nothing of an empty blob can be asked for", () => {
	for (const range of ["bytes=0-", "bytes=0-0", "bytes=-1"])
		assert.equal(wantedRange({ range }, 0, ETAG), "unsatisfiable");
});

test("a range of the same version counts, of another not", () => {
	const range = "bytes=1-2";
	assert.deepEqual(wantedRange({ range, "if-range": ETAG }, 9, ETAG), { start: 1, end: 2 });
	assert.equal(wantedRange({ range, "if-range": '"y"' }, 9, ETAG), "all");
});

const tags: readonly (readonly [string, boolean])[] = [
	[ETAG, true],
	[` W/${ETAG}`, true],
	[`"y", ${ETAG}`, true],
	["*", true],
	['"y"', false],
	["x", false],
	["", false],
];
for (const [header, named] of tags)
	test(`'${header}' names the tag: ${named}`, () => assert.equal(namesTag(header, ETAG), named));

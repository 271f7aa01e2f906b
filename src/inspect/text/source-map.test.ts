import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { embeddedMap, mapSource } from "./source-map.ts";

const MAP = JSON.stringify({ version: 3, sources: ["a.ts", "b.ts"], mappings: "gBAEA,ECAC,EAAA" });

test("a source map says which line an offset came from", () => {
	const place = mapSource(MAP, 16, 100);
	assert.deepEqual(
		[15, 16, 17, 18, 30].map((offset) => place?.(offset)),
		[undefined, "a.ts:3", "a.ts:3", "b.ts:3", "b.ts:3"],
	);
});

const FORMS: readonly (readonly [what: string, map: object, places: readonly (string | undefined)[]])[] = [
	[
		"nothing known from some place on",
		{ sources: ["a.ts"], mappings: "gBAEA,E" },
		["a.ts:3", "a.ts:3", undefined],
	],
	[
		"several parts",
		{
			sections: [
				{ offset: { line: 0, column: 0 }, map: { sources: ["a.ts"], mappings: "gBAEA" } },
				{ offset: { line: 0, column: 18 }, map: { sources: ["b.ts"], mappings: "AAAA" } },
				{ offset: null, map: 3 },
				null,
			],
		},
		["a.ts:3", "a.ts:3", "b.ts:1"],
	],
];

for (const [what, map, places] of FORMS)
	test(`a source map with ${what}`, () => {
		const place = mapSource(JSON.stringify({ version: 3, ...map }), 16, 100);
		assert.deepEqual(
			[16, 17, 18].map((offset) => place?.(offset)),
			places,
		);
	});

test("a map is read from a data: address, and from no other", () => {
	assert.equal(embeddedMap(`data:application/json;base64,${btoa(MAP)}`), MAP);
	assert.equal(embeddedMap("https://example.com/app.wasm.map"), undefined);
});

test("any text for a map gives places or none", () => {
	fc.assert(
		fc.property(fc.string(), fc.string(), (text, mappings) => {
			mapSource(text, 0, 100)?.(5);
			mapSource(JSON.stringify({ sources: ["a", 3], mappings }), 0, 100)?.(5);
			mapSource(JSON.stringify({ sections: [text, { offset: mappings, map: text }] }), 0, 100)?.(5);
		}),
	);
});

test("a long path is cut: each mapping tells it anew", () => {
	const place = mapSource(JSON.stringify({ sources: ["p".repeat(1_000_000)], mappings: "gBAEA" }), 16, 100);
	assert.ok((place?.(16)?.length ?? 0) < 1100);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { distinct, keyOf, packageUrl, type Part } from "./part.ts";

const URLS: readonly (readonly [string, string, string | undefined, string])[] = [
	["cargo", "serde", "1.0.0", "pkg:cargo/serde@1.0.0"],
	["golang", "github.com/a/b", "v1.0.0+incompatible", "pkg:golang/github.com/a/b@v1.0.0%2Bincompatible"],
	["npm", "@a/b", undefined, "pkg:npm/%40a/b"],
	["cargo", "a b?c#d", "1:2", "pkg:cargo/a%20b%3Fc%23d@1:2"],
	["cargo", "half \ud800", undefined, "pkg:cargo/half%20%EF%BF%BD"],
];

for (const [type, name, version, expected] of URLS)
	test(`the package URL of ${type} ${JSON.stringify(name)} is ${expected}`, () =>
		assert.equal(packageUrl(type, name, version), expected));

const PART: Part = {
	kind: "library",
	name: "a",
	version: "1",
	purl: "pkg:cargo/a@1",
	evidence: "inferred",
	origin: "panic-paths",
	properties: {},
	dependsOn: undefined,
};

test("of two with one key the declared one stays, whichever comes first", () => {
	const declared: Part = { ...PART, evidence: "declared", origin: "cargo-auditable" };
	assert.deepEqual(distinct([PART, declared]), [declared]);
	assert.deepEqual(distinct([declared, PART]), [declared]);
});

test("a tool and a library of one name are two, in order of their keys", () => {
	const plain = { ...PART, purl: undefined };
	const parts = distinct([{ ...plain, kind: "tool" }, plain]);
	assert.deepEqual(parts.map(keyOf), ["library:a@1", "tool:a@1"]);
});

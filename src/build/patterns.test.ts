import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseIgnore } from "./docker-ignore.ts";
import { isPattern, matches } from "./patterns.ts";

const cases: readonly (readonly [string, string, boolean])[] = [
	["a", "a", true],
	["a", "b", false],
	["*", "a", true],
	["*", "a/b", false],
	["*.c", "a.c", true],
	["*.c", ".c", true],
	["a*b*c", "axxbyybzzc", true],
	["a*b*c", "axxbyybzz", false],
	["a?c", "abc", true],
	["a?c", "a\u{1f6a2}c", true],
	["a?c", "a/c", false],
	["[a-c]x", "bx", true],
	["[^a-c]x", "bx", false],
	["[]", "]", false],
	["[a", "a", false],
	["\\*", "*", true],
	["\\*", "a", false],
	["a/*/c", "a/b/c", true],
	["a/*/c", "a/b/b/c", false],
	["**/c", "c", true],
	["**/c", "a/b/c", true],
	["a/**", "a/b/c", true],
	["a/**", "a", false],
	["a/**/c", "a/c", true],
	["a/**/c", "a/b/b/c", true],
	["**", "a/b", true],
	["constructor", "constructor", true],
];
for (const [pattern, path, expected] of cases)
	test(`'${pattern}' ${expected ? "means" : "does not mean"} '${path}'`, () =>
		assert.equal(matches(pattern, path), expected));

test("a pattern made to take long takes no time", () => {
	assert.equal(matches("*a".repeat(2000), "a".repeat(4000).slice(0, -1)), true);
	assert.equal(matches(`${"*a".repeat(2000)}b`, "a".repeat(15_000)), false);
});

test("a path without anything special means itself alone", () => {
	fc.assert(
		fc.property(fc.string({ minLength: 1 }), fc.string(), (path, other) => {
			if (isPattern(path) || path.includes("\\")) return;
			assert.ok(matches(path, path));
			assert.equal(matches(path, other), path === other);
		}),
	);
});

const ignored: readonly (readonly [string, string, "in" | "out" | "look", boolean?])[] = [
	["", "a", "in"],
	["# a\n\n", "a", "in"],
	["a", "a", "out"],
	["/a/", "a/b", "out"],
	["./a/../b", "b", "out"],
	["*.md", "a/b.md", "in"],
	["**/*.md", "a/b.md", "out"],
	["*\n!keep", "keep", "in"],
	["*\n!keep", "lose", "out"],
	["*\n!keep/this", "keep", "look", true],
	["a\n!a/b\na/b/c", "a/b/c", "out"],
	["a\n!a/b\na/b/c", "a/b/d", "in"],
	["!", "a", "in"],
];
for (const [rules, path, expected, isFolder = false] of ignored)
	test(`.dockerignore ${JSON.stringify(rules)} takes ${path} as '${expected}'`, () =>
		assert.equal(parseIgnore(rules)(path, isFolder), expected));

import assert from "node:assert/strict";
import { test } from "node:test";
import { nearMisses, orList } from "./near.ts";

const FLAGS = ["--memory", "--mount", "--read-only", "--env", "--env-file", "--net"];

const CASES: readonly (readonly [string, readonly string[]])[] = [
	["--memroy", ["--memory"]],
	["--memor", ["--memory"]],
	["--meemory", ["--memory"]],
	["--MEMORY", ["--memory"]],
	["--readonly", ["--read-only"]],
	["--evn", ["--env"]],
	["--quite-another", []],
	["", []],
	["x".repeat(100_000), []],
];

for (const [word, expected] of CASES)
	test(`near misses of '${word.slice(0, 20)}'`, () => assert.deepEqual(nearMisses(word, FLAGS), expected));

test("nearest first, at most three", () => {
	assert.deepEqual(nearMisses("abcd", ["abxd", "abcd", "abce", "abcf"]), ["abcd", "abxd", "abce"]);
});

test("two letters swapped are one slip", () => assert.deepEqual(nearMisses("rnu", ["run"]), ["run"]));

test("a list of words in a sentence", () => {
	assert.equal(orList(["a"]), "'a'");
	assert.equal(orList(["a", "b", "c"]), "'a', 'b' or 'c'");
	assert.equal(orList(["a or b", "c"], "and"), "'a or b' and 'c'");
});

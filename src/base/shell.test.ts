import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { shellWord } from "./shell.ts";

test("a plain word stays bare", () => assert.equal(shellWord("./data:/data:ro"), "./data:/data:ro"));
test("a blank is quoted", () => assert.equal(shellWord("a b"), "'a b'"));
test("the empty word is quoted", () => assert.equal(shellWord(""), "''"));
test("a quote inside quotes", () => assert.equal(shellWord("it's"), "'it'\\''s'"));

test("sh reads back every word", () => {
	const word = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0") && text.isWellFormed());
	fc.assert(
		fc.property(fc.array(word, { minLength: 20, maxLength: 40 }), (words) => {
			const script = `printf '%s\\0' ${words.map(shellWord).join(" ")}`;
			const { stdout } = spawnSync("sh", ["-c", script]);
			assert.deepEqual(stdout.toString().split("\0").slice(0, -1), words);
		}),
		{ numRuns: 20 },
	);
});

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import { run } from "../support/wherry.ts";
import { javaScriptComponent } from "./components.ts";
import { assertRefused } from "./refusal.ts";

const QUICKJS = ["--backend", "qjs", "--backend-qjs-disable-async"];

const tour = () => javaScriptComponent("tour-js", { sources: ["tour.js"], world: "command" });
const countWords = () =>
	javaScriptComponent("count-words-ts", { sources: ["count-words.ts", "words.ts"], world: "command" });
const small = () =>
	javaScriptComponent("small-js", { sources: ["small.js"], world: "command", flags: QUICKJS });

test("JavaScript on StarlingMonkey uses arguments, variables, its input, clocks, randomness and files", async (context) => {
	const folder = temporaryDirectory(context);
	const words = ["run", "-i", "-e", "GREETING=ahoy", "-v", `${folder}:/data`, await tour(), "/data", "7"];
	const ended = run(words, { stdin: "boat\nship\n" });
	assert.deepEqual(ended.stdout.toString().split("\n"), [
		'arguments ["/data","7"]',
		'variables [["GREETING","ahoy"]]',
		'input "boat\\nship\\n"',
		"random true 4",
		"this century true",
		"granted /data /", // the last is where refusals are noticed
		"read from JavaScript",
		"entry a.txt regular-file",
		"refused not-permitted",
		"",
	]);
	assert.match(ended.stderr, /^done$/m);
	assert.equal(ended.status, 7);
	assert.deepEqual(readdirSync(folder), []);
});

test("JavaScript without grants has no variable and no folder", async () => {
	const ended = run(["run", await tour(), "/data", "3"]);
	assert.deepEqual(ended.stdout.toString().split("\n").slice(0, 6), [
		'arguments ["/data","3"]',
		"variables []",
		'input ""',
		"random true 4",
		"this century true",
		"granted /",
	]);
	assert.equal(ended.status, 3);
});

test("JavaScript is refused a folder that is only to be read", async (context) => {
	const folder = temporaryDirectory(context);
	assertRefused(run(["run", "-v", `${folder}:/data:ro`, await tour(), "/data"]), "/data/a.txt");
	assert.deepEqual(readdirSync(folder), []);
});

test("TypeScript in two files, and the status that it chose", async () => {
	const ended = run(["run", await countWords(), "b", "a", "b"]);
	assert.deepEqual([ended.stdout.toString(), ended.stderr, ended.status], ["a 1\nb 2\n", "", 0]);
	assert.equal(run(["run", await countWords()]).status, 7);
});

test("JavaScript on QuickJS, and its failure", async () => {
	const ended = run(["run", await small(), "b", "a", "b"]);
	assert.deepEqual([ended.stdout.toString(), ended.stderr, ended.status], ["b a b\n", "", 0]);
	assert.equal(run(["run", await small()]).status, 1);
});

test("TypeScript on QuickJS", async () => {
	const options = { sources: ["small.ts"], world: "command", flags: QUICKJS };
	const ended = run(["run", await javaScriptComponent("small-ts", options), "3", "4", "5"]);
	assert.deepEqual([ended.stdout.toString(), ended.stderr, ended.status], ["3 sides, 12 around\n", "", 0]);
});

test("JavaScript on QuickJS by WASI 0.3: streams and clocks that it waits for", async () => {
	const component = await javaScriptComponent("command-0-3-js", {
		sources: ["command-0-3.js"],
		world: "command",
		wasi: "0.3.0",
		flags: ["--backend", "qjs"],
	});
	const ended = run(["run", component], { stdin: "boat\nship\n" });
	assert.deepEqual([ended.stdout.toString(), ended.status], ["I HEARD: BOAT\nSHIP\n", 0]);
	const failed = run(["run", component, "fail"], { stdin: "boat\n" });
	assert.deepEqual([failed.stdout.toString(), failed.status], ["I HEARD: BOAT\n", 1]);
});

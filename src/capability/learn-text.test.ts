import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readToml } from "../base/toml.ts";
import { type LearntLine, withLearnt } from "./learn-text.ts";

const net: LearntLine = { list: "net", item: "tcp=b:2", why: "connect" };

const cases: readonly [name: string, before: string, after: string][] = [
	["a list of its own", "", 'net = [\n\t"tcp=b:2", # connect\n]\n'],
	[
		"a list on one line",
		'net = ["tcp=a:1"] # mine\n',
		'net = [\n\t"tcp=b:2", # connect\n"tcp=a:1"] # mine\n',
	],
	[
		"a list on lines",
		'net = [\n\t"tcp=a:1", # mine\n]\n',
		'net = [\n\t"tcp=a:1", # mine\n\t"tcp=b:2", # connect\n]\n',
	],
	[
		"a list without a comma",
		'net = [\n\t"tcp=a:1"\n]\n',
		'net = [\n\t"tcp=b:2", # connect\n\n\t"tcp=a:1"\n]\n',
	],
	[
		"in front of tables",
		'# mine\n[env]\nA = "b"\n',
		'# mine\nnet = [\n\t"tcp=b:2", # connect\n]\n[env]\nA = "b"\n',
	],
];

for (const [name, before, after] of cases)
	test(`learnt text: ${name}`, async () => {
		const text = withLearnt(before, [net]);
		assert.equal(text.replace(/^# Written[^\n]*\n[^\n]*\n/, ""), after);
		assert.ok("value" in (await readToml(text)));
	});

test("learnt text: no word of a guest's ends a string, a comment or a line", async () => {
	const word = fc.oneof(
		fc.string({ unit: "binary" }),
		fc.string({ unit: fc.constantFrom('"', "'", "\\", "\n", "\r", "#", "]", "\u007f", "\u2028", "a", "=") }),
	);
	await fc.assert(
		fc.asyncProperty(word, word, async (item, why) => {
			const text = withLearnt("", [
				{ list: "net", item, why },
				{ table: "config", key: item, value: why, why },
			]);
			const reading = await readToml(text);
			assert.ok("value" in reading, text);
			assert.deepEqual(reading.value["net"], [item.toWellFormed()]);
			assert.deepEqual(Object.entries(reading.value["config"] as object), [
				[item.toWellFormed(), why.toWellFormed()],
			]);
			assert.deepEqual(Object.keys(reading.value), ["net", "config"]);
		}),
	);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readToml } from "../base/toml.ts";
import { type LearntLine, withLearnt, withMountReplaced } from "./learn-text.ts";

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
		'net = [\n\t"tcp=b:2", # connect\n\t"tcp=a:1"\n]\n',
	],
	[
		"a list behind whose bracket a comment stands",
		'net = [ # mine\n\t"tcp=a:1"\n]\n',
		'net = [ # mine\n\t"tcp=b:2", # connect\n\t"tcp=a:1"\n]\n',
	],
	["a key in quotes", '"net" = ["tcp=a:1"]\n', '"net" = [\n\t"tcp=b:2", # connect\n"tcp=a:1"]\n'],
	[
		"lines that end as on Windows",
		'# mine\r\n[env]\r\nA = "b"\r\n',
		'# mine\r\nnet = [\r\n\t"tcp=b:2", # connect\r\n]\r\n[env]\r\nA = "b"\r\n',
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

const mount: LearntLine = { mount: { source: "./d", target: "/d", readOnly: false }, why: "path_open" };

test("learnt text: a mount beside tables of mounts is one more of them", async () => {
	const text = withLearnt('[[mount]]\ntype = "bind"\nsource = "a"\ntarget = "/a"\n', [mount]);
	const reading = await readToml(text);
	assert.ok("value" in reading, text);
	assert.equal(
		JSON.stringify(reading.value["mount"]),
		'[{"type":"bind","source":"a","target":"/a"},{"type":"bind","source":"./d","target":"/d","readonly":false}]',
	);
});

test("learnt text: a mount in the place of those within it, whatever is spelled in their names", () => {
	const [a, b] = [
		String.raw`	"type=bind,source=./d/\U000e0041,target=/d/\U000e0041,readonly", # a`,
		'	"type=bind,source=./d/b,target=/d/b,readonly", # b',
	];
	const other = '	"type=bind,source=./e,target=/e", # mine';
	const text = `mount = [\n${a}\n${other}\n${b}\n]\n`;
	const seen: string[] = [];
	const replaced = withMountReplaced(text, (item) => seen.push(item) > 0 && item.includes("./d/"), mount);
	assert.equal(replaced, `mount = [\n	"type=bind,source=./d,target=/d", # path_open\n${other}\n]\n`);
	assert.equal(seen[0], "type=bind,source=./d/\u{e0041},target=/d/\u{e0041},readonly");
	assert.equal(
		withMountReplaced(text, () => false, mount),
		undefined,
	);
});

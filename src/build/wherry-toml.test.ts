import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultTextOf } from "../../test/support/fault.ts";
import { Fault } from "../base/fault.ts";
import { NO_BUILD_FILE, parseBuildFile } from "./wherry-toml.ts";

test("an empty file changes nothing", async () => {
	assert.deepEqual(await parseBuildFile(""), NO_BUILD_FILE);
});

test("every key is read", async () => {
	const text = `
[build]
toolchain = "clang"
command = ["make", "app.wasm"]
output = "out/app.wasm"
profile = "size"
flags = ["-DX"]
sources = ["a.c"]
optimise = true
[image]
tags = ["app:1"]
platform = "linux/amd64"
files = ["static:/srv/a:b", "c:d:/e"]
entrypoint = ["/app.wasm"]
cmd = ["serve"]
env = { A = "b", __proto__ = "c" }
workdir = "/srv"
expose = ["8080/tcp"]
labels = { x = "y" }
annotations = {}
`;
	const read = await parseBuildFile(text);
	assert.deepEqual(read.files, [
		{ host: "static", guest: "/srv/a:b" },
		{ host: "c:d", guest: "/e" },
	]);
	assert.deepEqual(
		[...read.env],
		[
			["A", "b"],
			["__proto__", "c"],
		],
	);
	assert.equal(read.profile, "size");
	assert.equal(read.optimise, true);
	assert.deepEqual(read.command, ["make", "app.wasm"]);
});

const refused: readonly (readonly [string, string, RegExp])[] = [
	["no TOML", "[build", /wherry\.toml:1:2/],
	["a table that is none", "build = 1", /'build' must be a table/],
	["an unknown table", "[images]", /no 'images'[^]*help: image/],
	["an unknown key", "[build]\noutputs = ''", /no 'outputs'[^]*help: output/],
	["a key of the prototype", "[build]\nconstructor = ''", /no 'constructor'/],
	["a profile that is none", "[build]\nprofile = 'fast'", /'size' or 'speed'/],
	["words that are none", "[build]\ncommand = 'make'", /must be a list of texts/],
	["a word with a NUL", '[build]\ncommand = ["a\\u0000"]', /must be a list of texts/],
	["an empty text", "[build]\noutput = ''", /must be a text/],
	["a switch that is none", "[build]\noptimise = 1", /true or false/],
	["variables that are none", "[image]\nenv = { A = 1 }", /table of texts/],
	["files without a place", "[image]\nfiles = ['static']", /HOST:GUEST/],
	["files to a place that is not absolute", "[image]\nfiles = ['static:srv']", /HOST:GUEST/],
	["too much", "#".repeat((1 << 20) + 1), /larger than 1 MiB/],
];
for (const [name, text, expected] of refused)
	test(`refused: ${name}`, async () => assert.match(await faultTextOf(parseBuildFile(text)), expected));

test("any text is a build file or a Fault", async () => {
	await fc.assert(
		fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
			await parseBuildFile(text).catch((error: unknown) => assert.ok(error instanceof Fault));
		}),
	);
});

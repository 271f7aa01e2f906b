import assert from "node:assert/strict";
import { test } from "node:test";
import { faultText } from "../../test/support/fault.ts";
import { namesImage, refuseImageFlags } from "./image-words.ts";
import { emptyRunDraft } from "./run-flags.ts";
import type { ImageOptions } from "./run-options.ts";

const WORDS: readonly (readonly [string, boolean])[] = [
	["hello", true],
	["hello:1.2", true],
	["registry.example.com/team/app", true],
	["127.0.0.1:5000/a/b@sha256:00", true],
	["@sha256:00", true],
	["hello.wasm", false],
	["dir/hello.wat", false],
	["./hello", false],
	["../hello", false],
	["/usr/bin/true", false],
	["~/hello", false],
	["-", false],
	["C:\\hello", false],
	["C:/hello", false],
	// a file of this repository
	["package.json", false],
	// and a directory of it
	["docs", true],
];

for (const [word, expected] of WORDS)
	test(`'${word}' ${expected ? "names an image" : "is a file"}`, () =>
		assert.equal(namesImage(word), expected));

const plain: ImageOptions = { ...emptyRunDraft().image, readOnly: false, policies: [], beyond: [] };

const REFUSED: readonly (readonly [string, Partial<ImageOptions>, RegExp])[] = [
	[
		"an entrypoint",
		{ entrypoint: "x" },
		/^error: cannot take --entrypoint for 'x.wasm', which is a file \[USAGE\]/,
	],
	["a pull", { pull: "never" }, /^error: cannot take --pull /],
	["a lock", { locked: true }, /^error: cannot take --locked /],
	["a policy", { trustPolicy: "x" }, /^error: cannot take --trust-policy /],
	["a registry", { insecure: ["x"] }, /^error: cannot take --insecure /],
	[
		"a platform",
		{ platform: "linux/amd64" },
		/^error: cannot run a program for 'linux\/amd64' \[FLAG_INVALID\]/,
	],
];

for (const [name, options, expected] of REFUSED)
	test(`of a file, ${name} is refused`, () => {
		assert.match(
			faultText(() => refuseImageFlags("x.wasm", { ...plain, ...options })),
			expected,
		);
	});

for (const platform of [undefined, "wasi/wasm", "wasip1/wasm", "wasm"])
	test(`of a file, the platform ${platform} is its own`, () =>
		refuseImageFlags("x.wasm", { ...plain, platform }));

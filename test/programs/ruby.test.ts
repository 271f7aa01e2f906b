import assert from "node:assert/strict";
import { test } from "node:test";

import { run } from "../support/wherry.ts";
import { installed } from "./programs.ts";

const ruby = installed("@ruby/3.4-wasm-wasi/dist/ruby+stdlib.wasm");

test("ruby's imports of a JavaScript bridge are named", () => {
	const ended = run(["run", ruby]);
	assert.equal(ended.status, 126);
	assert.match(ended.stderr, /^error: .*\[IMPORT_UNKNOWN\]$/m);
	assert.match(ended.stderr, /rb-js-abi-host/);
	assert.match(ended.stderr, /canonical_abi/);
	assert.match(ended.stderr, /^help: .*--unknown-imports trap/m);
});

test("ruby starts when unknown imports are to trap, and says its version", () => {
	const words = ["run", "--unknown-imports", "trap", "--invoke", "ruby-show-version: func() -> ()", ruby];
	const ended = run(words);
	assert.equal(ended.stderr, "");
	assert.match(ended.stdout.toString(), /^ruby 3\.4\.\d/);
	assert.equal(ended.status, 0);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { run } from "../support/wherry.ts";
import { installed } from "./programs.ts";

const OLD = installed("source-map-0.7.4/lib/mappings.wasm");
const NEW = installed("source-map-0.7.6/lib/mappings.wasm");

/** source-map's module was built anew between these two: by another rustc, and no C library came in. */
test("two versions of an npm package: the same needs, other exports, another compiler", () => {
	const { status, stdout } = run(["diff", "--format", "json", OLD, NEW]);
	assert.equal(status, 1);
	const difference = JSON.parse(String(stdout));
	assert.deepEqual(difference.needs, { new: [], gone: [], changed: [] });
	assert.deepEqual(
		difference.exports.new.map(({ name }: { name: string }) => name),
		["__data_end", "__heap_base"],
	);
	const { same, changed, added, removed, old_bytes, new_bytes } = difference.functions;
	assert.deepEqual([same, changed, added, removed], [6, 10, 51, 29]);
	assert.deepEqual([old_bytes, new_bytes], [42386, 46557]);
	assert.deepEqual(
		difference.madeBy.new.map(({ name }: { name: string }) => name),
		["Rust", "rustc", "walrus", "wasm-snip"],
	);
});

test("a version compared with itself: nothing, and status 0", () => {
	const { status, stdout } = run(["diff", OLD, OLD]);
	assert.equal(status, 0);
	assert.match(String(stdout), /the same, byte by byte\n$/);
});

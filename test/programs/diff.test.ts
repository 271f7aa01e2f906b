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

/** rustc writes names in its newer form from one of these to the other: most functions keep what stays of them. */
test("two versions of a Rust program whose compiler mangles names in another way", () => {
	const packages = ["componentize-js-0-19-3", "componentize-js"].map((name) =>
		installed(`@bytecodealliance/${name}/lib/spidermonkey-embedding-splicer.core.wasm`),
	);
	const { functions } = JSON.parse(String(run(["diff", "--format", "json", ...packages]).stdout));
	const { same, changed, numbersOnly, added, removed, list } = functions;
	// by the mangled names 1525 were the same, 1683 changed and 5469 new
	assert.deepEqual([same, changed, numbersOnly, added, removed], [1379, 3346, 929, 3023, 2447]);
	const emit = list.find(({ name }: { name: string }) =>
		name.endsWith(" as wit_bindgen_core::abi::Bindgen>::emit"),
	);
	assert.equal(emit?.change, "changed");
});

/** wasm-bindgen ends names with hashes that each of its versions makes anew: nine imports are the same under other ones. */
test("two versions of a wasm-bindgen package: what is new is told apart from what has a new hash", () => {
	const packages = ["resvg-wasm-2.4.1/index_bg.wasm", "@resvg/resvg-wasm/index_bg.wasm"].map(installed);
	const { status, stdout } = run(["diff", "--format", "json", ...packages]);
	assert.equal(status, 1);
	const { needs, imports, dependencies } = JSON.parse(String(stdout));
	const stem = (name: string) => name.replace(/_[0-9a-f]{16}$/, "");
	assert.deepEqual([needs.new, needs.gone, needs.changed.length], [[], [], 1]);
	assert.equal(needs.changed[0].capability, "javascript");
	assert.deepEqual(needs.changed[0].new.map(stem), NEW_IMPORTS);
	assert.deepEqual(needs.changed[0].gone, []);
	assert.deepEqual(
		imports.new.map(({ module, name }: { module: string; name: string }) => stem(`${module} ${name}`)),
		NEW_IMPORTS,
	);
	assert.deepEqual([imports.gone, imports.changed, imports.renamed.length], [[], [], 9]);
	const isKurbo = (one: { name: string }) => one.name === "kurbo";
	assert.deepEqual([dependencies.new.some(isKurbo), dependencies.gone.some(isKurbo)], [true, true]);
	assert.match(String(run(["diff", ...packages]).stdout), /^ {2}~ 9 imports under another version or hash/m);
});

/** It iterates over JavaScript's maps now. */
const NEW_IMPORTS = ["values", "next", "done", "value"].map((name) => `wbg __wbg_${name}`);

test("a version compared with itself: nothing, and status 0", () => {
	const { status, stdout } = run(["diff", OLD, OLD]);
	assert.equal(status, 0);
	assert.match(String(stdout), /the same, byte by byte\n$/);
});

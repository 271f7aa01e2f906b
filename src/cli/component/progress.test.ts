import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const MODULE = new URL("./progress.ts", import.meta.url).href;

/** What a process without a terminal writes on standard error. */
function written(calls: string): string {
	const script = `const { showProgress } = await import(${JSON.stringify(MODULE)}); const p = showProgress("a.wasm"); ${calls}`;
	return spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).stderr;
}

const CASES: readonly (readonly [what: string, calls: string, expected: string])[] = [
	["what is soon over is not spoken of", "p.at(1); p.done();", ""],
	[
		"what takes long is spoken of once",
		"p.at(1); p.at(2); p.at(3); p.done();",
		"note: 'a.wasm' is transpiled; the next run begins at once\n",
	],
	[
		"a cache that was changed is spoken of",
		"p.damaged();",
		"note: the cached form of 'a.wasm' was damaged, and is made again\n",
	],
	[
		"what cannot be kept is spoken of",
		'p.notKept("the disk is full");',
		"note: 'a.wasm' is transpiled again at each run: the disk is full\n",
	],
];

for (const [what, calls, expected] of CASES)
	test(what, () => {
		assert.equal(written(calls), expected);
	});

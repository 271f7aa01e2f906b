/** Functions of real components, called by `--invoke`: jco's own wasm-tools. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { guest, run } from "../support/wherry.ts";
import { wasmToolsComponent } from "./wasm-tools.ts";

/** What a call answers, in WAVE. */
async function call(name: string, ...values: readonly string[]): Promise<string> {
	const words = ["run", "--invoke", `${name}(${values.join(", ")})`, await wasmToolsComponent()];
	const { stdout, stderr, status } = run(words);
	assert.deepEqual([stderr, status], ["", 0]);
	return stdout.toString().trim();
}

const bytesOf = (file: string) => `[${readFileSync(file).join(", ")}]`;

test("wasm-tools assembles and prints text", async () => {
	const module = await call("parse", '"(module (func (export \\"f\\")))"');
	assert.match(module, /^ok\(\[0, 97, 115, 109, 1, 0, 0, 0, [\d, ]+\]\)$/);
	const text = JSON.parse(
		/^ok\((".*")\)$/.exec(await call("print", module.slice(3, -1)))?.[1] ?? "",
	) as string;
	assert.match(text, /\(export "f" \(func 0\)\)/);
});

test("wasm-tools tells the world of a component and who made its module", async () => {
	const component = bytesOf(guest("components/hello"));
	assert.match(await call("component-wit", component), /export wasi:cli\/run@0\.2\.6;/);
	const shown = await call("metadata-show", component);
	assert.match(shown, /meta-type: component\(\d+\), range: \(0, \d+\)/);
	assert.match(shown, /\("clang|\("processed-by", \[\("/);
});

test("wasm-tools writes into a module who made it", async () => {
	const module = bytesOf(guest("wat/hello"));
	const made = await call("metadata-add", module, '[("language", [("WAT", "1.0")])]');
	assert.match(await call("metadata-show", made.slice(3, -1)), /\("language", \[\("WAT", "1\.0"\)\]\)/);
});

test("what a function refuses is an error of the run", async () => {
	const words = ["run", "--invoke", 'tools#parse("(modul)")', await wasmToolsComponent()];
	const { stdout, status } = run(words);
	assert.match(stdout.toString(), /^err\(".*modul/);
	assert.equal(status, 1);
});

test("a library is not run, and what it exports is named", async () => {
	const { stderr, status } = run(["run", await wasmToolsComponent()]);
	assert.match(stderr, /\[ENTRY_MISSING\][^]*local:wasm-tools\/tools/);
	assert.equal(status, 126);
});

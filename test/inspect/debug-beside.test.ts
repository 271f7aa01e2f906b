/** Lines of the source, as real toolchains leave them: in the program, or in a file beside it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { custom } from "../../src/wasm/module-builder.ts";
import { encodeName } from "../../src/wasm/encode.ts";
import { readSections } from "../../src/wasm/sections.ts";
import { installed } from "../programs/programs.ts";
import { compileC } from "../support/clang.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { run } from "../support/wherry.ts";

const C = `int twice(int value) {
	if (value < 0)
		return 0;
	return value * 2;
}
`;

/** A folder with app.wasm, which clang made of app.c with DWARF in it. */
function compiled(context: TestContext): string {
	const here = join(temporaryDirectory(context), "app");
	mkdirSync(here);
	compileC(here, C, ["--target=wasm32", "-g", "-O0", "-nostdlib", "-Wl,--no-entry", "-Wl,--export=twice"]);
	return here;
}

/** Moves its DWARF to another file, as emscripten's -gseparate-dwarf does. */
function separate(here: string, name: string, ...more: readonly (readonly number[])[]): void {
	const whole = readFileSync(join(here, "app.wasm"));
	renameSync(join(here, "app.wasm"), join(here, "whole.wasm"));
	const kept = readSections(whole, true).filter((section) => !section.name.startsWith(".debug_"));
	const pieces = kept.map(({ start, end }) => whole.subarray(start, end));
	const named = custom("external_debug_info", encodeName(name));
	const bytes = [whole.subarray(0, 8), ...pieces, ...[named, ...more].map((one) => Uint8Array.from(one))];
	writeFileSync(join(here, "app.wasm"), Buffer.concat(bytes));
}

const LINES = /;; app\.c:2\n[^]*;; app\.c:4\n/;

function text(here: string, verb = "wat"): string {
	const { status, stdout, stderr } = run([verb, "app.wasm", "twice"], { cwd: here });
	assert.equal(status, 0, stderr);
	return String(stdout);
}

test("lines of a program with DWARF in it", (context) => {
	const here = compiled(context);
	assert.match(text(here), LINES);
	assert.match(text(here, "decompile"), /\/\/ app\.c:2\n/);
});

test("lines of a program whose DWARF is in a file beside it", (context) => {
	const here = compiled(context);
	separate(here, "./app.debug.wasm");
	assert.doesNotMatch(text(here), /app\.c/);
	renameSync(join(here, "whole.wasm"), join(here, "app.debug.wasm"));
	assert.match(text(here), LINES);
	assert.match(text(here, "decompile"), /\/\/ app\.c:2\n/);
});

test("DWARF that lies elsewhere, is none or is of another build tells nothing", (context) => {
	const here = compiled(context);
	const buildOf = (build: number) => custom("build_id", [1, build]);
	separate(here, "../app.debug.wasm", buildOf(7));
	const whole = readFileSync(join(here, "whole.wasm"));
	writeFileSync(join(here, "../app.debug.wasm"), whole);
	assert.doesNotMatch(text(here), /app\.c/);
	renameSync(join(here, "whole.wasm"), join(here, "app.wasm"));
	separate(here, "app.debug.wasm", buildOf(7));
	for (const [other, tells] of [
		["no module", false],
		[Buffer.concat([whole, Uint8Array.from(buildOf(8))]), false],
		[Buffer.concat([whole, Uint8Array.from(buildOf(7))]), true],
	] as const) {
		writeFileSync(join(here, "app.debug.wasm"), other);
		assert.equal(/app\.c/.test(text(here)), tells);
	}
});

test("lines of AssemblyScript, by its source map beside the program", (context) => {
	const here = temporaryDirectory(context);
	mkdirSync(join(here, "lib"));
	writeFileSync(
		join(here, "app.ts"),
		"export function twice(value: i32): i32 {\n\tif (value < 0) return 0;\n\treturn value * 2;\n}\n",
	);
	const asc = installed("assemblyscript/bin/asc.js");
	const words = [asc, "app.ts", "--runtime", "stub", "--sourceMap", "-o", "app.wasm"];
	const { status, stderr } = spawnSync(process.execPath, words, { cwd: here });
	assert.equal(status, 0, String(stderr));
	assert.match(text(here), /;; app\.ts:2\n/);
});

/** The program in its two scripts (tools/bundle.ts): what starts must not need the one that few runs read. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";

const root = resolve(import.meta.dirname, "../..");
let copy: string;

before(() => {
	copy = mkdtempSync(join(tmpdir(), "wherry-parts-"));
	cpSync(join(root, "bin"), join(copy, "bin"), { recursive: true });
	cpSync(join(root, "dist"), join(copy, "dist"), { recursive: true });
	rmSync(join(copy, "dist/rest.cjs"));
	symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
});

after(() => {
	rmSync(copy, { recursive: true, force: true });
});

function wherry(...words: string[]) {
	return spawnSync(join(copy, "bin/wherry"), words, { encoding: "utf8", cwd: join(root, "guests/wat") });
}

const RUNS: readonly (readonly [name: string, words: readonly string[], status: number, stderr: RegExp])[] = [
	["a plain run", ["run", "hello.wasm"], 0, /^$/],
	["the backtrace of a trap", ["run", "trap.wasm"], 134, /\[TRAP\]\nnote: wasm backtrace/],
	["a program with a directory", ["run", "-v", ".:/here:ro", "hello.wasm"], 0, /^$/],
	["the results of a call", ["run", "--invoke", "add", "reactor.wasm", "1", "2"], 0, /^$/],
];

for (const [name, words, status, stderr] of RUNS) {
	test(`${name} is had without the second script`, () => {
		const run = wherry(...words);
		assert.match(run.stderr, stderr);
		assert.equal(run.status, status);
	});
}

test("help is in the second script", () => {
	assert.notEqual(wherry("help").status, 0);
});

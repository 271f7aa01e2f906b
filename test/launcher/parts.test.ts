/** The program in its three scripts (tools/bundle.ts): what starts must not need the one that few runs read. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";

const root = resolve(import.meta.dirname, "../..");
const DOCKERFILE = 'FROM scratch\nCOPY hello.wasm /\nENTRYPOINT ["/hello.wasm"]\n';
let copy: string;

before(() => {
	copy = mkdtempSync(join(tmpdir(), "wherry-parts-"));
	cpSync(join(root, "bin"), join(copy, "bin"), { recursive: true });
	cpSync(join(root, "dist"), join(copy, "dist"), { recursive: true });
	symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
	writeFileSync(join(copy, "Dockerfile"), DOCKERFILE);
	copyFileSync(join(root, "guests/wat/hello.wasm"), join(copy, "hello.wasm"));
	for (const words of [
		["build", "-q", "-t", "hello", "hello.wasm"],
		["build", "-q", "-t", "packed", copy],
	]) {
		const { stderr, status } = wherry(...words);
		assert.equal(status, 0, stderr);
	}
	rmSync(join(copy, "dist/rest.cjs"));
});

after(() => {
	rmSync(copy, { recursive: true, force: true });
});

function wherry(...words: string[]) {
	const env = { ...process.env, XDG_DATA_HOME: join(copy, "data"), XDG_CONFIG_HOME: join(copy, "config") };
	return spawnSync(join(copy, "bin/wherry"), words, { encoding: "utf8", cwd: join(root, "guests/wat"), env });
}

const RUNS: readonly (readonly [name: string, words: readonly string[], status: number, stderr: RegExp])[] = [
	["a plain run", ["run", "hello.wasm"], 0, /^$/],
	["the backtrace of a trap", ["run", "trap.wasm"], 134, /\[TRAP\]\nnote: wasm backtrace/],
	["a program with a directory", ["run", "-v", ".:/here:ro", "hello.wasm"], 0, /^$/],
	["a module of the store", ["run", "hello"], 0, /^$/],
	["a module of the store with a directory", ["run", "-v", ".:/here:ro", "hello"], 0, /^$/],
	["a program among the files of an image", ["run", "packed"], 0, /^$/],
	["a component", ["run", "../components/hello.wasm"], 0, /^$/],
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

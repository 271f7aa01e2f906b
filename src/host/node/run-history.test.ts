import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { recallRun } from "./run-history.ts";

/** A cache folder of the test's own, and a program. */
function inCache(context: TestContext): { readonly folder: string; readonly program: string } {
	const folder = mkdtempSync(join(tmpdir(), "wherry-history-"));
	const before = process.env["XDG_CACHE_HOME"];
	process.env["XDG_CACHE_HOME"] = folder;
	context.after(() => {
		if (before === undefined) delete process.env["XDG_CACHE_HOME"];
		else process.env["XDG_CACHE_HOME"] = before;
		rmSync(folder, { recursive: true });
	});
	const program = join(folder, "program.wasm");
	writeFileSync(program, "program");
	return { folder, program };
}

/** This process has used little CPU time, so that a finished run of it is a short one. */
function finishedRun(program: string, words: readonly string[]): void {
	recallRun(program, words).finished();
}

test("a run that ended soon is remembered as short, for its words alone", (context) => {
	const { program } = inCache(context);
	assert.equal(recallRun(program, ["a"]).lastWasShort, false, "nothing is known");
	finishedRun(program, ["a"]);
	assert.equal(recallRun(program, ["b"]).lastWasShort, false);
	const cpu_ms = process.cpuUsage().user / 1000;
	assert.equal(recallRun(program, ["a"]).lastWasShort, cpu_ms < 1500);
});

test("a run that did not come to its end counts as long", (context) => {
	const { program } = inCache(context);
	finishedRun(program, []);
	recallRun(program, []);
	assert.equal(recallRun(program, []).lastWasShort, false);
});

test("a changed program is another one", (context) => {
	const { program } = inCache(context);
	finishedRun(program, []);
	writeFileSync(program, "another program");
	assert.equal(recallRun(program, []).lastWasShort, false);
});

test("the table does not grow, and is the user's alone", (context) => {
	const { folder, program } = inCache(context);
	for (let run = 0; run < 500; run += 1) finishedRun(program, [String(run)]);
	const stat = statSync(join(folder, "wherry", "runs"));
	assert.equal(stat.size, 65_536);
	assert.equal(stat.mode & 0o777, 0o600);
});

const SPOILT: readonly (readonly [name: string, spoil: (path: string, folder: string) => void])[] = [
	["a directory in its place", (path) => mkdirSync(path, { recursive: true })],
	["a link in its place", (path, folder) => symlinkSync(join(folder, "elsewhere"), path)],
	["nonsense in it", (path) => writeFileSync(path, Buffer.alloc(65_536, 0xff))],
	["far too much in it", (path) => writeFileSync(path, Buffer.alloc(1 << 20))],
];
for (const [name, spoil] of SPOILT) {
	test(`${name} is no history, and no error`, (context) => {
		const { folder, program } = inCache(context);
		mkdirSync(join(folder, "wherry"));
		writeFileSync(join(folder, "elsewhere"), "untouched");
		spoil(join(folder, "wherry", "runs"), folder);
		const history = recallRun(program, []);
		assert.equal(history.lastWasShort, false);
		history.finished();
		assert.equal(readFileSync(join(folder, "elsewhere"), "utf8"), "untouched");
	});
}

test("without a program's file or a home folder there is none", (context) => {
	const { folder } = inCache(context);
	assert.equal(recallRun(join(folder, "missing"), []).lastWasShort, false);
});

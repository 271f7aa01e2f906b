import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import { guest, ROOT } from "../support/wherry.ts";

type Suite = Readonly<Record<string, { readonly guest: string; readonly manifest?: object }>>;

/** Lays our own guests out as the official suite lays out its programs, and runs the runner on them. */
function runSuite(context: TestContext, suite: Suite): { status: number | null; text: string } {
	const folder = temporaryDirectory(context);
	for (const [name, { guest: program, manifest }] of Object.entries(suite)) {
		const stem = join(folder, "tests", name);
		mkdirSync(join(stem, "../fs.dir"), { recursive: true });
		cpSync(guest(program), `${stem}.wasm`);
		if (manifest !== undefined) writeFileSync(`${stem}.json`, JSON.stringify(manifest));
	}
	const { status, stdout, stderr } = spawnSync(process.execPath, ["test/conformance/run.ts", folder], {
		cwd: ROOT,
		encoding: "utf8",
	});
	return { status, text: stdout + stderr };
}

const hello = { stdout: "hello\n" };

test("both layouts and both forms of manifest are found and pass", (context) => {
	const { status, text } = runSuite(context, {
		"c/testsuite/old": { guest: "wat/hello", manifest: { ...hello, root: "fs.dir", env: { A: "b" } } },
		"rust/testsuite/wasm32-wasip1/new": {
			guest: "wat/hello",
			manifest: { operations: [{ type: "run" }, { type: "read", payload: "hello\n" }, { type: "wait" }] },
		},
		"rust/testsuite/wasm32-wasip2/other": { guest: "wat/trap" },
	});
	assert.match(text, /^pass {4}c\/old$/m);
	assert.match(text, /^pass {4}rust\/new$/m);
	assert.match(text, /^not run: 1 of WASI 0\.2, /m);
	assert.match(text, /^2 passed, 0 failed$/m);
	assert.equal(status, 0);
});

test("tests of 0.3 are talked to while they run", (context) => {
	const said = (payload: string) => [
		{ type: "run" },
		{ type: "write", id: "stdin", payload: "ping" },
		{ type: "read", payload },
		{ type: "wait" },
	];
	const { status, text } = runSuite(context, {
		"rust/testsuite/wasm32-wasip3/echo": { guest: "wat/cat", manifest: { operations: said("ping") } },
		"rust/testsuite/wasm32-wasip3/other": { guest: "wat/cat", manifest: { operations: said("pong") } },
		"rust/testsuite/wasm32-wasip3/status": { guest: "wat/trap" },
	});
	assert.match(text, /^pass {4}rust\/wasm32-wasip3\/echo$/m);
	assert.match(text, /^FAILED {2}rust\/wasm32-wasip3\/other\n +stdout "ping", expected "pong"$/m);
	assert.match(text, /^FAILED {2}rust\/wasm32-wasip3\/status\n +status 134, expected 0$/m);
	assert.equal(status, 1);
});

test("a wrong status and a wrong output fail the run, and say what came", (context) => {
	const { status, text } = runSuite(context, {
		"c/testsuite/wasm32-wasip1/status": { guest: "wat/trap" },
		"c/testsuite/wasm32-wasip1/output": { guest: "wat/hello", manifest: { stdout: "other" } },
	});
	assert.match(text, /FAILED {2}c\/status\n +status 134, expected 0/);
	assert.match(text, /FAILED {2}c\/output\n +stdout "hello\\n", expected "other"/);
	assert.match(text, /^0 passed, 2 failed$/m);
	assert.equal(status, 1);
});

test("a folder without programs is an error", (context) => {
	const { status, text } = runSuite(context, {});
	assert.equal(status, 2);
	assert.match(text, /no programs under/);
});

test("the fixtures stay as they are", (context) => {
	const folder = temporaryDirectory(context);
	const stem = join(folder, "tests/c/testsuite/cat");
	mkdirSync(join(folder, "tests/c/testsuite/fs.dir"), { recursive: true });
	writeFileSync(join(folder, "tests/c/testsuite/fs.dir/left.cleanup"), "");
	cpSync(guest("wat/hello"), `${stem}.wasm`);
	writeFileSync(`${stem}.json`, JSON.stringify({ root: "fs.dir" }));
	const { status } = spawnSync(process.execPath, ["test/conformance/run.ts", folder], { cwd: ROOT });
	assert.equal(status, 0);
	assert.ok(existsSync(join(folder, "tests/c/testsuite/fs.dir/left.cleanup")));
});

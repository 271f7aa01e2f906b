/** Files that the person who runs wherry may not read. Root may read all: it becomes nobody first. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import { guest, ROOT } from "../support/wherry.ts";

const LAUNCHER = join(ROOT, "bin/wherry");
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", LAUNCHER];
const command = process.getuid?.() === 0 ? NOBODY : [LAUNCHER];

function asNobody(words: readonly string[], cwd?: string): { status: number | null; text: string } {
	const [program = "", ...first] = command;
	const { status, stdout, stderr } = spawnSync(program, [...first, ...words], { cwd, encoding: "utf8" });
	return { status, text: `${stdout}${stderr}` };
}

const canRun = asNobody(["version"]).status === 0;
const skip = canRun ? false : "nobody may not reach this checkout, or there is no setpriv";

function folderOf(context: TestContext): string {
	const folder = temporaryDirectory(context);
	chmodSync(folder, 0o755);
	cpSync(guest("wat/hello"), join(folder, "hello.wasm"));
	return folder;
}

function assertRefused(status: number, code: string, ended: { status: number | null; text: string }): void {
	assert.equal(ended.status, status, ended.text);
	assert.match(ended.text, new RegExp(`^error: .* \\[${code}\\]$`, "m"));
	assert.match(ended.text, /^note: ./m);
	assert.match(ended.text, /^help: ./m);
}

suite("what may not be read", { skip }, () => {
	test("the program", (context) => {
		const folder = folderOf(context);
		chmodSync(join(folder, "hello.wasm"), 0o000);
		assertRefused(126, "FILE_UNREADABLE", asNobody(["run", "hello.wasm"], folder));
	});

	test("a directory on the way to it", (context) => {
		const folder = folderOf(context);
		mkdirSync(join(folder, "closed"));
		cpSync(join(folder, "hello.wasm"), join(folder, "closed/hello.wasm"));
		chmodSync(join(folder, "closed"), 0o000);
		assertRefused(126, "FILE_UNREADABLE", asNobody(["run", "closed/hello.wasm"], folder));
	});

	test("a directory that is to be granted", (context) => {
		const folder = folderOf(context);
		mkdirSync(join(folder, "closed"));
		chmodSync(join(folder, "closed"), 0o000);
		assertRefused(125, "GRANT_REFUSED", asNobody(["run", "-v", "./closed:/c:ro", "hello.wasm"], folder));
	});

	test("a file that is to be granted", (context) => {
		const folder = folderOf(context);
		writeFileSync(join(folder, "secret.txt"), "secret");
		chmodSync(join(folder, "secret.txt"), 0o000);
		const { status, text } = asNobody(["run", "-v", "./secret.txt:/s.txt:ro", "hello.wasm"], folder);
		assert.ok(status === 125 || status === 0, text);
		assert.doesNotMatch(text, /BUG|^\s+at /m);
	});

	test("a policy and a file of variables", (context) => {
		const folder = folderOf(context);
		writeFileSync(join(folder, "closed"), "A=b\n");
		chmodSync(join(folder, "closed"), 0o000);
		for (const flag of ["--policy", "--env-file"]) {
			const { status, text } = asNobody(["run", flag, "closed", "hello.wasm"], folder);
			assert.equal(status, 125, text);
			assert.match(text, /^error: cannot read .* \[GRANT_\w+\]$/m);
		}
	});
});

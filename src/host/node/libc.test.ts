import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { libc, nativeMemory } from "./libc.ts";

const libcFile = fileURLToPath(new URL("libc.ts", import.meta.url));
const c = libc();
const without = c === undefined ? "node:ffi is not there (Node 26 on Linux has it)" : false;

test("a call answers, and errno says why one failed", { skip: without }, () => {
	assert.ok(c);
	const EBADF = 9;
	assert.equal(c.close(-1), -1);
	assert.equal(c.errno(), EBADF);
	const CLOCK_MONOTONIC = 1;
	const time = nativeMemory(16);
	assert.equal(c.clock_gettime(CLOCK_MONOTONIC, time.address), 0);
	assert.ok(time.view.getBigInt64(0, true) > 0n);
});

test("one symbol can be called with two signatures", { skip: without }, () => {
	assert.ok(c);
	const SYS_openat2 = 437;
	assert.equal(c.openat2(SYS_openat2, -1, 0n, 0n, 0), -1);
	assert.equal(c.syscall(437n, -1n, 0n, 0n, 0n, 0n, 0n), -1n);
	assert.equal(c.errno(), 22); // EINVAL: a struct open_how of no bytes
});

test("the experimental warning is not printed, others are", () => {
	const source = `
		const { libc } = await import(${JSON.stringify(libcFile)});
		libc()?.close(-1);
		process.emitWarning("something else", "ExperimentalWarning");`;
	const run = spawnSync(process.execPath, ["--input-type=module", "-e", source], { encoding: "utf8" });
	assert.equal(run.status, 0, run.stderr);
	assert.doesNotMatch(run.stderr, /FFI/);
	assert.match(run.stderr, /something else/);
});

test("under --permission it answers undefined instead of throwing", () => {
	const source = `
		const { libc } = await import(${JSON.stringify(libcFile)});
		process.stdout.write(String(libc()));`;
	const words = ["--permission", "--allow-fs-read=*", "--input-type=module", "-e", source];
	const run = spawnSync(process.execPath, words, { encoding: "utf8" });
	assert.equal(run.stdout, "undefined", run.stderr);
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { inEveryOtherThread, threadsOfThisProcess } from "./every-thread.ts";
import { openSystemCalls } from "./system-calls.ts";

const kernel = openSystemCalls();
const skip = kernel === undefined && "the kernel cannot be called: there is no node:ffi";

const caught = () => /^SigCgt:.*$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[0];
// The id of another process: tgkill says that it is no thread of ours, and it stays in the list.
const neverAnswering = () => [process.pid, process.ppid];

test("each thread but ours makes the call", { skip }, () => {
	assert.ok(kernel);
	const results = inEveryOtherThread(kernel, { name: "gettid", args: [] });
	const others = threadsOfThisProcess().filter((id) => id !== process.pid);
	assert.ok(others.length > 0);
	assert.deepEqual(results, new Map(others.map((id) => [id, id])));
});

test("the call gets all its arguments, and errors come back", { skip }, () => {
	assert.ok(kernel);
	const bad = inEveryOtherThread(kernel, { name: "openat", args: [-100, 1, 0] });
	assert.deepEqual([...new Set(bad?.values())], [-14]);
	// mmap fails with EBADF for its fifth argument alone, and with EINVAL for its sixth
	const fifth = inEveryOtherThread(kernel, { name: "mmap", args: [0, 4096, 1, 2, 99_999, 0] });
	assert.deepEqual([...new Set(fifth?.values())], [-9]);
	const sixth = inEveryOtherThread(kernel, { name: "mmap", args: [0, 4096, 1, 0x22, -1, 1] });
	assert.deepEqual([...new Set(sixth?.values())], [-22]);
});

test("nothing of it remains", { skip }, () => {
	assert.ok(kernel);
	const before = caught();
	for (let round = 0; round < 20; round += 1) inEveryOtherThread(kernel, { name: "getpid", args: [] });
	assert.equal(caught(), before);
	// A mapping of ours is 16 pages of code and 16 of data.
	assert.doesNotMatch(readFileSync("/proc/self/maps", "utf8"), /^\\w+0000-\\w+ r-xp 00000000 00:00 0 $/m);
});

test("threads that spin or sleep answer too", { skip }, async () => {
	assert.ok(kernel);
	const spin = new Worker("for (;;);", { eval: true });
	const sleep = new Worker("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)", { eval: true });
	await Promise.all([spin, sleep].map((worker) => new Promise((resolve) => worker.on("online", resolve))));
	const results = inEveryOtherThread(kernel, { name: "getpid", args: [] });
	assert.equal(results?.size, threadsOfThisProcess().length - 1);
	await Promise.all([spin.terminate(), sleep.terminate()]);
});

test("a thread that never answers is not waited for without end", { skip }, () => {
	assert.ok(kernel);
	assert.equal(inEveryOtherThread(kernel, { name: "getpid", args: [] }, neverAnswering, 50), undefined);
});

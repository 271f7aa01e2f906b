import assert from "node:assert/strict";
import { test } from "node:test";
import { Caller, RESULT_AT } from "./caller.contract.ts";
import { functionNames } from "./functions.ts";
import { importObject } from "./imports.ts";
import { findFunction } from "./functions.ts";
import { traced } from "./trace.ts";

test("preview1 has 46 functions", () => {
	assert.equal(functionNames().length, 46);
});

test("after proc_exit every call ends the guest again, and the first status stays", () => {
	const guest = new Caller();
	assert.equal(guest.call("proc_exit", 3), "end: exit");
	assert.equal(guest.call("proc_exit", 0), "end: exit");
	assert.equal(guest.call("fd_write", 1, ...guest.iovecs(guest.put("late")), RESULT_AT), "end: exit");
	assert.equal(guest.printed, "");
	assert.deepEqual(guest.endings[0], { type: "exit", code: 3 });
});

const SIGNALS: readonly (readonly [number: number, answer: string, posix?: number])[] = [
	[6, "end: signal", 6],
	[9, "end: signal", 9],
	[15, "end: signal", 15],
	[16, "SUCCESS"],
	[17, "SUCCESS"],
	[0, "SUCCESS"],
	[31, "EINVAL"],
	[-1, "EINVAL"],
];
for (const [number, answer, posix] of SIGNALS) {
	test(`proc_raise(${number}): ${answer}`, () => {
		const guest = new Caller();
		assert.equal(guest.call("proc_raise", number), answer);
		const [ending] = guest.endings;
		assert.equal(ending?.type === "signal" ? ending.number : undefined, posix);
	});
}

test("a host function that fails ends the guest as the host's own fault", () => {
	const guest = new Caller();
	Object.defineProperty(guest.guest.world.entropy, "fill", {
		value: () => {
			throw new TypeError("broken");
		},
	});
	assert.equal(guest.call("random_get", 0, 8), "end: bug");
	assert.equal(guest.call("sched_yield"), "end: bug");
});

test("arguments and variables come as they were given, names of JavaScript's own among them", () => {
	const guest = new Caller({
		args: ["p", "ü"],
		env: new Map([
			["__proto__", "x"],
			["A", ""],
		]),
	});
	assert.equal(guest.call("args_sizes_get", RESULT_AT, RESULT_AT + 4), "SUCCESS");
	assert.deepEqual([guest.u32(), guest.u32(RESULT_AT + 4)], [2, 5]);
	assert.equal(guest.call("args_get", 0x1000, 0x2000), "SUCCESS");
	assert.equal(guest.text(0x2000, 6), "p\0ü\0?");
	assert.equal(guest.call("environ_get", 0x1000, 0x3000), "SUCCESS");
	assert.equal(guest.text(0x3000, 16), "__proto__=x\0A=\0?");
	assert.equal(guest.u32(0x1004), 0x300c);
});

test("seeded entropy and frozen clocks answer the same in every run", () => {
	const run = () => {
		const guest = new Caller();
		guest.call("random_get", 0x1000, 8);
		guest.call("clock_time_get", 0, 0n, 0x2000);
		return [guest.u64(0x1000), guest.u64(0x2000)];
	};
	assert.deepEqual(run(), run());
});

test("the import object has what was wanted and no more", () => {
	const host = findFunction("wasi_snapshot_preview1", "sched_yield");
	assert.ok(host !== undefined);
	const guest = new Caller();
	const context = { guest: guest.guest, memory: guest.memory };
	const imports = importObject([{ module: "__proto__", name: "constructor", host }], context, undefined);
	assert.equal(Object.getPrototypeOf(imports), null);
	assert.deepEqual(Object.keys(imports), ["__proto__"]);
	assert.equal(Object.getPrototypeOf(imports["__proto__"]), null);
	assert.equal(findFunction("constructor", "name"), undefined);
	assert.equal(findFunction("wasi_snapshot_preview1", "constructor"), undefined);
	assert.equal(findFunction("__proto__", "toString"), undefined);
});

test("a trace names what a call was given and what came of it", () => {
	const lines: string[] = [];
	const guest = new Caller();
	const call = (name: string, ...args: (number | bigint)[]) => {
		const host = findFunction("wasi_snapshot_preview1", name);
		assert.ok(host !== undefined);
		traced(host, (line) => lines.push(line)).call({ guest: guest.guest, memory: guest.memory }, ...args);
	};
	call("path_open", 5, 1, ...guest.put("etc/passwd"), 0, 2n, 0n, 0, RESULT_AT);
	call("path_open", 3, 0, ...guest.put("new"), 9, 66n, 0n, 1, RESULT_AT);
	call("fd_write", 1, ...guest.iovecs(guest.put("text")), RESULT_AT);
	call("clock_time_get", 0, 0n, RESULT_AT);
	call("random_get", 0, 0xffffffff | 0);
	call("path_unlink_file", 3, 0xffffff, 7);
	assert.deepEqual(lines, [
		'path_open(fd=5, dirflags=symlink_follow, path="etc/passwd", oflags=0, fs_rights_base=read, fs_rights_inheriting=0, fdflags=0) = ENOTCAPABLE',
		'path_open(fd=3, dirflags=0, path="new", oflags=creat|trunc, fs_rights_base=read|write, fs_rights_inheriting=0, fdflags=append) = SUCCESS opened_fd=7',
		"fd_write(fd=1, iovs=[1]) = SUCCESS nwritten=4",
		"clock_time_get(id=realtime, precision=0) = SUCCESS time=1700000000000000000",
		"random_get(buf=<4294967295 bytes>) = EFAULT",
		'path_unlink_file(fd=3, path="<outside>") = EFAULT',
	]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { assemble } from "../../test/support/wat.ts";
import type { Code } from "../base/codes.ts";
import { Fault } from "../base/fault.ts";
import { DEFAULT_LIMITS, type Limits } from "../capability/limits.ts";
import { Caller } from "../wasi/p1/caller.contract.ts";
import { type Outcome, statusOf } from "./outcome.ts";
import { prepare } from "./prepare.ts";
import { type RunRequest, runGuest } from "./run.ts";

interface Trial {
	readonly limits?: Partial<Limits>;
	readonly unknownImports?: "refuse" | "trap";
	readonly request?: RunRequest;
}

async function run(text: string, trial: Trial = {}): Promise<{ outcome: Outcome; printed: string }> {
	const caller = new Caller();
	const prepared = prepare(new Uint8Array(await assemble(text)), {
		file: "guest.wasm",
		limits: { ...DEFAULT_LIMITS, ...trial.limits },
		unknownImports: trial.unknownImports ?? "refuse",
		engine: { optimise() {}, capCharge() {}, compileLean() {} },
	});
	const outcome = runGuest(prepared, caller.guest, trial.request ?? {});
	return { outcome, printed: caller.printed };
}

const PRINT = `
	(import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
	(memory (export "memory") 1)
	(data (i32.const 16) "\\20\\00\\00\\00\\03\\00\\00\\00")
	(data (i32.const 32) "hi\\n")
	(func $print (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8))))`;

test("_start runs to its end", async () => {
	const { outcome, printed } = await run(`(module ${PRINT} (func (export "_start") (call $print)))`);
	assert.deepEqual(outcome, { type: "returned", results: [] });
	assert.equal(printed, "hi\n");
});

test("a start function can print, for the memory is known when it runs", async () => {
	const { printed } = await run(`(module ${PRINT} (start $print) (func (export "_start") (call $print)))`);
	assert.equal(printed, "hi\nhi\n");
});

test("a reactor is initialised before what is invoked", async () => {
	const reactor = `(module (global $ready (mut i32) (i32.const 0))
		(func (export "_initialize") (global.set $ready (i32.const 40)))
		(func (export "add") (param i32 i64) (result i64)
			(i64.add (i64.extend_i32_s (i32.add (global.get $ready) (local.get 0))) (local.get 1))))`;
	const request = { invoke: { name: "add", words: ["-1", "0x3"] } };
	const { outcome } = await run(reactor, { request });
	assert.deepEqual(outcome, { type: "returned", results: [42n] });
});

const EXIT = `(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`;

const STATUSES: readonly (readonly [code: number, status: number])[] = [
	[0, 0],
	[1, 1],
	[255, 255],
	[256, 255],
	[257, 1],
	[-1, 255],
	[0x7fffff00, 255],
];
for (const [code, status] of STATUSES) {
	test(`proc_exit(${code}) becomes status ${status}`, async () => {
		const text = `(module ${EXIT} (memory (export "memory") 1) (func (export "_start") (call $exit (i32.const ${code}))))`;
		const { outcome } = await run(text);
		assert.equal(outcome.type, "exit");
		assert.equal(statusOf(outcome), status);
	});
}

test("what catches an exit gets no further, and the status stays", async () => {
	const { outcome, printed } = await run(`(module ${EXIT} ${PRINT}
		(func (export "_start")
			(try (do (call $exit (i32.const 7))) (catch_all))
			(try (do (call $print)) (catch_all))
			(call $exit (i32.const 0))))`);
	assert.deepEqual(outcome, { type: "exit", code: 7 });
	assert.equal(printed, "");
});

const TRAPS: readonly (readonly [name: string, body: string, reason: RegExp])[] = [
	["unreachable", "(unreachable)", /^unreachable$/],
	["a load past the end", "(drop (i32.load (i32.const -4)))", /out of bounds/],
	["a division by zero", "(drop (i32.div_s (i32.const 1) (i32.const 0)))", /divide by zero/],
	["no more stack", "(call $inner)", /^call stack exhausted$/],
];
for (const [name, body, reason] of TRAPS) {
	test(`${name} is a trap, told with the functions it happened in`, async () => {
		const { outcome } = await run(
			`(module (memory (export "memory") 1) (func $inner ${body}) (func $_start (export "_start") (call $inner)))`,
		);
		assert.ok(outcome.type === "trap", outcome.type);
		assert.match(outcome.reason, reason);
		assert.equal(outcome.frames[0]?.name, "inner");
		assert.equal(statusOf(outcome), 134);
	});
}

test("an offset of a backtrace is the file's own, also where a start function was taken out", async () => {
	const text = `(module (memory (export "memory") 1) (func $nothing) (start $nothing) (func $_start (export "_start") (unreachable)))`;
	const bytes = await assemble(text);
	const { outcome } = await run(text);
	assert.ok(outcome.type === "trap");
	assert.equal(bytes[outcome.frames[0]?.offset ?? 0], 0x00, "the opcode of unreachable");
});

test("memory grows to its limit and no further", async () => {
	const grow = `(module (memory (export "memory") 1)
		(func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))`;
	const trial = (pages: string) =>
		run(grow, {
			limits: { memory_bytes: 4 * 65_536 },
			request: { invoke: { name: "grow", words: [pages] } },
		});
	assert.deepEqual((await trial("3")).outcome, { type: "returned", results: [1] });
	assert.deepEqual((await trial("4")).outcome, { type: "returned", results: [-1] });
});

test("an import that nobody provides traps when it is called, if that was asked for", async () => {
	const text = `(module (import "env" "thing" (func $thing)) (func (export "_start") (call $thing)))`;
	const { outcome } = await run(text, { unknownImports: "trap" });
	assert.ok(outcome.type === "trap");
	assert.equal(outcome.reason, "call of the import 'env' 'thing', which nobody provides");
});

const FAULTS: readonly (readonly [name: string, code: Code, text: string, trial?: Trial])[] = [
	["an unknown import", "IMPORT_UNKNOWN", `(module (import "env" "thing" (func)) (func (export "_start")))`],
	[
		"a function that preview1 lacks",
		"IMPORT_UNKNOWN",
		`(module (import "wasi_snapshot_preview1" "sock_open" (func)) (func (export "_start")))`,
	],
	[
		"a member of every object",
		"IMPORT_UNKNOWN",
		`(module (import "wasi_snapshot_preview1" "constructor" (func)) (func (export "_start")))`,
	],
	[
		"an unknown memory, even when imports may trap",
		"IMPORT_UNKNOWN",
		`(module (import "env" "memory" (memory 1)) (func (export "_start")))`,
		{ unknownImports: "trap" },
	],
	[
		"a function of WASI with another type",
		"IMPORT_MISMATCH",
		`(module (import "wasi_snapshot_preview1" "sched_yield" (func (param externref) (result i32))) (func (export "_start")))`,
	],
	[
		"a function of WASI as a global",
		"IMPORT_UNKNOWN",
		`(module (import "wasi_snapshot_preview1" "sched_yield" (global i32)) (func (export "_start")))`,
	],
	["nothing to start", "ENTRY_MISSING", `(module (func (export "helper")))`],
	[
		"an export that is not there",
		"ENTRY_MISSING",
		`(module (func (export "helper")))`,
		{ request: { invoke: { name: "help", words: [] } } },
	],
	[
		"too few arguments",
		"INVOKE_INVALID",
		`(module (func (export "f") (param i32)))`,
		{ request: { invoke: { name: "f", words: [] } } },
	],
	[
		"an argument out of range",
		"INVOKE_INVALID",
		`(module (func (export "f") (param i32)))`,
		{ request: { invoke: { name: "f", words: ["4294967296"] } } },
	],
	[
		"an argument that cannot be written",
		"INVOKE_INVALID",
		`(module (func (export "f") (param externref)))`,
		{ request: { invoke: { name: "f", words: ["x"] } } },
	],
	[
		"a memory that begins over its limit",
		"MEMORY_LIMIT",
		`(module (memory 64) (func (export "_start")))`,
		{ limits: { memory_bytes: 65_536 } },
	],
];
for (const [name, code, text, trial] of FAULTS) {
	test(`${name}: ${code}, before anything runs`, async () => {
		await assert.rejects(run(text, trial), (fault) => fault instanceof Fault && fault.code === code);
	});
}

const VALUES: readonly (readonly [type: string, word: string, value: unknown])[] = [
	["i32", "-2147483648", -2147483648],
	["i32", "4294967295", -1],
	["i32", "0xff", 255],
	["i64", "18446744073709551615", -1n],
	["f32", "1.5", 1.5],
	["f64", "-1e3", -1000],
	["f64", "inf", Infinity],
	["f64", "nan", Number.NaN],
];
for (const [type, word, value] of VALUES) {
	test(`${word} as ${type}`, async () => {
		const text = `(module (func (export "same") (param ${type}) (result ${type}) (local.get 0)))`;
		const { outcome } = await run(text, { request: { invoke: { name: "same", words: [word] } } });
		assert.deepEqual(outcome, { type: "returned", results: [value] });
	});
}

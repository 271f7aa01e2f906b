/** An end is an end: nothing a guest catches or goes on with has an effect after it, and loops are stopped. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import { assembleInto } from "../support/wat.ts";
import { start } from "../support/wherry.ts";
import { assertOurs, outcome, runHostile } from "./hostile.ts";

/** `$say` writes one letter. */
const SAYS = `
	(import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
	(import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
	(import "wasi_snapshot_preview1" "proc_raise" (func $proc_raise (param i32) (result i32)))
	(import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
	(import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
	(import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
	(import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
	(memory (export "memory") 1 4)
	(func $say (param $letter i32)
		(i32.store (i32.const 0) (i32.const 16))
		(i32.store (i32.const 4) (i32.const 1))
		(i32.store8 (i32.const 16) (local.get $letter))
		(drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))`;
const A = "(call $say (i32.const 65))";
const B = "(call $say (i32.const 66))";
const main = (body: string) => `(module ${SAYS} (func $_start (export "_start") ${body}))`;

suite("proc_exit is final", () => {
	const BODIES: Readonly<Record<string, string>> = {
		"catch_all (the older exceptions)": `${A} (try (do (call $proc_exit (i32.const 7))) (catch_all)) ${B} (call $proc_exit (i32.const 9))`,
		"catch_all (the newer exceptions)": `${A} (block $h (try_table (catch_all $h) (call $proc_exit (i32.const 7)))) ${B} (call $proc_exit (i32.const 9))`,
		"catch_all in a loop": `${A} (loop $again (try (do (call $proc_exit (i32.const 7))) (catch_all)) ${B} (br $again))`,
		"catch_all around the letter as well": `${A} (try (do (call $proc_exit (i32.const 7))) (catch_all (try (do ${B}) (catch_all ${B}))))`,
		"catch_all, then returning quietly": `${A} (try (do (call $proc_exit (i32.const 7))) (catch_all))`,
		"catch_all, then a trap": `${A} (try (do (call $proc_exit (i32.const 7))) (catch_all)) unreachable`,
		rethrowing: `${A} (try (do (call $proc_exit (i32.const 7))) (catch_all (rethrow 0)))`,
		"going on behind it": `${A} (call $proc_exit (i32.const 7)) ${B} unreachable`,
	};
	for (const [name, body] of Object.entries(BODIES))
		test(name, async (context) => {
			const ended = await runHostile(context, main(body), ["--timeout", "20s"]);
			assert.equal(ended.stdout.toString(), "A");
			assert.equal(outcome(ended), "7", ended.stderr);
		});

	test("in the start section, before memory is known", async (context) => {
		const text = `(module ${SAYS} (func $begin ${A} (call $proc_exit (i32.const 7))) (start $begin)
			(func (export "_start") ${B}))`;
		const ended = await runHostile(context, text);
		assert.equal(ended.stdout.toString(), "A");
		assert.equal(outcome(ended), "7");
	});

	test("in the start section, caught", async (context) => {
		const text = `(module ${SAYS} (func $begin ${A} (try (do (call $proc_exit (i32.const 7))) (catch_all))) (start $begin)
			(func (export "_start") ${B}))`;
		const ended = await runHostile(context, text);
		assert.equal(ended.stdout.toString(), "A");
		assert.equal(outcome(ended), "7");
	});

	test("in _initialize, before the function that was asked for", async (context) => {
		const text = `(module ${SAYS} (func (export "_initialize") ${A} (call $proc_exit (i32.const 7)))
			(func (export "asked") ${B}))`;
		const ended = await runHostile(context, text, ["--invoke", "asked"]);
		assert.equal(ended.stdout.toString(), "A");
		assert.equal(outcome(ended), "7");
	});

	test("codes beyond 255 keep their low bits, and are never taken for success", async (context) => {
		for (const [code, status] of [
			["0", "0"],
			["1", "1"],
			["255", "255"],
			["256", "255"],
			["257", "1"],
			["-1", "255"],
			["0x80000000", "255"],
			["0x7fffff03", "3"],
		])
			assert.equal(outcome(await runHostile(context, main(`(call $proc_exit (i32.const ${code}))`))), status);
	});
});

suite("exceptions of the guest's own", () => {
	test("one that nobody catches is a trap with a message", async (context) => {
		const text = `(module ${SAYS} (tag $oops (param i32)) (func (export "_start") ${A} (throw $oops (i32.const 1))))`;
		const ended = await runHostile(context, text);
		assert.equal(ended.stdout.toString(), "A");
		assert.match(outcome(ended), /^134 TRAP$/, ended.stderr);
	});

	test("one that carries a reference of the host's", async (context) => {
		const text = `(module ${SAYS} (tag $oops (param externref)) (func (export "_start") (throw $oops (ref.null extern))))`;
		assert.match(outcome(await runHostile(context, text)), /^134 TRAP$/);
	});

	test("one from the start section", async (context) => {
		const text = `(module ${SAYS} (tag $oops) (func $begin (throw $oops)) (start $begin) (func (export "_start") ${B}))`;
		const ended = await runHostile(context, text);
		assert.match(outcome(ended), /^134 TRAP$/);
		assert.equal(ended.stdout.toString(), "");
	});
});

suite("signals that a guest raises", () => {
	for (const [number, status] of [
		[1, 129],
		[2, 130],
		[6, 134],
		[8, 136],
		[9, 137],
		[11, 139],
		[15, 143],
	])
		test(`${number}`, async (context) => {
			const ended = await runHostile(
				context,
				main(`${A} (drop (call $proc_raise (i32.const ${number}))) ${B}`),
			);
			assert.equal(ended.stdout.toString(), "A");
			assert.equal(ended.status, status, ended.stderr);
		});

	test("numbers that are none answer an errno", async (context) => {
		for (const number of ["-1", "0x7fffffff", "31", "64", "1000"]) {
			const ended = await runHostile(
				context,
				main(`(call $proc_exit (call $proc_raise (i32.const ${number})))`),
			);
			assert.match(outcome(ended), /^(28|52|58|0|128|159)$/, `${number}: ${ended.stderr}`);
		}
	});
});

suite("the stack", () => {
	test("endless recursion is a readable end", async (context) => {
		const ended = await runHostile(
			context,
			`(module ${SAYS} (func $deep (call $deep)) (func (export "_start") ${A} (call $deep) ${B}))`,
		);
		assert.equal(ended.stdout.toString(), "A");
		assert.equal(outcome(ended), "134 STACK_LIMIT", ended.stderr);
	});

	for (const [name, call] of Object.entries({
		clock_time_get: "(drop (call $clock (i32.const 1) (i64.const 1) (i32.const 64)))",
		sched_yield: "(drop (call $yield))",
		fd_write: "(drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 8)))",
		fd_read: "(drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 8)))",
	}))
		test(`running out inside ${name}`, async (context) => {
			const text = `(module ${SAYS} (func $deep ${call} (call $deep)) (func (export "_start") ${A} (call $deep) ${B}))`;
			const ended = await runHostile(context, text);
			assert.equal(ended.stdout.toString(), "A");
			assert.equal(outcome(ended), "134 STACK_LIMIT", ended.stderr);
		});

	test("running out again and again, whatever is caught, is no crash", async (context) => {
		const text = `(module ${SAYS}
			(func $deep (drop (call $clock (i32.const 1) (i64.const 1) (i32.const 64))) (call $deep))
			(func (export "_start") ${A}
				(try (do (call $deep)) (catch_all))
				(try (do (call $deep)) (catch_all))
				${B}))`;
		const ended = await runHostile(context, text);
		assert.match(ended.stdout.toString(), /^AB?$/);
		assert.match(outcome(ended), /^(0|134 \w+)$/, ended.stderr);
	});

	test("many locals in each frame", async (context) => {
		const text = `(module ${SAYS} (func $deep (local ${"i64 ".repeat(10_000)}) (call $deep)) (func (export "_start") ${A} (call $deep)))`;
		assert.equal(outcome(await runHostile(context, text)), "134 STACK_LIMIT");
	});
});

suite("--timeout stops what does not end", () => {
	const LOOPS: Readonly<Record<string, string>> = {
		"an empty loop": "(loop $again (br $again))",
		"a loop of bulk operations": `(drop (memory.grow (i32.const 3)))
			(loop $again (memory.fill (i32.const 0) (i32.const 1) (i32.const 262144)) (br $again))`,
		"a loop of calls to the host": "(loop $again (drop (call $yield)) (br $again))",
		"a loop of writes": `(i32.store (i32.const 4) (i32.const 0))
			(loop $again (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8))) (br $again))`,
		"a loop that catches everything": "(loop $again (try (do (drop (call $yield))) (catch_all)) (br $again))",
		"waiting for a clock that rings in 500 years": `(i32.store8 (i32.const 8) (i32.const 0))
			(i32.store (i32.const 16) (i32.const 1))
			(i64.store (i32.const 24) (i64.const 0x7fffffffffffffff))
			(drop (call $poll (i32.const 0) (i32.const 128) (i32.const 1) (i32.const 200)))`,
	};
	for (const [name, loop] of Object.entries(LOOPS))
		test(name, async (context) => {
			const ended = await runHostile(context, main(`${A} ${loop} ${B}`), ["--timeout", "300ms"]);
			assert.equal(ended.stdout.toString(), "A");
			assert.equal(outcome(ended), "124 TIMEOUT", ended.stderr);
		});

	test("in the start section", async (context) => {
		const text = `(module ${SAYS} (func $begin (loop $again (br $again))) (start $begin) (func (export "_start")))`;
		assert.equal(outcome(await runHostile(context, text, ["--timeout", "300ms"])), "124 TIMEOUT");
	});

	test("reading from a pipe that nobody writes to", async (context) => {
		const module = await assembleInto(
			temporaryDirectory(context),
			"reads.wasm",
			main(`(i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 64))
				(drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))`),
		);
		const { child, ended } = start(["run", "-i", "--timeout", "300ms", module]);
		const end = await ended;
		child.stdin?.end();
		assertOurs(end);
		assert.equal(outcome(end), "124 TIMEOUT", end.stderr);
	});
});

suite("--cpu-time stops what computes, not what waits", () => {
	test("a loop", async (context) => {
		const ended = await runHostile(context, main("(loop $again (br $again))"), ["--cpu-time", "1s"]);
		assert.equal(outcome(ended), "152 CPU_LIMIT", ended.stderr);
	});
});

suite("signals from without end it at once", () => {
	for (const [signal, status] of [
		["SIGINT", 130],
		["SIGTERM", 143],
		["SIGHUP", 129],
	] as const)
		for (const [name, body] of Object.entries({
			computing: "(loop $again (br $again))",
			"filling memory": `(drop (memory.grow (i32.const 3)))
				(loop $again (memory.fill (i32.const 0) (i32.const 1) (i32.const 262144)) (br $again))`,
			"calling the host": "(loop $again (drop (call $yield)) (br $again))",
			reading: `(i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 64))
				(drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))`,
		}))
			test(`${signal} while ${name}`, async (context) => {
				const module = await assembleInto(
					temporaryDirectory(context),
					"waits.wasm",
					main(`${A} ${body} ${B}`),
				);
				const { child, ended } = start(["run", "-i", module]);
				assert.ok(child.stdout);
				await once(child.stdout, "data");
				child.kill(signal);
				const end = await ended;
				assert.equal(end.stdout.toString(), "A");
				assert.ok(
					end.status === status || end.signal === signal,
					`status ${end.status}, signal ${end.signal}`,
				);
				assert.doesNotMatch(end.stderr, /BUG|^\s+at /m);
			});
});

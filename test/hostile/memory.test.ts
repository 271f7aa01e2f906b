/** What a module may export as its memory, or fail to. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { outcome, runHostile } from "./hostile.ts";

const IMPORTS = `
	(import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
	(import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
	(import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
	(import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
	(import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
	(import "wasi_snapshot_preview1" "path_open" (func $path_open
		(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
	(import "wasi_snapshot_preview1" "fd_readdir" (func $fd_readdir (param i32 i32 i32 i64 i32) (result i32)))
	(import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))`;

/** Ends with the errno that a call which needs memory answers. */
const EXITS_WITH_ERRNO = `(func (export "_start") (call $proc_exit (call $random_get (i32.const 0) (i32.const 8))))`;

suite("a module without the memory that calls need", () => {
	const MEMORIES: Readonly<Record<string, string>> = {
		"none at all": "",
		"one that is not exported": "(memory 1)",
		"one under another name": `(memory (export "other") 1)`,
		"a function of that name": `(memory 1) (func (export "memory"))`,
		"a global of that name": `(memory 1) (global (export "memory") i32 (i32.const 0))`,
		"a table of that name": `(memory 1) (table (export "memory") 1 funcref)`,
		"a tag of that name": `(memory 1) (tag (export "memory"))`,
		"an imported function of that name": `(memory 1) (export "memory" (func $random_get))`,
		"a mutable externref of that name": `(global (export "memory") (mut externref) (ref.null extern))`,
	};
	for (const [name, memory] of Object.entries(MEMORIES))
		test(name, async (context) => {
			const ended = await runHostile(context, `(module ${IMPORTS} ${memory} ${EXITS_WITH_ERRNO})`);
			assert.match(outcome(ended), /^(21|28|134 TRAP|126 \w+)$/, ended.stderr);
		});

	test("one of no bytes", async (context) => {
		for (const memory of ["0", "0 0"]) {
			const text = `(module ${IMPORTS} (memory (export "memory") ${memory}) ${EXITS_WITH_ERRNO})`;
			assert.equal(outcome(await runHostile(context, text)), "21");
		}
	});

	test("one of no bytes that grows", async (context) => {
		const text = `(module ${IMPORTS} (memory (export "memory") 0)
			(func (export "_start")
				(if (i32.ne (call $random_get (i32.const 0) (i32.const 8)) (i32.const 21)) (then unreachable))
				(drop (memory.grow (i32.const 1)))
				(call $proc_exit (call $random_get (i32.const 65528) (i32.const 8)))))`;
		assert.equal(outcome(await runHostile(context, text)), "0");
	});
});

suite("memories that are unusual but right", () => {
	test("several, the exported one not the first", async (context) => {
		const text = `(module ${IMPORTS}
			(memory $first 1) (memory $second (export "memory") 2) (memory $third 3)
			(func (export "_start")
				(i32.store $second (i32.const 65536) (i32.const 65552))
				(i32.store $second (i32.const 65540) (i32.const 3))
				(i32.store $second (i32.const 65552) (i32.const 0x0a6b6f))
				(call $proc_exit (call $fd_write (i32.const 1) (i32.const 65536) (i32.const 1) (i32.const 0)))))`;
		const ended = await runHostile(context, text);
		assert.equal(ended.stdout.toString(), "ok\n");
		assert.equal(outcome(ended), "0");
	});

	test("several of them count together against the limit", async (context) => {
		const text = `(module (memory 200) (memory 200) (memory (export "memory") 200) (func (export "_start")))`;
		assert.equal(outcome(await runHostile(context, text, ["-m", "64m"])), "0");
		assert.match(outcome(await runHostile(context, text, ["-m", "30m"])), /^\d+ MEMORY_LIMIT$/);
	});

	test("one exported under two names", async (context) => {
		const text = `(module ${IMPORTS} (memory (export "memory") (export "again") 1) ${EXITS_WITH_ERRNO})`;
		assert.equal(outcome(await runHostile(context, text)), "0");
	});

	test("a shared one: every call works on it as on another", async (context) => {
		const text = `(module ${IMPORTS} (memory (export "memory") 2 4 shared)
			(data (i32.const 16) "\\20\\00\\00\\00\\03\\00\\00\\00")
			(data (i32.const 32) "ok\\n")
			(data (i32.const 48) "file")
			(func $must (param $errno i32) (if (local.get $errno) (then (call $proc_exit (local.get $errno)))))
			(func (export "_start")
				(call $must (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8)))
				(call $must (call $random_get (i32.const 1024) (i32.const 100000)))
				(call $must (call $clock (i32.const 1) (i64.const 1) (i32.const 8)))
				(call $must (call $environ_get (i32.const 2048) (i32.const 4096)))
				(call $must (call $args_get (i32.const 2048) (i32.const 4096)))
				(call $must (call $path_open (i32.const 3) (i32.const 0) (i32.const 48) (i32.const 4) (i32.const 1)
					(i64.const -1) (i64.const -1) (i32.const 0) (i32.const 8)))
				(call $must (call $fd_readdir (i32.const 3) (i32.const 2048) (i32.const 4096) (i64.const 0) (i32.const 8)))
				(drop (memory.grow (i32.const 1)))
				(call $must (call $random_get (i32.const 131072) (i32.const 65536)))))`;
		const ended = await runHostile(context, text, ["-e", "A=b", "--tmpfs", "/t"]);
		assert.equal(outcome(ended), "0", ended.stderr);
		assert.equal(ended.stdout.toString(), "ok\n");
	});

	test("one of 64-bit addresses", async (context) => {
		const text = `(module ${IMPORTS} (memory (export "memory") i64 1)
			(func (export "_start")
				(if (call $random_get (i32.const 65528) (i32.const 8)) (then unreachable))
				(call $proc_exit (call $random_get (i32.const 65529) (i32.const 8)))))`;
		assert.match(outcome(await runHostile(context, text)), /^(21|126 \w+)$/);
	});
});

suite("memory is bounded", () => {
	test("growing fails at the limit, as the spec says, and the program goes on", async (context) => {
		const text = `(module ${IMPORTS} (memory (export "memory") 1)
			(func (export "_start") (local $pages i32)
				(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
				(call $proc_exit (i32.shr_u (memory.size) (i32.const 4)))))`;
		const ended = await runHostile(context, text, ["-m", "64m"]);
		assert.match(outcome(ended), /^63\b/);
	});

	test("64-bit growth by absurd amounts fails", async (context) => {
		const text = `(module ${IMPORTS} (memory (export "memory") i64 1)
			(func (export "_start")
				(if (i64.ne (memory.grow (i64.const 0x7fffffffffffffff)) (i64.const -1)) (then unreachable))
				(if (i64.ne (memory.grow (i64.const 0x1000000000000)) (i64.const -1)) (then unreachable))
				(if (i64.ne (memory.grow (i64.const 65536)) (i64.const -1)) (then unreachable))))`;
		assert.equal(outcome(await runHostile(context, text)), "0");
	});

	test("a module that wants more from the start is told so", async (context) => {
		for (const memory of ["65536", "40000 65536", "i64 1000000", "i64 65537"]) {
			const ended = await runHostile(
				context,
				`(module (memory (export "memory") ${memory}) (func (export "_start")))`,
			);
			assert.match(outcome(ended), /^\d+ (MEMORY_LIMIT|MODULE_INVALID)$/, `${memory}: ${ended.stderr}`);
		}
	});

	test("random_get of all memory and of more than crypto gives at once", async (context) => {
		const text = `(module ${IMPORTS} (memory (export "memory") 1024)
			(func (export "_start") (call $proc_exit (call $random_get (i32.const 0) (i32.const 67108864)))))`;
		assert.equal(outcome(await runHostile(context, text)), "0");
	});
});

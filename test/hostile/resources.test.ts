/** Modules that are large, deep or many in one respect: an answer in bounded time and memory. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import { type Ended, run } from "../support/wherry.ts";
import { codeOf, functions, leb, repeated } from "./binary.ts";
import { assertOurs, outcome, runHostile, watString } from "./hostile.ts";

const EXIT = `(import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))`;

suite("tables", () => {
	test("one larger than the limit is refused", async (context) => {
		for (const table of ["10000001 funcref", "4294967295 funcref", "4294967295 4294967295 externref"]) {
			const ended = await runHostile(context, `(module (table ${table}) (func (export "_start")))`);
			assert.match(
				outcome(ended),
				/^\d+ (LIMIT_REACHED|MODULE_INVALID|MEMORY_LIMIT|MODULE_TOO_LARGE)$/,
				ended.stderr,
			);
		}
	});

	test("several that are together larger", async (context) => {
		const text = `(module ${"(table 4000000 funcref)".repeat(4)} (func (export "_start")))`;
		assert.match(outcome(await runHostile(context, text)), /^\d+ [A-Z_]+$/);
	});

	test("growing fails at the limit", async (context) => {
		const text = `(module ${EXIT} (table $t 1 externref)
			(func (export "_start")
				(if (i32.ne (table.grow $t (ref.null extern) (i32.const 0x7fffffff)) (i32.const -1)) (then unreachable))
				(if (i32.ne (table.grow $t (ref.null extern) (i32.const 10000000)) (i32.const -1)) (then unreachable))
				(loop $more (br_if $more (i32.ne (table.grow $t (ref.null extern) (i32.const 1000)) (i32.const -1))))
				(call $proc_exit (i32.le_u (table.size $t) (i32.const 100000)))))`;
		assert.equal(outcome(await runHostile(context, text, ["--max-table-elements", "100000"])), "1");
	});

	test("ten tables growing in turn stay below the limit together", async (context) => {
		const tables = Array.from({ length: 10 }, (_, index) => `(table $t${index} 1 externref)`).join("");
		const grow = Array.from(
			{ length: 10 },
			(_, index) =>
				`(loop $m${index} (br_if $m${index} (i32.ne (table.grow $t${index} (ref.null extern) (i32.const 1000)) (i32.const -1))))`,
		).join("");
		const sum = Array.from({ length: 10 }, (_, index) => `(table.size $t${index})`).reduce(
			(all, one) => `(i32.add ${all} ${one})`,
		);
		const text = `(module ${EXIT} ${tables} (func (export "_start") ${grow}
			(call $proc_exit (i32.le_u ${sum} (i32.const 100000)))))`;
		assert.equal(outcome(await runHostile(context, text, ["--max-table-elements", "100000"])), "1");
	});
});

suite("modules out of proportion", () => {
	const START = `(func (export "_start"))`;
	const TEXTS: Readonly<Record<string, () => string>> = {
		"fifty thousand locals": () => `(module (func (export "_start") (local ${"i64 ".repeat(49_999)})))`,
		"more locals than an engine allows": () =>
			`(module (func (export "_start") (local ${"i64 ".repeat(60_000)})))`,
		"fifty thousand exports": () =>
			`(module (func) ${Array.from({ length: 50_000 }, (_, i) => `(export "e${i}" (func 0))`).join("")} ${START})`,
		"fifty thousand globals": () => `(module ${"(global (mut i64) (i64.const 1))".repeat(50_000)} ${START})`,
		"a thousand memories": () => `(module ${"(memory 0)".repeat(1_000)} ${START})`,
		"a type of a thousand and one parameters": () =>
			`(module (type (func (param ${"i32 ".repeat(1_001)}))) ${START})`,
		"a function name of a megabyte": () =>
			`(module (func $${"n".repeat(1_000_000)} (export "_start") unreachable))`,
		"an export name of a hundred thousand letters": () =>
			`(module (func (export "${"n".repeat(99_000)}")) ${START})`,
	};
	for (const [name, text] of Object.entries(TEXTS))
		test(name, async (context) => {
			assertBounded(await runHostile(context, text()));
		});

	const blocks = (count: number) =>
		codeOf(Buffer.alloc(2 * count, Buffer.from([0x02, 0x40])), Buffer.alloc(count, 0x0b));
	const branches = (count: number) =>
		codeOf(Buffer.from([0x02, 0x40, 0x41, 0x00, 0x0e]), repeated(count, [0]), Buffer.from([0, 0x0b]));
	const BINARIES: Readonly<Record<string, () => Buffer>> = {
		"ten thousand nested blocks": () => functions(1, blocks(10_000)),
		"a million nested blocks": () => functions(1, blocks(1_000_000)),
		"a branch table of sixty thousand": () => functions(1, branches(60_000)),
		"a branch table of a million": () => functions(1, branches(1_000_000)),
		"two hundred thousand functions": () => functions(200_000, codeOf()),
		"more functions than an engine allows": () => functions(1_000_001, codeOf()),
		"fifty thousand functions of as many locals": () =>
			functions(50_000, Buffer.from([1, ...leb(49_999), 0x7e, 0x0b])),
		"a function of eight megabytes": () => functions(1, codeOf(Buffer.alloc(8_000_000, 0x01))),
		"locals that are together 2^64": () =>
			functions(
				1,
				Buffer.from([16, ...Array.from({ length: 16 }, () => [...leb(0xffffffff), 0x7f]).flat(), 0x0b]),
			),
	};
	for (const [name, bytes] of Object.entries(BINARIES))
		test(name, (context) => {
			const path = join(temporaryDirectory(context), "large.wasm");
			writeFileSync(path, bytes());
			const ended = run(["run", path], { timeout_ms: 60_000 });
			assertOurs(ended);
			assertBounded(ended);
		});

	function assertBounded(ended: Ended): void {
		assert.match(
			outcome(ended),
			/^(0|134 TRAP|126 MODULE_\w+|126 FEATURE_MISSING)$/,
			ended.stderr.slice(0, 2000),
		);
		assert.ok(ended.stderr.length < 20_000, `${ended.stderr.length} characters`);
	}

	test("counts that promise more than there is", (context) => {
		const folder = temporaryDirectory(context);
		const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
		const huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
		for (const id of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 14, 127]) {
			for (const body of [huge, [5, ...huge], [...huge, ...huge], [6, ...huge, 0], [1, 0x80], []]) {
				const path = join(folder, "promises.wasm");
				writeFileSync(path, Buffer.from([...header, id, ...body]));
				const ended = run(["run", path], { timeout_ms: 60_000 });
				assertOurs(ended);
				assert.match(outcome(ended), /^126 \w+$/, `section ${id} ${body.join()}: ${ended.stderr}`);
			}
		}
	});
});

suite("modules that trap", () => {
	test("the backtrace has the functions' names, whatever they are", async (context) => {
		const text = `(module (func $inner unreachable) (func $"outer one" (call $inner)) (func (export "_start") (call 1)))`;
		const ended = await runHostile(context, text.replace('$"outer one"', "$outer<one>"));
		assert.equal(outcome(ended), "134 TRAP");
		assert.match(ended.stderr, /inner[\s\S]*outer<one>/);
	});

	test("names that look like a host's frames, or move the cursor, are only shown", async (context) => {
		for (const name of [
			"at Object.<anonymous> (node:fs:1:1)",
			"wherry.cjs:1:1",
			"x\u001b[2J",
			"\u202eevil",
			"new Function (a.ts:1:1)",
		]) {
			const text = `(module (func $f unreachable) (func (export "_start") (call $f)))`;
			const named = text
				.replace("$f unreachable", `(export "${watString(name)}") unreachable`)
				.replace("call $f", "call 0");
			const ended = await runHostile(context, named);
			assert.equal(outcome(ended), "134 TRAP");
		}
	});

	const TRAPS: Readonly<Record<string, readonly [body: string, message: RegExp]>> = {
		unreachable: ["unreachable", /unreachable/],
		"division by zero": ["(drop (i32.div_s (i32.const 1) (i32.const 0)))", /zero/],
		"overflow of a division": [
			"(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
			/divi|overflow|represent/,
		],
		"a number that does not fit": [
			"(drop (i32.trunc_f64_s (f64.const 1e300)))",
			/float|trunc|convert|overflow|represent/,
		],
		"reading outside the memory": ["(drop (i32.load (i32.const 65536)))", /memory/],
		"filling outside the memory": ["(memory.fill (i32.const 1) (i32.const 0) (i32.const 65536))", /memory/],
		"calling nothing": ["(call_indirect (i32.const 0))", /null|table|call|signature/],
		"calling outside the table": ["(call_indirect (i32.const 99))", /table|call/],
	};
	for (const [name, [body, message]] of Object.entries(TRAPS))
		test(name, async (context) => {
			const text = `(module (memory (export "memory") 1) (table 2 funcref) (func $inner ${body})
				(func (export "_start") (call $inner)))`;
			const ended = await runHostile(context, text);
			assert.equal(outcome(ended), "134 TRAP");
			assert.match(ended.stderr, message);
			assert.match(ended.stderr, /inner/);
		});
});

suite("what to start", () => {
	const ENTRIES: Readonly<Record<string, readonly [module: string, outcome: RegExp]>> = {
		"no _start": [`(module (func (export "main")))`, /^126 ENTRY_MISSING$/],
		"nothing at all": ["(module)", /^126 ENTRY_MISSING$/],
		"_start is a global": [`(module (global (export "_start") i32 (i32.const 0)))`, /^126 \w+$/],
		"_start is a memory": [`(module (memory (export "_start") 1))`, /^126 \w+$/],
		"_start takes a parameter": [`(module (func (export "_start") (param i32)))`, /^126 \w+$/],
		"_start answers something": [
			`(module (func (export "_start") (result i32) (i32.const 1)))`,
			/^(0|126 \w+)$/,
		],
		"_start is an import handed on": [`(module ${EXIT} (export "_start" (func $proc_exit)))`, /^126 \w+$/],
		"a command that is a library too": [
			`(module (func (export "_initialize") unreachable) (func (export "_start")))`,
			/^(0|126 \w+|134 TRAP)$/,
		],
		"a start section that traps": [
			`(module (func $f unreachable) (start $f) (func (export "_start")))`,
			/^134 TRAP$/,
		],
		"data outside the memory": [
			`(module (memory (export "memory") 1) (data (i32.const 65536) "x") (func (export "_start")))`,
			/^134 TRAP$/,
		],
		"elements outside the table": [
			`(module (table 1 funcref) (func $f) (elem (i32.const 1) $f) (func (export "_start")))`,
			/^134 TRAP$/,
		],
	};
	for (const [name, [module, expected]] of Object.entries(ENTRIES))
		test(name, async (context) => {
			const ended = await runHostile(context, module);
			assert.match(outcome(ended), expected, ended.stderr);
		});

	test("--invoke of names that every object has", async (context) => {
		for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty", ""]) {
			const ended = await runHostile(context, `(module (func (export "f")))`, ["--invoke", name]);
			assert.match(
				outcome(ended),
				/^12[56] (ENTRY_MISSING|INVOKE_INVALID|FLAG_INVALID)$/,
				`${name}: ${ended.stderr}`,
			);
		}
	});

	test("--invoke of an export that is called so", async (context) => {
		for (const name of ["constructor", "__proto__", "toString", "then"]) {
			const ended = await runHostile(
				context,
				`(module (func (export "${name}") (result i32) (i32.const 42)))`,
				["--invoke", name],
			);
			assert.equal(ended.stdout.toString(), "42\n", ended.stderr);
		}
	});

	test("--invoke of an imported function that is handed on", async (context) => {
		const text = `(module
			(import "wasi_snapshot_preview1" "sched_yield" (func $y (result i32)))
			(memory (export "memory") 1)
			(export "yield" (func $y)))`;
		const ended = await runHostile(context, text, ["--invoke", "yield"]);
		assert.match(outcome(ended), /^(0|126 \w+)$/);
	});
});

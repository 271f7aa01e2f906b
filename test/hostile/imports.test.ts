/** Imports: nothing of JavaScript can be linked, and nothing of WASI under a type that it does not have. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { outcome, runHostile, watString } from "./hostile.ts";

/** What every JavaScript object or function has, and what hosts have been called with. */
const OBJECT_NAMES = [
	"constructor",
	"__proto__",
	"toString",
	"toLocaleString",
	"valueOf",
	"hasOwnProperty",
	"isPrototypeOf",
	"propertyIsEnumerable",
	"__defineGetter__",
	"__defineSetter__",
	"__lookupGetter__",
	"__lookupSetter__",
	"prototype",
	"call",
	"apply",
	"bind",
	"then",
	"",
];

const MODULES = [
	"wasi_snapshot_preview1",
	"wasi_unstable",
	"__proto__",
	"constructor",
	"toString",
	"hasOwnProperty",
	"",
];

const importing = (module: string, name: string, what: string) => `(module
	(import "${module}" "${name}" ${what})
	(memory (export "memory") 1)
	(func (export "_start")))`;

suite("a name of Object.prototype is an unknown import", () => {
	for (const module of MODULES)
		test(`from '${module}'`, async (context) => {
			for (const name of OBJECT_NAMES) {
				const ended = await runHostile(context, importing(module, name, "(func)"));
				assert.equal(outcome(ended), "126 IMPORT_UNKNOWN", `${name}: ${ended.stderr}`);
			}
		});

	test("`__proto__` from a module, as memory, table, global and tag", async (context) => {
		for (const what of ["(memory 1)", "(table 1 funcref)", "(global i32)", "(global externref)", "(tag)"])
			for (const name of ["__proto__", "constructor"]) {
				const ended = await runHostile(
					context,
					`(module (import "wasi_snapshot_preview1" "${name}" ${what})
					(func (export "_start")))`,
				);
				assert.match(outcome(ended), /^126 IMPORT_(UNKNOWN|MISMATCH)$/, `${name} ${what}: ${ended.stderr}`);
			}
	});

	test("with --unknown-imports trap, calling it traps", async (context) => {
		for (const [module, name] of [
			["wasi_snapshot_preview1", "constructor"],
			["__proto__", "toString"],
			["constructor", "constructor"],
			["__proto__", "__proto__"],
		]) {
			const text = `(module
				(import "${module}" "${name}" (func $f (param externref) (result externref)))
				(memory (export "memory") 1)
				(func (export "_start") (drop (call $f (ref.null extern)))))`;
			const ended = await runHostile(context, text, ["--unknown-imports", "trap"]);
			assert.match(outcome(ended), /^134/, ended.stderr);
			assert.ok(ended.stderr.includes(`${name}`), ended.stderr);
		}
	});

	test("with --unknown-imports trap, not calling it is fine", async (context) => {
		const ended = await runHostile(context, importing("__proto__", "constructor", "(func)"), [
			"--unknown-imports",
			"trap",
		]);
		assert.equal(outcome(ended), "0");
	});
});

suite("a function of WASI under another type does not link", () => {
	const wrong: readonly (readonly [name: string, type: string])[] = [
		["fd_write", "(func (param i32 i32 i32) (result i32))"],
		["fd_write", "(func (param i32 i32 i32 i32 i32) (result i32))"],
		["fd_write", "(func (param i64 i32 i32 i32) (result i32))"],
		["fd_write", "(func (param i32 i32 i32 i32))"],
		["fd_write", "(func (param i32 i32 i32 i32) (result i64))"],
		["fd_write", "(func (param i32 i32 i32 i32) (result i32 i32))"],
		["fd_write", "(func (param externref i32 i32 i32) (result i32))"],
		["fd_write", "(func (param funcref i32 i32 i32) (result i32))"],
		["fd_write", "(func (param f64 f64 f64 f64) (result i32))"],
		["fd_write", "(func (param i32 i32 i32 i32) (result externref))"],
		["fd_seek", "(func (param i32 i32 i32 i32) (result i32))"],
		["path_open", "(func (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32))"],
		["clock_time_get", "(func (param i32 f64 i32) (result i32))"],
		["proc_exit", "(func (param i32) (result i32))"],
		["proc_exit", "(func (param externref))"],
		["proc_exit", "(func)"],
		["random_get", "(func (param externref i32) (result i32))"],
		["sched_yield", "(func (result f32))"],
	];
	for (const [name, type] of wrong)
		test(`${name} as ${type}`, async (context) => {
			const ended = await runHostile(context, importing("wasi_snapshot_preview1", name, type));
			assert.equal(outcome(ended), "126 IMPORT_MISMATCH", ended.stderr);
		});

	for (const what of [
		"(memory 1)",
		"(memory i64 1)",
		"(table 1 funcref)",
		"(global i32)",
		"(global (mut i64))",
		"(tag (param i32))",
	])
		test(`fd_write as ${what}`, async (context) => {
			const text = `(module (import "wasi_snapshot_preview1" "fd_write" ${what}) (func (export "_start")))`;
			assert.match(outcome(await runHostile(context, text)), /^126 IMPORT_(UNKNOWN|MISMATCH)$/);
		});

	test("one right, one wrong", async (context) => {
		const text = `(module
			(import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
			(import "wasi_snapshot_preview1" "sched_yield" (func (result i64)))
			(memory (export "memory") 1)
			(func (export "_start")))`;
		assert.equal(outcome(await runHostile(context, text)), "126 IMPORT_MISMATCH");
	});

	test("a mismatch is one even with --unknown-imports trap", async (context) => {
		const text = importing("wasi_snapshot_preview1", "fd_write", "(func (param externref))");
		assert.equal(
			outcome(await runHostile(context, text, ["--unknown-imports", "trap"])),
			"126 IMPORT_MISMATCH",
		);
	});
});

suite("what a module may import twice, from nowhere, or in masses", () => {
	test("the same function several times", async (context) => {
		const one = `(import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))`;
		const text = `(module ${one.repeat(1000)} (memory (export "memory") 1) (func (export "_start")
			(if (call 999) (then unreachable))))`;
		assert.equal(outcome(await runHostile(context, text)), "0");
	});

	test("fifty thousand unknown imports give one bounded error", async (context) => {
		const many = Array.from({ length: 50_000 }, (_, index) => `(import "env" "f${index}" (func))`).join("");
		const ended = await runHostile(context, `(module ${many} (func (export "_start")))`);
		assert.equal(outcome(ended), "126 IMPORT_UNKNOWN");
		assert.ok(ended.stderr.length < 20_000, `${ended.stderr.length} characters`);
	});

	test("names with control characters, direction marks and a megabyte of length are shown safely", async (context) => {
		for (const name of [
			"\u001b[31mred\u0007",
			"a\nerror: forged [BUG2]\n",
			"\u202egnihtyna",
			"n".repeat(90_000),
			"%s%n${x}",
		]) {
			const ended = await runHostile(context, importing(watString(name), watString(name), "(func)"));
			assert.equal(outcome(ended), "126 IMPORT_UNKNOWN");
			assert.doesNotMatch(ended.stderr, /^error: forged/m);
			assert.doesNotMatch(ended.stderr, /\u202e/);
			assert.ok(ended.stderr.length < 20_000, `${ended.stderr.length} characters`);
		}
	});

	test("memory from the host is not to be had", async (context) => {
		for (const what of ["(memory 1)", "(memory 1 65536)", "(memory 1 1 shared)", "(memory i64 1)"]) {
			const text = `(module (import "env" "memory" ${what}) (func (export "_start")))`;
			assert.equal(outcome(await runHostile(context, text)), "126 IMPORT_UNKNOWN");
			const trapping = await runHostile(context, text, ["--unknown-imports", "trap"]);
			assert.match(outcome(trapping), /^126 IMPORT_/);
		}
	});
});

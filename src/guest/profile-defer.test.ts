import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assemble } from "../../test/support/wat.ts";
import { readModule } from "../wasm/read-module.ts";
import { rewriteModule } from "../wasm/rewrite.ts";
import { type Deferral, deferLongBodies } from "./profile-defer.ts";
import { chargeCap } from "./profile-door.ts";
import { hookFunction } from "./profile-hook.ts";

/** More turns than a room takes before it enters itself anew. */
const MANY = 250_003;

interface Split {
	readonly deferral: Deferral;
	readonly exports: Record<string, (...values: unknown[]) => unknown>;
	/** What the hook was called with. */
	readonly charges: number[];
}

/** Puts off every function of at least so many bytes, as `prepare` does with long ones. */
function split(bytes: Uint8Array<ArrayBuffer>, least_bytes = 1, imports?: WebAssembly.Imports): Split {
	const module = readModule(bytes);
	const deferral = deferLongBodies(bytes, module, least_bytes);
	assert.ok(deferral !== undefined, "nothing was put off");
	const { bytes: changed, globalExports } = rewriteModule(bytes, module, {
		exportGlobals: [deferral.hookGlobal],
		patches: deferral.patches,
	});
	const { exports } = new WebAssembly.Instance(new WebAssembly.Module(changed), imports);
	const charges: number[] = [];
	const hook = exports[globalExports.get(deferral.hookGlobal) ?? ""] as WebAssembly.Global;
	hook.value = hookFunction((charge) => charges.push(charge));
	return { deferral, exports: exports as Split["exports"], charges };
}

function plain(bytes: Uint8Array<ArrayBuffer>, imports?: WebAssembly.Imports): Split["exports"] {
	return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports as Split["exports"];
}

const wat = async (text: string) => new Uint8Array(await assemble(text));

/** A function `run` of `(param $n i32) (result i64)`, which has some globals and calls for its ways to use. */
const withRun = (body: string): Promise<Uint8Array<ArrayBuffer>> =>
	wat(`(module
		(global $g (mut i64) (i64.const 7))
		(func $pair (param i32 i64) (result i64) (i64.add (local.get 1) (i64.extend_i32_u (local.get 0))))
		(func (export "run") (param $n i32) (result i64)
			(local $i i32) (local $sum i64) (local $f f32) (local $d f64) (local $outer i32)
			${body}))`);

const COUNT = `
	(local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (i64.extend_i32_u (local.get $i))))
	(local.set $d (f64.add (local.get $d) (f64.const 0.5)))
	(local.set $f (f32.add (local.get $f) (f32.const 1)))
	(local.set $i (i32.add (local.get $i) (i32.const 1)))
	(br_if $main (i32.lt_u (local.get $i) (local.get $n)))`;
/** More code than the window in which the main loop must begin. */
const LONG = `(drop (i64.const 1))`.repeat(700);
const LOOP = `(loop $main ${LONG} ${COUNT})`;
const RESULT = `(i64.add (local.get $sum) (i64.trunc_sat_f64_s (f64.add (local.get $d) (f64.promote_f32 (local.get $f)))))`;

const WAYS: readonly (readonly [title: string, body: string])[] = [
	["at once", `${LOOP} ${RESULT}`],
	["after code with a call", `(global.set $g (call $pair (local.get $n) (global.get $g))) ${LOOP} ${RESULT}`],
	[
		"in blocks, left from before the loop",
		`(block $done (br_if $done (i32.eqz (local.get $n))) (block $never (br_if $never (i32.const 0)) ${LOOP} (br $done)) (unreachable)) ${RESULT}`,
	],
	[
		"in a first arm",
		`(if (i32.gt_u (local.get $n) (i32.const 3)) (then (local.set $i (i32.const 2)) ${LOOP}) (else (local.set $sum (i64.const -5)))) ${RESULT}`,
	],
	[
		"in a second arm",
		`(if (i32.lt_u (local.get $n) (i32.const 3)) (then (local.set $sum (i64.const -5))) (else (local.set $i (i32.const 2)) ${LOOP})) ${RESULT}`,
	],
	[
		"in an outer loop, whose own code runs each time",
		`(loop $again
		(local.set $i (i32.const 0))
		(local.set $outer (i32.add (local.get $outer) (i32.const 1)))
		(block $out
			(br_if $out (i32.gt_u (local.get $outer) (i32.const 3)))
			${LOOP}
			(br $again)))
		${RESULT}`,
	],
	[
		"after a branch table that leads past it",
		`(block $c (block $b (block $a
		(block $x (br_table $x $a $b $c (local.get $n)))
		(local.set $sum (i64.const 11))
		${LOOP}) (local.set $sum (i64.const 100))) (local.set $sum (i64.add (local.get $sum) (i64.const 1000)))) ${RESULT}`,
	],
	[
		"after a nested construct with labels of its own",
		`(block $past
		(block $inner (loop $spin
			(local.set $outer (i32.add (local.get $outer) (i32.const 1)))
			(br_if $past (i32.eq (local.get $n) (i32.const 5)))
			(br_if $inner (i32.gt_u (local.get $outer) (i32.const 3)))
			(br $spin)))
		${LOOP}) ${RESULT}`,
	],
	["with no loop", `${LONG} (local.set $sum (i64.extend_i32_u (local.get $n))) ${RESULT}`],
];

for (const [title, body] of WAYS) {
	test(`a function computes the same when put off: the loop ${title}`, async () => {
		const bytes = await withRun(body);
		const { exports, deferral } = split(bytes, 1000);
		const { run } = plain(bytes);
		assert.deepEqual([...deferral.origins.values()], [1]);
		for (const n of [0, 1, 2, 3, 4, 5, 17, MANY]) assert.equal(exports["run"]?.(n), run?.(n), `run(${n})`);
	});
}

const LEFT_ALONE: readonly (readonly [title: string, body: string])[] = [
	["a value stands on the stack", `(i64.const 5) ${LOOP} ${RESULT} i64.add`],
	["it has too many locals to hand over", `(local ${"i32 ".repeat(200)}) ${LOOP} ${RESULT}`],
	[
		"an exception leads past it",
		`(block $past (block (try_table (catch_all $past) (nop))) ${LOOP}) ${RESULT}`,
	],
	["exceptions surround it", `(block $caught (try_table (catch_all $caught) ${LOOP})) ${RESULT}`],
];

for (const [title, body] of LEFT_ALONE) {
	test(`a function with a main loop is left alone where ${title}`, async () => {
		const bytes = await withRun(body);
		assert.equal(deferLongBodies(bytes, readModule(bytes), 1000), undefined);
	});
}

test("the charge is capped while a long function's code is compiled, once, and then as ever", async () => {
	const bytes = await withRun(`${LOOP} ${RESULT}`);
	const { exports, charges } = split(bytes, 1000);
	assert.deepEqual(charges, []);
	exports["run"]?.(3);
	const [first = 0] = charges;
	assert.deepEqual(charges, [first, 0]);
	assert.ok(first >= 1 && first < 1000, `${first}`);
	exports["run"]?.(MANY);
	assert.equal(charges.length, 2);
});

test("the longer a body, the smaller its cap, and never nothing", () => {
	const capOf = (size: number) => chargeCap({ index: 0, typeIndex: 0, start: 0, contents: 0, end: size });
	const caps = [4096, 10_000, 100_000, 7_000_000].map(capOf);
	assert.deepEqual(
		caps,
		caps.toSorted((one, other) => other - one),
	);
	assert.equal(caps.at(-1), 1);
});

test("of many long functions each goes by its own door", async () => {
	const bodies = Array.from({ length: 40 }, (_, number) => {
		const code = number % 2 === 0 ? LOOP : LONG;
		return `(func (export "f${number}") (param $n i32) (result i64)
			(local $i i32) (local $sum i64) (local $f f32) (local $d f64)
			${code} (i64.add (i64.const ${number}) ${RESULT}))`;
	});
	const bytes = await wat(`(module (global i32 (i32.const 0)) ${bodies.join("\n")})`);
	const { exports, charges } = split(bytes, 1000);
	const expected = plain(bytes);
	for (const name of Object.keys(expected)) assert.equal(exports[name]?.(9), expected[name]?.(9), name);
	assert.equal(charges.length, 80);
});

test("imported functions and globals keep their places, and what takes a function's address finds its door", async () => {
	const bytes = await wat(`(module
		(import "m" "f" (func $f (param i32) (result i32)))
		(import "m" "g" (global $g i32))
		(global $own (mut i32) (i32.const 3))
		(table funcref (elem $long))
		(func $long (param $n i32) (result i32) (local $i i32)
			${LONG} (i32.add (call $f (local.get $n)) (i32.add (global.get $g) (global.get $own))))
		(func (export "run") (param i32) (result i32) (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0))))`);
	const imports = { m: { f: (value: number) => value * 2, g: 100 } };
	assert.equal(split(bytes, 1000, imports).exports["run"]?.(5), 113);
});

test("a module without globals, or with nothing long, is left alone", async () => {
	const none = await wat(`(module (func ${LONG}))`);
	assert.equal(deferLongBodies(none, readModule(none), 1), undefined);
	const short = await withRun(RESULT);
	assert.equal(deferLongBodies(short, readModule(short)), undefined);
});

/** A type, a function of it, a global. */
const BEFORE_CODE = [
	0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 6, 6, 1, 0x7f, 0, 0x41, 0, 0x0b,
];

test("any bytes in a code section give a deferral or none, and never an endless walk", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(3), (junk, groups) => {
			const body = [groups, ...junk];
			const bytes = Uint8Array.from([...BEFORE_CODE, ...sectionOfCode(body)]);
			deferLongBodies(bytes, readModule(bytes), 1);
		}),
	);
});

function sectionOfCode(body: readonly number[]): number[] {
	const sized = [(body.length % 128) | 0x80, Math.floor(body.length / 128), ...body];
	const size = sized.length + 1;
	return [10, (size % 128) | 0x80, Math.floor(size / 128), 1, ...sized];
}

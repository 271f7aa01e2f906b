import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { assemble } from "../../test/support/wat.ts";
import { ROOT } from "../../test/support/wherry.ts";
import { openEngine } from "../host/node/engine.ts";
import { readModule } from "../wasm/read-module.ts";
import { rewriteModule } from "../wasm/rewrite.ts";
import { chooseProfile, engageProfile, PLAIN_PROFILE, type Profile } from "./profile.ts";

const wat = async (text: string) => new Uint8Array(await assemble(text));
const read = (guest: string) => new Uint8Array(readFileSync(`${ROOT}/guests/${guest}.wasm`));

const profileOf = (bytes: Uint8Array): Profile => chooseProfile(bytes, readModule(bytes));

const FIRST: readonly (readonly [guest: string, count: number])[] = [
	["wat/hello", 0],
	["wat/cat", 0],
	["c/environment", 0],
	["c/sha256", 1],
	["c/nbody", 2],
	["c/mandel", 2],
	["c/matmul", 2],
	["c/sieve", 1],
	["rust/tour", 8],
];

for (const [guest, count] of FIRST) {
	test(`${guest}: ${count} functions are optimised before it begins`, () => {
		const { optimiseFirst, deferral } = profileOf(read(guest));
		assert.equal(optimiseFirst.length, count);
		assert.equal(deferral, undefined);
	});
}

const MIB = 2 ** 20;
const longFunction = (name: string, size_bytes: number) =>
	`(func ${name} ${"(drop (i64.const 1))".repeat(size_bytes / 3)})`;
const GLOBAL = "(global i32 (i32.const 0))";

test("in much code, what is long is put off, and nothing is optimised first", async () => {
	const bytes = await wat(`(module ${GLOBAL} ${longFunction("$long", MIB)}
		(func (export "_start") (local $i i32) (loop $l (br_if $l (local.get $i)))))`);
	const { optimiseFirst, deferral } = profileOf(bytes);
	assert.deepEqual(optimiseFirst, []);
	assert.deepEqual([...(deferral?.origins ?? [])], [[2, 0]]);
});

test("much code in short functions is left to V8", async () => {
	const functions = Array.from({ length: 400 }, () => longFunction("", 1000));
	assert.deepEqual(profileOf(await wat(`(module ${GLOBAL} ${functions.join("")})`)), PLAIN_PROFILE);
});

test("a function too long to be optimised for nothing is not", async () => {
	const loop = "(local $i i32) (loop $l (br_if $l (local.get $i)))";
	const bytes = await wat(`(module
		(func (export "_start") ${loop} ${"(drop (i64.const 1))".repeat(6000)})
		(func (export "other") ${loop}))`);
	assert.deepEqual(profileOf(bytes).optimiseFirst, [1]);
});

test("of several that are entered once, as many as take no time to speak of are optimised first", async () => {
	const body = `(local $i i32) (loop $l (br_if $l (local.get $i))) ${"(drop (i64.const 1))".repeat(2500)}`;
	const functions = Array.from({ length: 4 }, (_, number) => `(func (export "f${number}") ${body})`);
	assert.deepEqual(profileOf(await wat(`(module ${functions.join("")})`)).optimiseFirst, [0, 1]);
});

test("a module without code is left to V8", async () => {
	assert.deepEqual(profileOf(await wat("(module)")), PLAIN_PROFILE);
});

/** V8's own answer to what its tiers have done. */
function isOptimised(one: unknown): unknown {
	setFlagsFromString("--allow-natives-syntax");
	// oxlint-disable-next-line typescript/no-implied-eval, no-new-func
	const ask = new Function("one", "return %IsTurboFanFunction(one)") as (one: unknown) => unknown;
	setFlagsFromString("--no-allow-natives-syntax");
	return ask(one);
}

const SPIN = `(func (export "spin") (param $n i32) (result i32) (local $sum i32)
	(loop $l
		(local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (local.get $n)))
		(br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
	(local.get $sum))`;

test("a function that would never be left is optimised code when it is first called", async () => {
	const bytes = await wat(`(module ${SPIN} (func (export "other") (result i32) (i32.const 1)))`);
	const module = readModule(bytes);
	const profile = chooseProfile(bytes, module);
	const { bytes: changed, functionExports } = rewriteModule(bytes, module, {
		exportFunctions: profile.optimiseFirst,
	});
	const { exports } = new WebAssembly.Instance(new WebAssembly.Module(changed));
	assert.equal(isOptimised(exports["spin"]), false);
	engageProfile(profile, { functions: functionExports, globals: new Map() }, exports, openEngine());
	assert.equal(isOptimised(exports["spin"]), true);
	assert.equal(isOptimised(exports["other"]), false);
});

test("no natives are left to say", async () => {
	const { exports } = new WebAssembly.Instance(new WebAssembly.Module(await wat(`(module ${SPIN})`)));
	openEngine().optimise([exports["spin"]]);
	// oxlint-disable-next-line typescript/no-implied-eval, no-new-func
	assert.throws(() => new Function("anew", "%WasmTierUpFunction(anew)"), SyntaxError);
});

/** A long function that is called once, and stays in its loop. `left` says how many turns before it is called back. */
const LONG_LOOP = `(module
	(import "host" "turn" (func $turn (param i32)))
	${GLOBAL}
	(func (export "run") (param $n i32) (local $i i32)
		(loop $main
			(local.set $i (i32.add (local.get $i) (i32.const 1)))
			(if (i32.eqz (i32.and (local.get $i) (i32.const 0xfffff))) (then (call $turn (local.get $i))))
			(br_if $main (i32.lt_u (local.get $i) (local.get $n)))
			${"(drop (i64.const 1))".repeat(100_000)}))
	(func $rest))`;

test("a call that stays in a long function's loop goes over to optimised code, and none is charged early", async () => {
	const bytes = await wat(LONG_LOOP);
	const module = readModule(bytes);
	const profile = chooseProfile(bytes, module);
	const [room = -1] = profile.deferral?.origins.keys() ?? [];
	const {
		bytes: changed,
		globalExports,
		functionExports,
	} = rewriteModule(bytes, module, {
		exportFunctions: [room],
		exportGlobals: profile.deferral === undefined ? [] : [profile.deferral.hookGlobal],
		patches: profile.deferral?.patches,
	});
	let exports: WebAssembly.Exports = {};
	const seen: unknown[] = [];
	const turn = () => seen.push(isOptimised(exports[functionExports.get(room) ?? ""]));
	({ exports } = new WebAssembly.Instance(new WebAssembly.Module(changed), { host: { turn } }));
	engageProfile(profile, { functions: functionExports, globals: globalExports }, exports, openEngine());
	(exports["run"] as (n: number) => void)(400 * MIB);
	assert.equal(seen[0], false);
	assert.equal(seen.at(-1), true);
});

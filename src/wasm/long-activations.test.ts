import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import wabt from "wabt";
import { readCodeFacts } from "./code-facts.ts";
import { countActivations, longActivations, SPINE_LIMITS } from "./long-activations.ts";
import { code, functions, functionType, memories, section, types, wasm } from "./module-builder.ts";
import { type Module, SectionId } from "./module.ts";
import { binariesIn } from "./nested.ts";
import { readModule } from "./read-module.ts";

const toolkit = await wabt();

function assemble(text: string): Uint8Array<ArrayBuffer> {
	const module = toolkit.parseWat("test.wat", text, { tail_call: true, exceptions: true });
	const { buffer } = module.toBinary({});
	module.destroy();
	return new Uint8Array(buffer);
}

function analyse(text: string) {
	const bytes = assemble(text);
	const module = readModule(bytes);
	const found = longActivations(bytes, module);
	assert.ok(found.known);
	return { module, facts: found.facts, spine: found.spine };
}

const LEAF_LOOP = "(loop (br_if 0 (i32.const 0)))";

test("facts: bodies, loops, calls", () => {
	const { facts } = analyse(`(module
		(import "m" "f" (func $imported))
		(table 1 funcref)
		(func $plain)
		(func $loops (local i64 i32)
			(block (loop (call $plain) (if (i32.const 1) (then (loop (loop) (br 1)))) (loop)))
			${LEAF_LOOP})
		(func $calls (call $imported) (call $plain) (call_indirect (i32.const 0)) (return_call $plain)))`);
	assert.equal(facts.importedFunctions, 1);
	assert.deepEqual([...facts.loops], [0, 5, 0]);
	assert.deepEqual([...facts.loopDepth], [0, 3, 0]);
	assert.deepEqual([...facts.leafLoops], [0, 3, 0]);
	assert.deepEqual([...facts.calls], [0, 1, 4]);
	assert.deepEqual([...facts.callSites], [3, 0, 0]);
	assert.deepEqual([...facts.callSitesInLoops], [1, 0, 0]);
	assert.deepEqual([...facts.callers.subarray(0, 3)], [1, 2, 2]);
});

test("facts: where a body stands and how much of it are loops", () => {
	const bytes = assemble(`(module (func) (func (nop) ${LEAF_LOOP} (nop)))`);
	const facts = readCodeFacts(bytes, readModule(bytes), 1000)!;
	const start = facts.bodyStart[1]!;
	assert.deepEqual(
		[...bytes.subarray(start, start + facts.bodySize_bytes[1]!)],
		[0x00, 0x01, 0x03, 0x40, 0x41, 0x00, 0x0d, 0x00, 0x0b, 0x01, 0x0b],
	);
	assert.equal(facts.loop_bytes[1], 6);
});

test("facts: references taken by segments, globals and code, not by declarations", () => {
	const { facts } = analyse(`(module
		(table 9 funcref)
		(func $a) (func $b) (func $c) (func $d) (func $e (drop (ref.func $d)))
		(global funcref (ref.func $c))
		(elem (i32.const 0) $a $b)
		(elem funcref (ref.func $b) (ref.null func))
		(elem declare func $d))`);
	assert.deepEqual([...facts.addressTaken], [1, 2, 1, 1, 0]);
});

test("facts: blocks of every kind end where they end", () => {
	const { facts } = analyse(`(module (tag $t)
		(func (loop (try (do (block)) (catch $t (nop)) (catch_all))) (call 1))
		(func (loop (try (do) (delegate 0)) (br 0)) (if (i32.const 0) (then) (else)) (call 0)))`);
	assert.deepEqual([...facts.callSitesInLoops], [0, 0]);
	assert.deepEqual([...facts.callSites], [1, 1]);
});

test("facts: a memory's index is not taken for the offset", () => {
	const LOOP_AS_OFFSET = 0x03;
	const bytes = wasm(
		types(functionType([], [])),
		functions(0),
		memories({ minimum: 1 }, { minimum: 1 }),
		code([0x41, 0x00, 0x28, 0x42, 0x01, LOOP_AS_OFFSET, 0x1a]),
	);
	assert.ok(WebAssembly.validate(bytes));
	assert.equal(readCodeFacts(bytes, readModule(bytes), 1000)?.loops[0], 0);
});

const ACTIVATIONS: readonly (readonly [title: string, functions: string, counts: readonly number[]])[] = [
	["an export", '(func (export "_start"))', [1]],
	["nobody's", "(func)", [0]],
	["called once", '(func (export "_start") (call 1)) (func)', [1, 1]],
	["called once by nobody's", "(func (call 1)) (func)", [0, 0]],
	["called twice", '(func (export "_start") (call 1) (call 1)) (func)', [1, 2]],
	["twice twice", '(func (export "a") (call 1) (call 1)) (func (call 2) (call 2)) (func)', [1, 2, 4]],
	["in a loop", '(func (export "a") (loop (call 1))) (func (call 2)) (func)', [1, Infinity, Infinity]],
	["in a circle", '(func (export "a") (call 1)) (func (call 0))', [Infinity, Infinity]],
	["itself", "(func (call 0))", [Infinity]],
	["exported under two names", '(func (export "a") (export "b"))', [1]],
	["exported and called", '(func (export "a") (call 1)) (func (export "b"))', [1, 2]],
	["the start function", "(func) (start 0)", [1]],
	["one reference", "(func) (table 1 funcref) (elem (i32.const 0) 0)", [1]],
	["two references", "(func) (table 2 funcref) (elem (i32.const 0) 0 0)", [Infinity]],
	[
		"from more places than are kept",
		'(func (export "a") (call 1) (call 1) (call 1) (call 1) (call 1)) (func)',
		[1, Infinity],
	],
];

for (const [title, text, counts] of ACTIVATIONS)
	test(`activations: ${title}`, () => {
		const { module, facts } = analyse(`(module ${text})`);
		assert.deepEqual([...countActivations(module, facts)], counts);
	});

const SPINES: readonly (readonly [title: string, functions: string, spine: readonly number[]])[] = [
	["a loop in main", `(func (export "_start") ${LEAF_LOOP})`, [0]],
	["a loop in a function that main calls once", `(func (export "_start") (call 1)) (func ${LEAF_LOOP})`, [1]],
	["a loop that only calls", '(func (export "_start") (loop (call 1))) (func)', []],
	["loops in loops that call", '(func (export "_start") (loop (loop (call 1)))) (func)', [0]],
	[
		"a loop in a function called in a loop",
		`(func (export "_start") (loop (call 1))) (func ${LEAF_LOOP})`,
		[],
	],
	[
		"a loop in a function called too often",
		`(func (export "a") ${"(call 1)".repeat(5)}) (func ${LEAF_LOOP})`,
		[],
	],
	["no loop", '(func (export "_start"))', []],
	["dead code", `(func ${LEAF_LOOP})`, []],
	["an imported function before it", `(import "m" "f" (func)) (func (export "_start") ${LEAF_LOOP})`, [1]],
];

for (const [title, text, spine] of SPINES)
	test(`spine: ${title}`, () => assert.deepEqual(analyse(`(module ${text})`).spine, spine));

test("a chain of a hundred thousand calls is followed", () => {
	const count = 100_000;
	const bodies = Array.from({ length: count }, (_, index) =>
		index === count - 1 ? [0x03, 0x40, 0x0b] : [0x10, ...Array.from(unsigned3(index + 1))],
	);
	const bytes = wasm(
		types(functionType([], [])),
		functions(...bodies.map(() => 0)),
		section(SectionId.START, [0]),
		code(...bodies),
	);
	const found = longActivations(bytes, readModule(bytes));
	assert.deepEqual(found.known && found.spine, [count - 1]);
});

/** Three bytes for any index. */
function unsigned3(value: number): number[] {
	return [(value & 0x7f) | 0x80, ((value >> 7) & 0x7f) | 0x80, value >> 14];
}

const UNKNOWN: readonly (readonly [title: string, bytes: Uint8Array])[] = [
	["no code", wasm()],
	["an instruction that is not known", oneBody([0xff])],
	["one of a prefix", oneBody([0xfd, 0xff, 0x7f])],
	["a body that ends too soon", oneBody([0x0b])],
	["a block without end", oneBody([0x02, 0x40])],
	["an immediate over the end", oneBody([0x41, 0x80])],
	["locals without end", wasm(types(functionType([], [])), functions(0), section(10, [1, 2, 0xff, 0x01]))],
	["a body over the section's end", wasm(types(functionType([], [])), functions(0), section(10, [1, 9, 0]))],
	["fewer bodies than functions", wasm(types(functionType([], [])), functions(0, 0), code([]))],
	["a segment that cannot be read", wasm(types(functionType([], [])), section(9, [1, 9]), code())],
];

function oneBody(instructions: readonly number[]): Uint8Array {
	return wasm(types(functionType([], [])), functions(0), code(instructions));
}

for (const [title, bytes] of UNKNOWN)
	test(`not known: ${title}`, () => {
		assert.deepEqual(longActivations(bytes, readModule(bytes)), { known: false });
	});

test("not known: more code than the limit", () => {
	const bytes = oneBody(Array.from({ length: 50 }, () => 0x01));
	assert.equal(longActivations(bytes, readModule(bytes), { ...SPINE_LIMITS, code_bytes: 50 }).known, false);
	assert.equal(longActivations(bytes, readModule(bytes), { ...SPINE_LIMITS, code_bytes: 55 }).known, true);
});

const GUESTS = new URL("../../guests/", import.meta.url);

function guest(file: string): [bytes: Uint8Array, module: Module] {
	const bytes = new Uint8Array(readFileSync(new URL(file, GUESTS)));
	return [bytes, readModule(bytes)];
}

for (const file of readdirSync(GUESTS, { recursive: true, encoding: "utf8" }).filter(isWasm))
	test(`guests/${file} is walked to its end`, () => {
		const whole = new Uint8Array(readFileSync(new URL(file, GUESTS)));
		const modules = binariesIn(whole).filter(({ kind }) => kind === "module");
		// of a component's, one may only fill a table
		const withCode = modules.filter(({ sections }) => sections.some(({ id }) => id === SectionId.CODE));
		assert.notEqual(withCode.length, 0);
		for (const { bytes } of withCode) assert.equal(longActivations(bytes, readModule(bytes)).known, true);
	});

function isWasm(file: string): boolean {
	return file.endsWith(".wasm") && !file.includes("node_modules");
}

for (const kernel of ["mandel", "matmul", "nbody", "sha256", "sieve"])
	test(`the ${kernel} kernel's loops are on the spine`, () => {
		const [bytes, module] = guest(`c/${kernel}.wasm`);
		const found = longActivations(bytes, module);
		assert.ok(found.known);
		// clang inlines the kernel into main: loops in loops, activated once
		const { facts, spine } = found;
		const activations = countActivations(module, facts);
		const entries = spine.map((index) => index - facts.importedFunctions);
		assert.ok(entries.some((entry) => activations[entry] === 1 && facts.loopDepth[entry]! >= 2));
	});

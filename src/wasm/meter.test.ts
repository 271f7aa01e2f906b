import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import loadWabt from "wabt";
import { Fault } from "../base/fault.ts";
import { engageMeter, type MeterCounter, meterHook } from "./meter-hook.ts";
import { meterModule, type Metered } from "./meter.ts";
import { code, exports, functions, functionType, importOf, imports, types, wasm } from "./module-builder.ts";
import { readModule } from "./read-module.ts";

const wabt = await loadWabt();

const FEATURES = {
	bulk_memory: true,
	exceptions: true,
	memory64: true,
	multi_memory: true,
	reference_types: true,
	simd: true,
	tail_call: true,
	threads: true,
};

function assemble(text: string): Uint8Array<ArrayBuffer> {
	const parsed = wabt.parseWat("test.wat", text, FEATURES);
	try {
		return new Uint8Array(parsed.toBinary({}).buffer);
	} finally {
		parsed.destroy();
	}
}

function meter(bytes: Uint8Array<ArrayBuffer>, initial = 1000): Metered {
	const metered = meterModule(bytes, readModule(bytes), initial);
	assert.ok(metered !== undefined);
	return metered;
}

interface Running {
	readonly call: (...values: unknown[]) => unknown;
	readonly counter: MeterCounter;
	/** The ids that asked, in order. */
	readonly asked: number[];
}

/** The export `f`, with as many ticks; each time it asks, `onAsk` gives more or does not. */
function run(text: string, ticks: number, onAsk: (counter: MeterCounter) => void = () => {}): Running {
	const { bytes, names } = meter(assemble(text));
	const made = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
	const asked: number[] = [];
	const hook = meterHook((id: number) => {
		asked.push(id);
		onAsk(counter);
	});
	const counter = engageMeter(made, names, hook, 7);
	counter.value = ticks;
	return { call: made["f"] as Running["call"], counter, asked };
}

const FOREVER: readonly (readonly [string, string])[] = [
	["a loop", `(module (func (export "f") (loop (br 0))))`],
	["a loop that jumps by a table", `(module (func (export "f") (loop (br_table 0 0 (i32.const 5)))))`],
	["a function that calls itself forever by its tail", `(module (func $f (export "f") (return_call $f)))`],
	[
		"tail calls through a table",
		`(module (type $t (func)) (table funcref (elem $f)) (func $f (export "f") (return_call_indirect (type $t) (i32.const 0))))`,
	],
	[
		"recursion that branches",
		`(module (func $f (param i32) (if (local.get 0) (then
			(call $f (i32.sub (local.get 0) (i32.const 1))) (call $f (i32.sub (local.get 0) (i32.const 1))))))
		(func (export "f") (call $f (i32.const 60))))`,
	],
	[
		"a loop that catches all",
		`(module (func (export "f") (loop (try (do (loop (br 0))) (catch_all)) (br 0))))`,
	],
	[
		"long fills",
		`(module (memory 10) (func (export "f") (loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 655360)) (br 0))))`,
	],
];

for (const [what, text] of FOREVER) {
	test(`${what} ends in a trap when no more ticks are given`, () => {
		const { call, asked } = run(text, 100_000);
		assert.throws(call, WebAssembly.RuntimeError);
		assert.deepEqual(asked, [7]);
	});

	test(`${what} goes on for as long as ticks are given, and ends by what the hook throws`, () => {
		const end = new Error("enough");
		let rounds = 0;
		const { call, asked } = run(text, 100, (counter) => {
			rounds += 1;
			if (rounds > 50) throw end;
			counter.value = 1000;
		});
		assert.throws(call, (error) => error === end || error instanceof WebAssembly.RuntimeError);
		assert.ok(asked.length > 50);
	});
}

test("what ends in time is not asked, and its ticks are counted", () => {
	const { call, counter, asked } = run(
		`(module (func (export "f") (param i32) (result i32) (local i32)
			(loop (local.set 1 (i32.add (local.get 1) (i32.const 3)))
				(br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
			(local.get 1)))`,
		1000,
	);
	assert.equal(call(10), 30);
	assert.equal(counter.value, 1000 - 1);
	assert.equal(call(645), 645 * 3);
	// 64 rounds at a time
	assert.equal(counter.value, 1000 - 2 - 640);
	assert.deepEqual(asked, []);
});

test("a loop with parameters and results computes what it did", () => {
	const { call } = run(
		`(module (func (export "f") (param i32) (result i32)
			(i32.const 1) (local.get 0)
			(loop (param i32 i32) (result i32)
				(local.set 0) (i32.const 2) (i32.mul)
				(local.tee 0 (i32.sub (local.get 0) (i32.const 1)))
				(if (param i32) (result i32) (then) (else (return)))
				(local.get 0) (br 0))))`,
		1000,
	);
	assert.equal(call(5), 32);
});

/** Each does its operation on `n` once, in a function of its own. */
const LONG: readonly (readonly [string, string, number | bigint, number])[] = [
	[
		"memory.fill",
		`(memory 32) (func (export "f") (param i32) (memory.fill (i32.const 0) (i32.const 1) (local.get 0)))`,
		1 << 20,
		1 << 16,
	],
	[
		"memory.copy",
		`(memory 32) (func (export "f") (param i32) (memory.copy (i32.const 0) (i32.const 9) (local.get 0)))`,
		1 << 20,
		1 << 16,
	],
	[
		"memory.init",
		`(memory 1) (data $d "0123456789abcdef0123456789abcdef") (func (export "f") (param i32) (memory.init $d (i32.const 0) (i32.const 0) (local.get 0)))`,
		32,
		2,
	],
	["memory.grow", `(memory 1) (func (export "f") (param i32) (drop (memory.grow (local.get 0))))`, 3, 192],
	[
		"memory.fill of 64 bits",
		`(memory i64 32) (func (export "f") (param i64) (memory.fill (i64.const 0) (i32.const 1) (local.get 0)))`,
		1n << 20n,
		1 << 16,
	],
	[
		"table.fill",
		`(table 1000 funcref) (func (export "f") (param i32) (table.fill 0 (i32.const 0) (ref.null func) (local.get 0)))`,
		900,
		900,
	],
	[
		"table.grow",
		`(table 0 funcref) (func (export "f") (param i32) (drop (table.grow 0 (ref.null func) (local.get 0))))`,
		900,
		900,
	],
	[
		"table.copy",
		`(table 1000 funcref) (func (export "f") (param i32) (table.copy (i32.const 0) (i32.const 9) (local.get 0)))`,
		900,
		900,
	],
	[
		"table.init",
		`(table 1000 funcref) (elem $e func 0 0 0) (func (export "f") (param i32) (table.init $e (i32.const 0) (i32.const 0) (local.get 0)))`,
		3,
		3,
	],
];

for (const [what, text, length, ticks] of LONG) {
	test(`${what} is charged by its length`, () => {
		const { call, counter } = run(`(module ${text})`, 1_000_000);
		call(length);
		assert.equal(counter.value, 1_000_000 - ticks - 1);
	});

	test(`${what} is not begun when it costs more than there is`, () => {
		const { call, asked } = run(`(module ${text})`, 0);
		assert.throws(() => call(length), WebAssembly.RuntimeError);
		assert.deepEqual(asked, [7]);
	});

	test(`${what} of any length charges no less than nothing`, () => {
		const { call, counter } = run(`(module ${text})`, 2 ** 31 - 1);
		const wide = typeof length === "bigint";
		for (const any of wide ? [-1n, 1n << 63n, 1n << 40n] : [-1, 1 << 31, 0x7fffffff]) {
			try {
				call(any);
			} catch (error) {
				assert.ok(error instanceof WebAssembly.RuntimeError);
			}
			assert.ok(counter.value < 2 ** 31 - 1 && counter.value >= 0);
			counter.value = 2 ** 31 - 1;
		}
	});
}

test("a start function has what an instance begins with, and traps beyond it", () => {
	const bytes = assemble(`(module (func $s (loop (br 0))) (start $s))`);
	const module = new WebAssembly.Module(meter(bytes).bytes);
	assert.throws(() => new WebAssembly.Instance(module), WebAssembly.RuntimeError);
});

test("imports, tables, globals and types keep their indices", () => {
	const bytes = assemble(`(module
		(import "m" "g" (global $g i32)) (import "m" "f" (func $i (result i32)))
		(table $t 2 funcref) (elem (i32.const 0) $one $i) (global $own (mut i32) (i32.const 5))
		(func $one (result i32) (global.get $own))
		(func (export "f") (param i32) (result i32)
			(i32.add (global.get $g) (call_indirect (result i32) (local.get 0)))))`);
	const { bytes: metered, names } = meter(bytes);
	const { exports: made } = new WebAssembly.Instance(new WebAssembly.Module(metered), {
		m: { g: 100, f: () => 7 },
	});
	const f = made["f"] as (index: number) => number;
	assert.equal(f(0), 105);
	assert.equal(f(1), 107);
	assert.deepEqual(Object.keys(made), ["f", names.counter, names.id, names.hook]);
});

test("names of ours are no other export's", () => {
	const bytes = wasm(
		types(functionType([], [])),
		functions(0),
		exports(["wherry:ticks", 0, 0], ["wherry:ticks-2", 0, 0], ["wherry:meter-hook", 0, 0]),
		code([]),
	);
	assert.deepEqual(meter(bytes).names, {
		counter: "wherry:ticks-3",
		id: "wherry:meter-id",
		hook: "wherry:meter-hook-2",
	});
});

test("a module without functions is left as it is", () => {
	const bytes = wasm(types(functionType([], [])), imports(importOf("m", "f", 0, 0)));
	assert.equal(meterModule(bytes, readModule(bytes), 1), undefined);
});

test("the first ticks are those that were asked for", () => {
	const bytes = assemble(`(module (func (export "f")))`);
	for (const ticks of [0, 1, 63, 64, 127, 128, 8191, 8192, 1_000_000, 2 ** 31 - 1]) {
		const { bytes: metered, names } = meter(bytes, ticks);
		const { exports: made } = new WebAssembly.Instance(new WebAssembly.Module(metered));
		assert.equal((made[names.counter] as MeterCounter).value, ticks);
	}
	for (const ticks of [-1, 0.5, 2 ** 31]) assert.throws(() => meter(bytes, ticks), Fault);
});

test("a hook may wait, and other work goes on meanwhile", async () => {
	const { promising, Suspending } = WebAssembly as unknown as {
		promising: (call: unknown) => (...values: unknown[]) => Promise<unknown>;
		Suspending: new (call: unknown) => object;
	};
	const { bytes, names } = meter(
		assemble(`(module (func (export "f") (param i32)
		(loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))`),
	);
	const order: string[] = [];
	const counters: MeterCounter[] = [];
	const hook = meterHook(
		new Suspending(async (id: number) => {
			order.push(`asked ${id}`);
			await new Promise((resolve) => setImmediate(resolve));
			const counter = counters[id];
			assert.ok(counter !== undefined);
			counter.value = 600;
		}),
	);
	const both = [0, 1].map(async (id) => {
		const { exports: made } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
		const counter = engageMeter(made, names, hook, id);
		counter.value = 600;
		counters.push(counter);
		await promising(made["f"])(1000);
		order.push(`done ${id}`);
	});
	await Promise.all(both);
	assert.deepEqual(order, ["asked 0", "asked 1", "done 0", "done 1"]);
});

for (const name of ["c/tour", "wat/hello", "rust/tour", "zig/tour", "assemblyscript/tour", "kotlin/tour"])
	test(`guests/${name}.wasm stays valid`, () => {
		const bytes = new Uint8Array(readFileSync(`guests/${name}.wasm`));
		assert.ok(WebAssembly.validate(meter(bytes).bytes));
	});

test("a module of GC, vectors and atomics stays valid", () => {
	const array = [0x5e, 0x7f, 0x01];
	const f = functionType([], []);
	// array.new, array.fill and array.copy of 3 elements, one after another
	const body = [
		[0x41, 1, 0x41, 3, 0xfb, 6, 0],
		[0x41, 0, 0x41, 2, 0x41, 3, 0xfb, 16, 0],
		[0x41, 3, 0xfb, 7, 0, 0x41, 0, 0x41, 3, 0xfb, 7, 0, 0x41, 0, 0x41, 3, 0xfb, 17, 0, 0],
	].flat();
	const bytes = wasm(types(array, f), functions(1), exports(["f", 0, 0]), code(body));
	assert.ok(WebAssembly.validate(bytes));
	const { bytes: metered, names } = meter(bytes);
	const { exports: made } = new WebAssembly.Instance(new WebAssembly.Module(metered));
	(made["f"] as () => void)();
	assert.equal((made[names.counter] as MeterCounter).value, 1000 - 3 * 5 - 1);
});

test("any bytes in a module's code are a module or a fault, and what was valid stays it", () => {
	const instruction = fc.oneof(
		fc.constantFrom([0x03, 0x40, 0x0b], [0x02, 0x40, 0x0b], [0x41, 1, 0x1a], [0x10, 0], [0x01]),
		fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 4 }),
	);
	fc.assert(
		fc.property(fc.array(instruction, { maxLength: 8 }), (instructions) => {
			const bytes = wasm(types(functionType([], [])), functions(0), code(instructions.flat()));
			let metered: Metered | undefined;
			try {
				metered = meter(bytes);
			} catch (error) {
				assert.ok(error instanceof Fault, String(error));
				assert.ok(!WebAssembly.validate(bytes));
				return;
			}
			if (WebAssembly.validate(bytes)) assert.ok(WebAssembly.validate(metered.bytes));
		}),
		{ numRuns: 500 },
	);
});

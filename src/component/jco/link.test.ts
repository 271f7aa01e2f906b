import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { transpile } from "../../cli/component/transpiler.ts";
import { Fault } from "../../base/fault.ts";
import { ComponentError, type HostInterface } from "../../wasi/host-interface.ts";
import { assembled, componentOf } from "../direct/echo.contract.ts";
import type { ComponentInstance } from "../linked.ts";
import { linkWithJco } from "./link.ts";
import type { Glue, Mode } from "./transpiled.ts";

async function instanceOf(
	bytes: Uint8Array<ArrayBuffer>,
	host: Readonly<Record<string, HostInterface>> = {},
	mode: Mode = "sync",
): Promise<ComponentInstance> {
	return (await linkedOf(bytes, mode)).instantiate(new Map(Object.entries(host)));
}

async function linkedOf(bytes: Uint8Array<ArrayBuffer>, mode: Mode = "sync") {
	return linkWithJco(bytes, await transpile(bytes, { mode, file: "test.wasm" }), {
		compile: (core) => ({ module: new WebAssembly.Module(core) }),
		evaluate: (script) => new vm.Script(script).runInThisContext() as Glue,
	});
}

/** Exports `f`, which traps. */
const trapping = () =>
	assembled(`(component
		(core module $m (func (export "f") unreachable))
		(core instance $i (instantiate $m))
		(func (export "f") (canon lift (core func $i "f"))))`);

/** Imports a function of an interface and exports `call`, which calls it. */
async function caller(wit: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
	return componentOf(
		`(module (import "${name}" "ask" (func $ask (result i32)))
			(func (export "call") (result i32) (call $ask)))`,
		wit,
	);
}

const ASKER = (version: string) => `package test:host@${version};
interface answers { ask: func() -> u32; }
world w { import answers; export call: func() -> u32; }`;

test("a trap comes as the engine's own error", async () => {
	const instance = await instanceOf(await trapping());
	assert.throws(
		() => instance.call(undefined, "f", []),
		(error) => error instanceof WebAssembly.RuntimeError && error.message === "unreachable",
	);
});

test("what the host throws comes out as it is", async () => {
	const bytes = await caller(ASKER("1.0.0"), "test:host/answers@1.0.0");
	for (const thrown of [
		new Error("of the host"),
		new ComponentError("no result"),
		Object.assign(new Error("x"), { how: 1 }),
	]) {
		const instance = await instanceOf(bytes, {
			"test:host/answers@1": {
				ask: () => {
					throw thrown;
				},
			},
		});
		assert.throws(
			() => instance.call(undefined, "call", []),
			(error) => error === thrown,
		);
	}
});

test("the error of a result is a ComponentError", async () => {
	const bytes = await componentOf(
		`(module (memory (export "memory") 1)
			(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
			(func (export "f") (result i32) (i32.store8 (i32.const 0) (i32.const 1)) (i32.store (i32.const 4) (i32.const 42)) (i32.const 0)))`,
		"package t:t; world w { export f: func() -> result<string, u32>; }",
	);
	const instance = await instanceOf(bytes);
	assert.throws(
		() => instance.call(undefined, "f", []),
		(error) => error instanceof ComponentError && error.payload === 42,
	);
});

const PROPOSALS: readonly (readonly [string, string])[] = [
	[
		"exceptions",
		`(tag $e) (func (export "f") (result i32) (block $h (try_table (catch $e $h) (throw $e))) (i32.const 3))`,
	],
	[
		"garbage collection",
		`(type $s (struct (field i32))) (func (export "f") (result i32) (struct.get $s 0 (struct.new $s (i32.const 3))))`,
	],
	["tail calls", `(func $g (result i32) (i32.const 3)) (func (export "f") (result i32) (return_call $g))`],
	["vectors", `(func (export "f") (result i32) (i32x4.extract_lane 0 (v128.const i32x4 3 0 0 0)))`],
	[
		"several memories",
		`(memory 1) (memory $b 1) (data (memory $b) (i32.const 0) "\\03") (func (export "f") (result i32) (i32.load8_u $b (i32.const 0)))`,
	],
	[
		"a memory of 64 bits",
		`(memory i64 1) (data (i64.const 0) "\\03") (func (export "f") (result i32) (i32.load8_u (i64.const 0)))`,
	],
];

for (const [what, core] of PROPOSALS)
	test(`a core module with ${what} is taken`, async () => {
		const instance = await instanceOf(
			await assembled(`(component (core module $m ${core}) (core instance $i (instantiate $m))
				(func (export "f") (result u32) (canon lift (core func $i "f"))))`),
		);
		assert.equal(instance.call(undefined, "f", []), 3);
	});

const HOARDERS: readonly (readonly [string, string])[] = [
	[
		"resources of its own",
		`(type $r (resource (rep i32))) (core func $new (canon resource.new $r))
			(core module $m (import "h" "new" (func $new (param i32) (result i32)))
				(func (export "f") (loop (drop (call $new (i32.const 1))) (br 0))))`,
	],
	[
		"sets of waitables",
		`(core func $new (canon waitable-set.new))
			(core module $m (import "h" "new" (func $new (result i32)))
				(func (export "f") (loop (drop (call $new)) (br 0))))`,
	],
];

for (const [what, core] of HOARDERS)
	test(`a guest that opens ${what} and closes none is stopped`, async () => {
		const instance = await instanceOf(
			await assembled(`(component ${core}
				(core instance $i (instantiate $m (with "h" (instance (export "new" (func $new))))))
				(func (export "f") (canon lift (core func $i "f"))))`),
		);
		assert.throws(() => instance.call(undefined, "f", []), /too many handles are open/);
	});

test("instances share nothing", async () => {
	const linked = await linkedOf(
		await assembled(`(component
			(core module $m (global $n (mut i32) (i32.const 0))
				(func (export "f") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))
			(core instance $i (instantiate $m))
			(func (export "f") (result u32) (canon lift (core func $i "f"))))`),
	);
	const [one, other] = [await linked.instantiate(new Map()), await linked.instantiate(new Map())];
	assert.deepEqual(
		[one, one, other].map((instance) => instance.call(undefined, "f", [])),
		[1, 2, 1],
	);
});

test("an instance that trapped is not entered again, and others are not touched by it", async () => {
	const linked = await linkedOf(await trapping());
	const [one, other] = [await linked.instantiate(new Map()), await linked.instantiate(new Map())];
	assert.throws(() => one.call(undefined, "f", []), /unreachable/);
	assert.throws(() => one.call(undefined, "f", []), /cannot enter component instance/);
	assert.throws(() => other.call(undefined, "f", []), /unreachable/);
});

test("0.2 and 0.3 of one interface are two imports", async () => {
	const bytes = await componentOf(
		`(module (import "test:host/answers@0.2.5" "ask" (func $two (result i32)))
			(import "test:host/answers@0.3.0" "ask" (func $three (result i32)))
			(func (export "call") (result i32) (i32.add (i32.mul (call $two) (i32.const 100)) (call $three))))`,
		`package t:t;
		world w { import test:host/answers@0.2.5; import test:host/answers@0.3.0; export call: func() -> u32; }
		package test:host@0.2.5 { interface answers { ask: func() -> u32; } }
		package test:host@0.3.0 { interface answers { ask: func() -> u32; } }`,
	);
	const instance = await instanceOf(bytes, {
		"test:host/answers@0.2": { ask: () => 2 },
		"test:host/answers@0.3": { ask: () => 3 },
	});
	assert.equal(instance.call(undefined, "call", []), 203);
});

const MISSING: readonly (readonly [string, Readonly<Record<string, HostInterface>>, RegExp, string])[] = [
	["an interface", {}, /^cannot link the import 'test:host\/answers@1\.0\.0'$/, "no such interface"],
	[
		"an interface of another track",
		{ "test:host/answers@2": { ask: () => 1 } },
		/'test:host\/answers@1\.0\.0'/,
		"it has 'test:host/answers@2'",
	],
	[
		"a function",
		{ "test:host/answers@1": { asks: () => 1 } },
		/'test:host\/answers@1\.0\.0#ask'/,
		"it has 'asks'",
	],
	[
		"a function that is none",
		{ "test:host/answers@1": { ask: 1 } },
		/'test:host\/answers@1\.0\.0#ask'/,
		"no such function",
	],
	[
		"a function that only a prototype has",
		{ "test:host/answers@1": Object.create({ ask: () => 1 }) as HostInterface },
		/'test:host\/answers@1\.0\.0#ask'/,
		"no such function",
	],
];

for (const [what, host, message, note] of MISSING)
	test(`${what} that is missing is named before anything runs`, async () => {
		const bytes = await caller(ASKER("1.0.0"), "test:host/answers@1.0.0");
		await assert.rejects(instanceOf(bytes, host), (fault) => {
			assert.ok(fault instanceof Fault && fault.code === "IMPORT_UNKNOWN");
			assert.match(fault.message, message);
			assert.ok(
				fault.notes.some((one) => one.includes(note)),
				fault.notes.join("\n"),
			);
			return true;
		});
	});

test("a component that exports 'then' is no promise", async () => {
	const bytes = await assembled(`(component
		(core module $m (func (export "f") unreachable))
		(core instance $i (instantiate $m))
		(func (export "then") (canon lift (core func $i "f"))))`);
	const instance = await instanceOf(bytes);
	assert.throws(() => instance.call(undefined, "then", []), WebAssembly.RuntimeError);
});

const WithoutMembers = class extends Object {};

const NOT_THE_HOSTS: readonly (readonly [string, string])[] = [
	["to-string", "to-string: func();"],
	["[method]thing.to-string", "resource thing { to-string: func(); }"],
	["[method]thing.%constructor", "resource thing { %constructor: func(); }"],
	["[static]thing.%constructor", "resource thing { %constructor: static func(); }"],
	["[static]thing.call", "resource thing { call: static func(); }"],
	["[static]thing.bind", "resource thing { bind: static func(); }"],
];

for (const [name, declared] of NOT_THE_HOSTS)
	test(`'${name}' is not found where the host did not put it`, async () => {
		const core = name.replace("%", "");
		const bytes = await componentOf(
			`(module (import "test:host/answers@1.0.0" "${core}" (func $ask ${core.startsWith("[method]") ? "(param i32)" : ""}))
				(func (export "call") ${core.startsWith("[method]") ? "(call $ask (i32.const 0))" : "(call $ask)"}))`,
			`package test:host@1.0.0; interface answers { ${declared} } world w { import answers; export call: func(); }`,
		);
		await assert.rejects(
			instanceOf(bytes, { "test:host/answers@1": { Thing: WithoutMembers } }),
			(fault) => fault instanceof Fault && fault.code === "IMPORT_UNKNOWN",
		);
	});

test("a function that the world itself imports is found", async () => {
	const bytes = await componentOf(
		`(module (import "$root" "ask-me" (func $ask (result i32))) (func (export "call") (result i32) (call $ask)))`,
		"package t:t; world w { import ask-me: func() -> u32; export call: func() -> u32; }",
	);
	const instance = await instanceOf(bytes, { "ask-me": { default: () => 9 } });
	assert.equal(instance.call(undefined, "call", []), 9);
	await assert.rejects(
		instanceOf(bytes),
		(fault) => fault instanceof Fault && fault.message === "cannot link the import 'ask-me'",
	);
});

test("with JSPI an import may wait, and another instance runs meanwhile", async () => {
	const bytes = await componentOf(
		`(module (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))
			(import "wasi:io/poll@0.2.0" "[resource-drop]pollable" (func $drop (param i32)))
			(import "t:t/source" "get" (func $get (result i32)))
			(func (export "wait") (local i32) (call $block (local.tee 0 (call $get))) (call $drop (local.get 0))))`,
		`package t:t;
		interface source { use wasi:io/poll@0.2.0.{pollable}; get: func() -> pollable; }
		world w { import source; export wait: func(); }
		package wasi:io@0.2.0 { interface poll { resource pollable { block: func(); } } }`,
	);
	const order: string[] = [];
	const waits: (() => void)[] = [];
	class Pollable {
		async block(): Promise<void> {
			order.push("waits");
			await new Promise<void>((resolve) => waits.push(resolve));
		}
		[Symbol.dispose](): void {
			order.push("dropped");
		}
	}
	const host = { "wasi:io/poll@0.2": { Pollable }, "t:t/source": { get: () => new Pollable() } };
	const linked = await linkedOf(bytes, "jspi");
	const calls = [1, 2].map(async () =>
		(await linked.instantiate(new Map(Object.entries(host)))).call(undefined, "wait", []),
	);
	while (waits.length < 2) await new Promise((resolve) => setImmediate(resolve));
	for (const resolve of waits) resolve();
	await Promise.all(calls);
	assert.deepEqual(order, ["waits", "waits", "dropped", "dropped"]);
});

test("nothing is written to the console, whatever is asked to be logged", async (context) => {
	const bytes = await trapping();
	const written = context.mock.method(console, "error");
	const debugged = context.mock.method(console, "debug");
	process.env["JCO_DEBUG"] = "1";
	context.after(() => {
		delete process.env["JCO_DEBUG"];
	});
	const instance = await instanceOf(bytes);
	assert.throws(() => instance.call(undefined, "f", []));
	assert.equal(written.mock.callCount() + debugged.mock.callCount(), 0);
});

/** Calls that wait inside the host, several at once (JSPI). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../base/fault.ts";
import type { Host } from "../../wasi/host-interface.ts";
import { importMemory } from "../../wasm/import-memory.ts";
import { readModule } from "../../wasm/read-module.ts";
import { ALLOCATOR, assembled, componentOf } from "./echo.contract.ts";
import { linkDirect } from "./link.ts";

const compile = (bytes: Uint8Array) => ({ module: new WebAssembly.Module(bytes) });

/** Functions of the world itself are of no interface. */
const WORLD = undefined;

const asked: string[] = [];

function mayWait(name: string): boolean {
	asked.push(name);
	return name === "test:x/host@0.2#[method]door.wait";
}

/** Waits at a door that it is lent, and answers with what that said, or how it failed; `plain` does not wait. */
const waiter = await componentOf(
	`(module
		(import "test:x/host@0.2.3" "[method]door.wait" (func $wait (param i32 i32)))
		(import "test:x/host@0.2.3" "[method]door.number" (func $number (param i32) (result i32)))
		(import "test:x/host@0.2.3" "[resource-drop]door" (func $drop (param i32)))
		${ALLOCATOR}
		(func (export "run") (param i32) (result i32)
			(call $wait (local.get 0) (i32.const 16))
			(call $drop (local.get 0))
			i32.const 16)
		(func (export "run-and-keep") (param i32) (result i32)
			(call $wait (local.get 0) (i32.const 16))
			i32.const 16)
		(func (export "plain") (param i32) (result i32)
			(call $number (local.get 0)) (call $drop (local.get 0))))`,
	`package test:x@0.2.3;
	interface host { resource door { wait: func() -> result<string, string>; number: func() -> u32; } }
	world w {
		use host.{door};
		export run: func(d: borrow<door>) -> result<string, string>;
		export run-and-keep: func(d: borrow<door>) -> result<string, string>;
		export plain: func(d: borrow<door>) -> u32;
	}`,
);

/** Opens when it is told to. */
class Door {
	readonly #opening = Promise.withResolvers<string>();
	open(word: string): void {
		this.#opening.resolve(word);
	}
	jam(error: unknown): void {
		this.#opening.reject(error);
	}
	wait(): Promise<string> {
		return this.#opening.promise;
	}
	number(): number {
		return 3;
	}
}

const host: Host = new Map([["test:x/host@0.2", { Door }]]);

function instance() {
	const linked = linkDirect(waiter, { compile, mayWait });
	assert.ok(linked !== undefined);
	return linked.instantiate(host);
}

test("imports are asked for by track, once", () => {
	asked.length = 0;
	const linked = linkDirect(waiter, { compile, mayWait });
	linked?.instantiate(host);
	linked?.instantiate(host);
	assert.deepEqual(asked.sort(), [
		"test:x/host@0.2#[method]door.number",
		"test:x/host@0.2#[method]door.wait",
	]);
});

test("many instances wait at once, and go on in any order", async () => {
	const waiting = Array.from({ length: 50 }, (_, index) => {
		const door = new Door();
		return { door, index, answer: instance().call(WORLD, "run", [door]) };
	});
	for (const { door, index } of waiting.toReversed()) door.open(`word ${index}`);
	for (const { index, answer } of waiting) assert.equal(await answer, `word ${index}`);
});

test("an instance answers again after it waited", async () => {
	const one = instance();
	for (const word of ["first", "second"]) {
		const door = new Door();
		const answer = one.call(WORLD, "run", [door]);
		door.open(word);
		assert.equal(await answer, word);
	}
	assert.equal(await one.call(WORLD, "plain", [new Door()]), 3);
});

test("an instance that waits is not entered", async () => {
	const one = instance();
	const door = new Door();
	const answer = one.call(WORLD, "run", [door]);
	assert.throws(() => one.call(WORLD, "plain", [new Door()]), WebAssembly.RuntimeError);
	door.open("too late");
	await assert.rejects(answer as Promise<unknown>, WebAssembly.RuntimeError);
});

test("what is lent is lent until the call that waited returns", async () => {
	const one = instance();
	const door = new Door();
	const answer = one.call(WORLD, "run-and-keep", [door]);
	door.open("open");
	await assert.rejects(answer as Promise<unknown>, /was not dropped/);
});

test("what the host throws later comes through as it is", async () => {
	const one = instance();
	const door = new Door();
	const ending = new Error("the end");
	const answer = one.call(WORLD, "run", [door]);
	door.jam(ending);
	await assert.rejects(answer as Promise<unknown>, ending);
	assert.throws(() => one.call(WORLD, "plain", [door]), ending);
});

test("a host that waits where it was not to is a mistake of ours", () => {
	const linked = linkDirect(waiter, { compile });
	assert.throws(
		() => linked?.instantiate(host).call(WORLD, "run", [new Door()]),
		(error) => error instanceof Fault && error.code === "BUG",
	);
});

test("a guest that waits when it is given up is nobody else's", async () => {
	const linked = linkDirect(waiter, { compile, mayWait });
	const [old, late] = [new Door(), new Door()];
	const before = linked?.instantiate(host);
	const unheard = before?.call(WORLD, "run", [old]);
	before?.[Symbol.dispose]();
	const after = linked?.instantiate(host);
	const answer = after?.call(WORLD, "run", [late]);
	old.open("for the old one");
	await assert.rejects(unheard as Promise<unknown>, /given up/);
	late.open("for the late one");
	assert.equal(await answer, "for the late one");
});

test("the memory of a guest that waits is not lent to another", async () => {
	const given: WebAssembly.Memory[] = [];
	const pooled = (bytes: Uint8Array) => {
		const own = readModule(bytes);
		const imported = own.memories.length === 0 ? undefined : importMemory(new Uint8Array(bytes), own);
		if (imported === undefined) return compile(bytes);
		const take = () => new WebAssembly.Memory({ initial: 1 });
		const memory = { ...imported, take, give: (back: WebAssembly.Memory) => void given.push(back) };
		return { module: new WebAssembly.Module(imported.bytes), memory };
	};
	const linked = linkDirect(waiter, { compile: pooled, mayWait });
	const [idle, busy] = [linked?.instantiate(host), linked?.instantiate(host)];
	const door = new Door();
	const answer = busy?.call(WORLD, "run", [door]);
	busy?.[Symbol.dispose]();
	assert.equal(given.length, 0);
	idle?.[Symbol.dispose]();
	assert.equal(given.length, 1);
	door.open("too late");
	await assert.rejects(answer as Promise<unknown>);
	assert.equal(given.length, 1);
});

test("a component waits in another's call", async () => {
	const bytes = await assembled(`(component
		(import "test:x/host@0.2.3" (instance $host (export "wait" (func (result u32)))))
		(component $inner
			(import "wait" (func $wait (result u32)))
			(core func $wait' (canon lower (func $wait)))
			(core module $m (import "" "wait" (func $wait (result i32)))
				(func (export "f") (result i32) (i32.add (call $wait) (i32.const 1))))
			(core instance $i (instantiate $m (with "" (instance (export "wait" (func $wait'))))))
			(func (export "f") (result u32) (canon lift (core func $i "f"))))
		(component $outer
			(import "f" (func $f (result u32)))
			(core func $f' (canon lower (func $f)))
			(core module $m (import "" "f" (func $f (result i32)))
				(func (export "g") (result i32) (i32.add (call $f) (i32.const 1))))
			(core instance $i (instantiate $m (with "" (instance (export "f" (func $f'))))))
			(func (export "g") (result u32) (canon lift (core func $i "g"))))
		(instance $in (instantiate $inner (with "wait" (func $host "wait"))))
		(instance $out (instantiate $outer (with "f" (func $in "f"))))
		(export "g" (func $out "g")))`);
	const linked = linkDirect(bytes, { compile, mayWait: () => true });
	const numbers: Host = new Map([["test:x/host@0.2", { wait: () => Promise.resolve(40) }]]);
	assert.equal(await linked?.instantiate(numbers).call(WORLD, "g", []), 42);
});

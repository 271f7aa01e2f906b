/** Handles: resources of the guest's in the host's hands, and of the host's in the guest's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../base/fault.ts";
import { linkByJco } from "../../cli/component/link-jco.ts";
import type { Host } from "../../wasi/host-interface.ts";
import type { ComponentInstance } from "../linked.ts";
import { ALLOCATOR, assembled, componentOf } from "./echo.contract.ts";
import { linkDirect } from "./link.ts";

const compile = (bytes: Uint8Array) => ({ module: new WebAssembly.Module(bytes) });

async function byBoth(bytes: Uint8Array<ArrayBuffer>, host: () => Host) {
	const jco = await linkByJco(bytes, { mode: "sync", file: "x.wasm", compile });
	return { direct: directly(bytes, host()), jco: await jco.instantiate(host()) };
}

function directly(bytes: Uint8Array<ArrayBuffer>, host: Host): ComponentInstance {
	const linked = linkDirect(bytes, { compile });
	assert.ok(linked !== undefined);
	return linked.instantiate(host);
}

/** A counter's number in the guest is what it has counted; how many are left is counted too. */
const counters = await componentOf(
	`(module
		(import "[export]test:guest/counters" "[resource-new]counter" (func $new (param i32) (result i32)))
		(import "[export]test:guest/counters" "[resource-rep]counter" (func $rep (param i32) (result i32)))
		(import "[export]test:guest/counters" "[resource-drop]counter" (func $drop (param i32)))
		${ALLOCATOR}
		(global $left (mut i32) (i32.const 0))
		(func (export "test:guest/counters#[constructor]counter") (param i32) (result i32)
			(global.set $left (i32.add (global.get $left) (i32.const 1)))
			local.get 0 call $new)
		(func (export "test:guest/counters#[method]counter.get") (param i32) (result i32) local.get 0)
		(func (export "test:guest/counters#[static]counter.sum") (param i32 i32) (result i32)
			(call $new (i32.add (call $rep (local.get 0)) (call $rep (local.get 1))))
			(global.set $left (i32.add (global.get $left) (i32.const 1)))
			local.get 0 call $drop
			local.get 1 call $drop)
		(func (export "test:guest/counters#look") (param i32) (result i32) local.get 0)
		(func (export "test:guest/counters#[dtor]counter") (param i32)
			(global.set $left (i32.sub (global.get $left) (i32.const 1))))
		(func (export "left") (result i32) global.get $left))`,
	`package test:guest;
	interface counters {
		resource counter { constructor(start: u32); get: func() -> u32; sum: static func(a: counter, b: counter) -> counter; }
		look: func(c: borrow<counter>) -> u32;
	}
	world w { export counters; export left: func() -> u32; }`,
);

const COUNTERS = "test:guest/counters";

test("a guest's resources are made, used, given back and disposed of", async () => {
	for (const instance of Object.values(await byBoth(counters, () => new Map()))) {
		const call = (name: string, ...values: unknown[]) => instance.call(COUNTERS, name, values);
		const left = () => instance.call(WORLD, "left", []);
		const seven = call("[constructor]counter", 7) as Disposable;
		const five = call("[constructor]counter", 5) as Disposable;
		assert.equal(call("[method]counter.get", seven), 7);
		assert.equal(call("look", five), 5);
		assert.equal(left(), 2);
		const twelve = call("[static]counter.sum", seven, five) as Disposable;
		assert.equal(call("look", twelve), 12);
		assert.equal(left(), 1, "the two that were given away are gone");
		twelve[Symbol.dispose]();
		assert.equal(left(), 0);
	}
});

/** Functions of the world itself are of no interface. */
const WORLD = undefined;

const linkedCounters = linkDirect(counters, { compile });

const MISUSES: Readonly<Record<string, (call: (name: string, ...values: unknown[]) => unknown) => unknown>> =
	{
		"one that was given away": (call) => {
			const [a, b] = [call("[constructor]counter", 1), call("[constructor]counter", 2)];
			call("[static]counter.sum", a, b);
			return call("look", a);
		},
		"one that was disposed of": (call) => {
			const one = call("[constructor]counter", 1) as Disposable;
			one[Symbol.dispose]();
			return call("look", one);
		},
		"one of another instance": (call) =>
			call("look", linkedCounters?.instantiate(new Map()).call(COUNTERS, "[constructor]counter", [1])),
		"an object of somebody else's": (call) => call("look", {}),
		"a number": (call) => call("look", 1),
		nothing: (call) => call("look", undefined),
	};

for (const [name, misuse] of Object.entries(MISUSES)) {
	test(`${name} is not taken for a guest's resource`, () => {
		const instance = linkedCounters?.instantiate(new Map());
		assert.throws(
			() => misuse((function_, ...values) => instance?.call(COUNTERS, function_, values)),
			TypeError,
		);
	});
}

test("disposing of a guest's resource twice ends it once", () => {
	const instance = directly(counters, new Map());
	const one = instance.call(COUNTERS, "[constructor]counter", [1]) as Disposable;
	one[Symbol.dispose]();
	one[Symbol.dispose]();
	assert.equal(instance.call(WORLD, "left", []), 0);
});

const borrower = await componentOf(
	`(module
		(import "test:guest/things" "[constructor]thing" (func $make (result i32)))
		(import "test:guest/things" "[method]thing.number" (func $number (param i32) (result i32)))
		(import "test:guest/things" "[resource-drop]thing" (func $drop (param i32)))
		(import "test:guest/things" "give" (func $give (param i32)))
		${ALLOCATOR}
		(func (export "look") (param i32) (result i32)
			(call $number (local.get 0)) (call $drop (local.get 0)))
		(func (export "keep") (param i32) (result i32) (call $number (local.get 0)))
		(func (export "give-away") (param i32) (call $give (local.get 0)))
		(func (export "hold") (param i32))
		(func (export "make-and-drop") (call $drop (call $make)))
		(func (export "make-and-give") (call $give (call $make)))
		(func (export "hand-on") (param i32) (result i32) local.get 0))`,
	`package test:guest;
	interface things { resource thing { constructor(); number: func() -> u32; } give: func(t: thing); }
	world w {
		use things.{thing};
		export look: func(t: borrow<thing>) -> u32;
		export keep: func(t: borrow<thing>) -> u32;
		export give-away: func(t: borrow<thing>);
		export hold: func(t: thing);
		export make-and-drop: func();
		export make-and-give: func();
		export hand-on: func(t: thing) -> thing;
	}`,
);

class Thing {
	static disposed = 0;
	number(): number {
		return 42;
	}
	[Symbol.dispose](): void {
		Thing.disposed++;
	}
}

const given: unknown[] = [];
const things = (): Host =>
	new Map([["test:guest/things", { Thing, give: (thing: unknown) => void given.push(thing) }]]);

test("the host's objects come back as the very same", () => {
	const instance = directly(borrower, things());
	const thing = new Thing();
	assert.equal(instance.call(WORLD, "hand-on", [thing]), thing);
	assert.equal(instance.call(WORLD, "look", [thing]), 42);
	assert.equal(instance.call(WORLD, "look", [thing]), 42);
	assert.equal(Thing.disposed, 0, "what is lent is not disposed of");
	instance.call(WORLD, "make-and-give", []);
	assert.ok(given.pop() instanceof Thing);
	assert.equal(Thing.disposed, 0, "what is given away is not disposed of");
});

test("what a guest drops or still owns at its end is disposed of once", () => {
	Thing.disposed = 0;
	const linked = linkDirect(borrower, { compile });
	const instance = linked?.instantiate(things());
	instance?.call(WORLD, "make-and-drop", []);
	assert.equal(Thing.disposed, 1);
	instance?.call(WORLD, "hold", [new Thing()]);
	assert.equal(Thing.disposed, 1);
	instance?.[Symbol.dispose]();
	instance?.[Symbol.dispose]();
	assert.equal(Thing.disposed, 2);
	assert.throws(() => instance?.call(WORLD, "make-and-drop", []));
});

test("what a start function has got is disposed of when it traps", async () => {
	const bytes = await componentOf(
		`(module
			(import "test:guest/things" "[constructor]thing" (func $make (result i32)))
			(memory (export "memory") 1)
			(func $start (drop (call $make)) unreachable)
			(start $start))`,
		`package test:guest;
		interface things { resource thing { constructor(); } }
		world w { import things; }`,
	);
	Thing.disposed = 0;
	const linked = linkDirect(bytes, { compile });
	assert.throws(() => linked?.instantiate(things()), WebAssembly.RuntimeError);
	assert.equal(Thing.disposed, 1);
});

for (const [name, message] of [
	["keep", /was not dropped/],
	["give-away", /is only borrowed/],
] as const) {
	test(`a guest that is lent a thing may not ${name} it`, () => {
		const instance = directly(borrower, things());
		assert.throws(() => instance.call(WORLD, name, [new Thing()]), message);
	});
}

test("what was of an instance that was given up reaches no later one", () => {
	const linked = linkDirect(counters, { compile });
	const before = linked?.instantiate(new Map());
	const old = before?.call(COUNTERS, "[constructor]counter", [7]) as Disposable;
	before?.[Symbol.dispose]();
	const after = linked?.instantiate(new Map());
	assert.equal(after?.call(WORLD, "left", []), 0);
	const own = after?.call(COUNTERS, "[constructor]counter", [8]);
	assert.throws(() => before?.call(COUNTERS, "look", [own]), /given up/);
	assert.throws(() => before?.call(WORLD, "left", []), /given up/);
	old[Symbol.dispose]();
	assert.equal(after?.call(WORLD, "left", []), 1, "it ends nothing of the later one's");
	assert.equal(after?.call(COUNTERS, "look", [own]), 8);
	assert.throws(() => after?.call(COUNTERS, "look", [old]), TypeError);
});

test("each instance calls the host that it was made with, and keeps its own handles", () => {
	const linked = linkDirect(borrower, { compile });
	const seen: string[] = [];
	const hostOf = (name: string): Host =>
		new Map([["test:guest/things", { Thing, give: () => void seen.push(name) }]]);
	const first = linked?.instantiate(hostOf("first"));
	first?.call(WORLD, "hold", [new Thing()]);
	first?.call(WORLD, "make-and-give", []);
	first?.[Symbol.dispose]();
	const [second, third] = [linked?.instantiate(hostOf("second")), linked?.instantiate(hostOf("third"))];
	third?.call(WORLD, "make-and-give", []);
	second?.call(WORLD, "make-and-give", []);
	assert.deepEqual(seen, ["first", "third", "second"]);
});

test("a component makes only resources that it defines", async () => {
	const bytes = await assembled(`(component
		(type $mine (resource (rep i32)))
		(component $inner
			(import "theirs" (type $theirs (sub resource)))
			(core func $new (canon resource.new $theirs))
			(core module $m (import "" "new" (func (param i32) (result i32))))
			(core instance (instantiate $m (with "" (instance (export "new" (func $new)))))))
		(instance (instantiate $inner (with "theirs" (type $mine)))))`);
	assert.throws(
		() => linkDirect(bytes, { compile }),
		(error) => error instanceof Fault && error.code === "COMPONENT_INVALID",
	);
});

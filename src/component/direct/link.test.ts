import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../../base/fault.ts";
import { linkByJco } from "../../cli/component/link-jco.ts";
import { ComponentError, type Host, type HostInterface } from "../../wasi/host-interface.ts";
import { ALLOCATOR, assembled, componentOf } from "./echo.contract.ts";
import { linkDirect } from "./link.ts";

const compile = (bytes: Uint8Array) => ({ module: new WebAssembly.Module(bytes) });

function directly(bytes: Uint8Array, host: Host = new Map()) {
	const linked = linkDirect(bytes, { compile });
	assert.ok(linked !== undefined);
	return linked.instantiate(host);
}

/** Functions of the world itself are of no interface. */
const WORLD = undefined;

/** Calls one imported function, of any name, and answers 7. */
function caller(name: string, type = "func()", core = "(func $f)"): Promise<Uint8Array<ArrayBuffer>> {
	const [, , resource] = /^\[(\w+)\]([\w-]+)/.exec(name) ?? [];
	const member = name.replace(/^.*\./, "");
	const declared =
		resource === undefined ? `${name}: ${type};` : `resource ${resource} { ${member}: static ${type}; }`;
	return componentOf(
		`(module (import "test:x/host@1.2.3" "${name}" ${core}) ${ALLOCATOR}
			(func (export "run") (result i32) call $f i32.const 7))`,
		`package test:x@1.2.3; interface host { ${declared} } world w { import host; export run: func() -> u32; }`,
	);
}

test("a function of the host's is found by its interface's track", async () => {
	let calls = 0;
	const instance = directly(
		await caller("do-it"),
		new Map([["test:x/host@1", { doIt: () => void calls++ }]]),
	);
	assert.equal(instance.call(WORLD, "run", []), 7);
	assert.equal(instance.call(WORLD, "run", []), 7);
	assert.equal(calls, 2);
	assert.equal(instance.memorySize(), 65_536);
});

class Parent {
	readonly of = "a parent";
	static inherited(): void {}
}
class Kind extends Parent {
	static create(): void {}
}

const MISSING: Readonly<
	Record<string, readonly [name: string, host: HostInterface | undefined, note: RegExp]>
> = {
	"an interface": ["do-it", undefined, /no such interface/],
	"a function": ["do-it", { doThat: () => 0 }, /no such function/],
	"a member of Object.prototype": ["to-string", {}, /no such function/],
	"a class": ["[static]kind.create", {}, /no such function/],
	"a static function": ["[static]kind.make", { Kind }, /no such function/],
	"a member of Function.prototype": ["[static]kind.call", { Kind }, /no such function/],
	"a class's name": ["[static]kind.name", { Kind }, /no such function/],
};

for (const [what, [name, host, note]] of Object.entries(MISSING)) {
	test(`${what} that the host has not is said before the guest runs`, async () => {
		const bytes = await caller(name);
		assert.throws(
			() => directly(bytes, new Map(host === undefined ? [] : [["test:x/host@1", host]])),
			(error) => error instanceof Fault && error.code === "IMPORT_UNKNOWN" && note.test(error.notes.join()),
		);
	});
}

test("a class itself is no method of its own", async () => {
	const bytes = await componentOf(
		`(module (import "test:x/host" "[method]kind.constructor" (func $f (param i32))) ${ALLOCATOR}
			(func (export "run") i32.const 0 call $f))`,
		`package test:x; interface host { resource kind { %constructor: func(); } }
		world w { import host; export run: func(); }`,
	);
	assert.throws(
		() => directly(bytes, new Map([["test:x/host", { Kind }]])),
		(error) => error instanceof Fault && error.code === "IMPORT_UNKNOWN",
	);
});

test("a near miss is offered", async () => {
	const bytes = await caller("do-it");
	assert.throws(
		() => directly(bytes, new Map([["test:x/host@1", { doIts: () => 0 }]])),
		(error) => error instanceof Fault && error.notes.includes("it has 'doIts'"),
	);
});

test("static functions are found in a class and in its parent", async () => {
	for (const name of ["create", "inherited"]) {
		const instance = directly(await caller(`[static]kind.${name}`), new Map([["test:x/host@1", { Kind }]]));
		assert.equal(instance.call(WORLD, "run", []), 7);
	}
});

test("what the host throws comes through as it is, and nothing runs afterwards", async () => {
	const ending = new Error("the end");
	let calls = 0;
	const doIt = () => {
		calls++;
		throw ending;
	};
	const instance = directly(await caller("do-it"), new Map([["test:x/host@1", { doIt }]]));
	assert.throws(() => instance.call(WORLD, "run", []), ending);
	assert.throws(() => instance.call(WORLD, "run", []), ending);
	assert.equal(calls, 1);
});

test("a guest that catches what the host throws has ended all the same", async () => {
	const ending = new Error("the end");
	let calls = 0;
	const bytes = await componentOf(
		`(module (import "test:x/host" "do-it" (func $f)) ${ALLOCATOR}
			(func $try (block $caught (try_table (catch_all $caught) call $f)))
			(func (export "run") (result i32) call $try call $try i32.const 7))`,
		"package test:x; interface host { do-it: func(); } world w { import host; export run: func() -> u32; }",
	);
	const doIt = () => {
		calls++;
		throw ending;
	};
	const instance = directly(bytes, new Map([["test:x/host", { doIt }]]));
	assert.throws(() => instance.call(WORLD, "run", []), ending);
	assert.equal(calls, 1);
});

test("the error of a result is thrown, both ways", async () => {
	const bytes = await componentOf(
		`(module (import "test:x/host" "check" (func $f (param i32 i32))) ${ALLOCATOR}
			(func (export "check") (param i32) (result i32) local.get 0 i32.const 16 call $f i32.const 16))`,
		`package test:x; interface host { check: func(n: u32) -> result<u32, string>; }
		world w { import host; export check: func(n: u32) -> result<u32, string>; }`,
	);
	const check = (number: number) => {
		if (number > 9) throw new ComponentError(`${number} is too many`);
		return number + 1;
	};
	const jco = await linkByJco(bytes, { mode: "sync", file: "x.wasm", compile });
	const host: Host = new Map([["test:x/host", { check }]]);
	for (const instance of [directly(bytes, host), await jco.instantiate(host)]) {
		assert.equal(instance.call(WORLD, "check", [1]), 2);
		assert.throws(
			() => instance.call(WORLD, "check", [10]),
			(error) => error instanceof ComponentError && error.payload === "10 is too many",
		);
		assert.equal(instance.call(WORLD, "check", [2]), 3);
	}
});

test("strings pass between the host and guests of Latin-1", async () => {
	const bytes = await componentOf(
		`(module (import "test:x/host" "echo" (func $f (param i32 i32 i32))) ${ALLOCATOR}
			(func (export "echo") (param i32 i32) (result i32)
				local.get 0 local.get 1 i32.const 16 call $f i32.const 16))`,
		`package test:x; interface host { echo: func(s: string) -> string; }
		world w { import host; export echo: func(s: string) -> string; }`,
		"compact-utf16",
	);
	const instance = directly(bytes, new Map([["test:x/host", { echo: (text: string) => text }]]));
	for (const text of ["", "plain", "déjà vu ÿ", "\u0080\u009f", "日本", "a 🚣 b", "ÿ".repeat(10_000)])
		assert.equal(instance.call(WORLD, "echo", [text]), text);
	assert.equal(instance.call(WORLD, "echo", ["half \ud83d"]), "half \ufffd");
});

const LIBC = `(core module $libc ${ALLOCATOR}) (core instance $libc (instantiate $libc))`;

/** One component calls another, which lives in a memory of its own, with texts and a resource of the other's. */
const COMPOSED = `(component
	(component $inner
		(core module $m ${ALLOCATOR}
			(func (export "greet") (param i32 i32) (result i32)
				(i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) i32.const 16))
		(core instance $i (instantiate $m))
		(type $box' (resource (rep i32)))
		(export $box "box" (type $box'))
		(core func $new (canon resource.new $box'))
		(core module $n (import "" "new" (func $new (param i32) (result i32)))
			(func (export "make") (param i32) (result i32) local.get 0 call $new)
			(func (export "open") (param i32) (result i32) local.get 0))
		(core instance $j (instantiate $n (with "" (instance (export "new" (func $new))))))
		(func (export "greet") (param "s" string) (result string)
			(canon lift (core func $i "greet") (memory (core memory $i "memory")) (realloc (core func $i "cabi_realloc"))))
		(func (export "make") (param "n" u32) (result (own $box)) (canon lift (core func $j "make")))
		(func (export "open") (param "b" (borrow $box)) (result u32) (canon lift (core func $j "open"))))
	(component $outer
		(import "box" (type $box (sub resource)))
		(import "greet" (func $greet (param "s" string) (result string)))
		(import "make" (func $make (param "n" u32) (result (own $box))))
		(import "open" (func $open (param "b" (borrow $box)) (result u32)))
		${LIBC}
		(core func $greet' (canon lower (func $greet) (memory (core memory $libc "memory")) (realloc (core func $libc "cabi_realloc"))))
		(core func $make' (canon lower (func $make)))
		(core func $open' (canon lower (func $open)))
		(core func $drop (canon resource.drop $box))
		(core module $m
			(import "" "greet" (func $greet (param i32 i32 i32)))
			(import "" "make" (func $make (param i32) (result i32)))
			(import "" "open" (func $open (param i32) (result i32)))
			(import "" "drop" (func $drop (param i32)))
			(func (export "greet") (param i32 i32) (result i32)
				local.get 0 local.get 1 i32.const 16 call $greet i32.const 16)
			(func (export "box") (param i32) (result i32) (local $b i32)
				(local.set $b (call $make (local.get 0))) (call $open (local.get $b)) (call $drop (local.get $b)))
			(func (export "box-twice") (param i32) (result i32) (local $b i32)
				(local.set $b (call $make (local.get 0))) (call $drop (local.get $b)) (call $open (local.get $b))))
		(core instance $i (instantiate $m (with "" (instance
			(export "greet" (func $greet')) (export "make" (func $make')) (export "open" (func $open')) (export "drop" (func $drop))))))
		(func (export "greet") (param "s" string) (result string)
			(canon lift (core func $i "greet") (memory (core memory $libc "memory")) (realloc (core func $libc "cabi_realloc"))))
		(func (export "box") (param "n" u32) (result u32) (canon lift (core func $i "box")))
		(func (export "box-twice") (param "n" u32) (result u32) (canon lift (core func $i "box-twice"))))
	(instance $in (instantiate $inner))
	(instance $out (instantiate $outer (with "box" (type $in "box")) (with "greet" (func $in "greet"))
		(with "make" (func $in "make")) (with "open" (func $in "open"))))
	(export "greet" (func $out "greet"))
	(export "box" (func $out "box"))
	(export "box-twice" (func $out "box-twice")))`;

test("names of JavaScript's own are names like others", async () => {
	const bytes = await assembled(`(component
		(core module $giver (func (export "constructor") (result i32) (i32.const 42)))
		(core module $taker (import "__proto__" "constructor" (func (result i32))) (export "__proto__" (func 0)))
		(core instance $giver (instantiate $giver))
		(core instance $taker (instantiate $taker (with "__proto__" (instance $giver))))
		(func (export "constructor") (result u32) (canon lift (core func $taker "__proto__"))))`);
	assert.equal(directly(bytes).call(WORLD, "constructor", []), 42);
});

test("components that are composed call each other", async () => {
	const bytes = await assembled(COMPOSED);
	const jco = await linkByJco(bytes, { mode: "sync", file: "x.wasm", compile, folders: "none" });
	const direct = directly(bytes);
	for (const instance of [direct, await jco.instantiate(new Map())]) {
		assert.equal(instance.call(WORLD, "greet", ["hello, wörld"]), "hello, wörld");
		assert.equal(instance.memorySize(), 2 * 65_536);
	}
	// jco's adapters lose resources that one component gives another
	for (const number of [41, 42]) assert.equal(direct.call(WORLD, "box", [number]), number);
	assert.throws(() => directly(bytes).call(WORLD, "box-twice", [1]), WebAssembly.RuntimeError);
});

test("what is not there cannot be called", async () => {
	const instance = directly(await assembled(COMPOSED));
	for (const name of ["nothing", "toString", "constructor"])
		assert.throws(
			() => instance.call(WORLD, name, []),
			(error) => error instanceof Fault && error.code === "ENTRY_MISSING",
		);
	assert.throws(
		() => instance.call("a:b/c", "greet", []),
		(error) => error instanceof Fault && error.code === "ENTRY_MISSING",
	);
});

const ASYNC: Readonly<Record<string, string>> = {
	"an async function": `(component (core module $m (func (export "f") (result i32) i32.const 0)
		(func (export "c") (param i32 i32 i32) (result i32) i32.const 0))
		(core instance $i (instantiate $m))
		(func (export "f") async (canon lift (core func $i "f") async (callback (core func $i "c")))))`,
	"a stream": `(component (type $s (stream u8)) (core func (canon stream.new $s)))`,
	"a future as a parameter": `(component (core module $m (func (export "f") (param i32)))
		(core instance $i (instantiate $m))
		(func (export "f") (param "f" (future u8)) (canon lift (core func $i "f"))))`,
	"an imported core module": `(component (import "m" (core module $m)) (core instance (instantiate $m)))`,
};

for (const [what, text] of Object.entries(ASYNC)) {
	test(`${what} is left to jco`, async () => {
		assert.equal(linkDirect(await assembled(text), { compile }), undefined);
	});
}

test("a pooled memory is taken for each instance, and given back once", async () => {
	// as if its memory had been made an import when it was compiled
	const pooled = await assembled(`(module (import "pool" "memory" (memory 1)) (export "memory" (memory 0))
		(func (export "run") (result i32) (i32.load (i32.const 8))))`);
	const bytes = await componentOf(
		`(module ${ALLOCATOR} (func (export "run") (result i32) i32.const 0))`,
		"package test:x; world w { export run: func() -> u32; }",
	);
	const memory = new WebAssembly.Memory({ initial: 1 });
	new Uint8Array(memory.buffer).fill(1);
	const given: WebAssembly.Memory[] = [];
	const pool = {
		module: "pool",
		name: "memory",
		take: () => memory,
		give: (back: WebAssembly.Memory) => void given.push(back),
	};
	const linked = linkDirect(bytes, {
		compile: () => ({ module: new WebAssembly.Module(pooled), memory: pool }),
	});
	const instance = linked?.instantiate(new Map());
	assert.equal(instance?.call(WORLD, "run", []), 0x01010101);
	assert.equal(instance?.memorySize(), 65_536);
	assert.deepEqual(given, []);
	instance?.[Symbol.dispose]();
	instance?.[Symbol.dispose]();
	assert.deepEqual(given, [memory]);
});

/** Main's two imports go through a shim, as wit-component makes it; `slot` is what is put into the second. */
const shimmed = (slot: string) => `(component
	(import "one" (func $one (result u32)))
	(core module $shim
		(type $t (func (result i32)))
		(table (export "$imports") 2 2 funcref)
		(func (export "0") (type $t) i32.const 0 call_indirect (type $t))
		(func (export "1") (type $t) i32.const 1 call_indirect (type $t)))
	(core module $fixup
		(type $t (func (result i32)))
		(import "" "0" (func (type $t)))
		(import "" "1" (func (type $t)))
		(import "" "$imports" (table 2 2 funcref))
		(elem (i32.const 0) func 0 1))
	(core module $main
		(import "" "0" (func $a (result i32)))
		(import "" "1" (func $b (result i32)))
		(func (export "two") (result i32) i32.const 2)
		(func (export "sum") (result i32) (i32.add (i32.mul (call $a) (i32.const 10)) (call $b))))
	(core instance $shim (instantiate $shim))
	(core instance $main (instantiate $main (with "" (instance $shim))))
	(core func $one (canon lower (func $one)))
	(core instance $fixup (instantiate $fixup (with "" (instance
		(export "0" (func $one)) (export "1" (func ${slot})) (export "$imports" (table $shim "$imports"))))))
	(func (export "sum") (result u32) (canon lift (core func $main "sum"))))`;

for (const [what, slot, sum, made] of [
	["functions of the host alone", "$one", 11, 1],
	["a function of another module too", '$main "two"', 12, 3],
] as const) {
	test(`a shim for ${what} does what it is to do`, async () => {
		let instances = 0;
		const linked = linkDirect(await assembled(shimmed(slot)), {
			compile: (bytes) => ({ ...compile(bytes), engage: () => void instances++ }),
		});
		const instance = linked?.instantiate(new Map([["one", { default: () => 1 }]]));
		assert.equal(instance?.call(WORLD, "sum", []), sum);
		assert.equal(instances, made, "core instances that were made");
	});
}

test("a type whose values no memory holds is refused", async () => {
	const levels = Array.from(
		{ length: 40 },
		(_, level) => `(type $t${level + 1} (tuple $t${level} $t${level}))`,
	);
	const bytes = await assembled(`(component
		(type $t0 (tuple u8 u8)) ${levels.join("\n")}
		(core module $m (func (export "f") (param i32)) ${ALLOCATOR})
		(core instance $i (instantiate $m))
		(func (export "f") (param "t" $t40)
			(canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "cabi_realloc")))))`);
	assert.throws(
		() => linkDirect(bytes, { compile }),
		(error) => error instanceof Fault && error.code === "COMPONENT_INVALID",
	);
});

const GUESTS = new URL("../../../guests/components/", import.meta.url);

test("damaged components are linked, left to jco or refused", () => {
	const real = readdirSync(GUESTS)
		.filter((name) => name.endsWith(".wasm"))
		.map((name) => new Uint8Array(readFileSync(new URL(name, GUESTS))));
	const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
	const damaged = fc
		.tuple(fc.constantFrom(...real), fc.array(change, { minLength: 1, maxLength: 4 }))
		.map(([bytes, changes]) => {
			const copy = bytes.slice();
			for (const [at, value] of changes) copy[at % copy.length] = value;
			return copy;
		});
	fc.assert(
		fc.property(damaged, (bytes) => {
			try {
				linkDirect(bytes, { compile });
			} catch (error) {
				assert.ok(error instanceof Fault || error instanceof WebAssembly.CompileError, String(error));
			}
		}),
		{ numRuns: 300 },
	);
});

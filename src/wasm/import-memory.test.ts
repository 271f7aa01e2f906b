import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { importMemory } from "./import-memory.ts";
import {
	code,
	exports,
	functions,
	functionType,
	I32,
	importOf,
	imports,
	memories,
	section,
	types,
	vector,
	wasm,
} from "./module-builder.ts";
import { readModule } from "./read-module.ts";

const MEMORY = memories({ minimum: 1, maximum: 3 });
/** Loads the word at 4. */
const LOAD = [0x41, 4, 0x28, 2, 0];
const LOADER = [types(functionType([], [I32])), functions(0)] as const;
/** `(data (i32.const 4) "\2a\00\00\00")` */
const DATA = section(11, vector([[0, 0x41, 4, 0x0b, 4, 42, 0, 0, 0]]));
const EXPORTS = exports(["memory", 2, 0], ["load", 0, 0]);

function instanceOf(bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory) {
	const imported = importMemory(bytes, readModule(bytes));
	assert.ok(imported !== undefined);
	const module = new WebAssembly.Module(imported.bytes);
	return new WebAssembly.Instance(module, { [imported.module]: { [imported.name]: memory } }).exports;
}

test("a module takes the memory that it is given, and exports it as its own", () => {
	const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 });
	const made = instanceOf(wasm(...LOADER, MEMORY, EXPORTS, code(LOAD), DATA), memory);
	assert.equal(made["memory"], memory);
	assert.equal((made["load"] as () => number)(), 42);
});

test("a memory serves again when it was wiped", () => {
	const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 });
	const bytes = wasm(...LOADER, MEMORY, EXPORTS, code(LOAD), DATA);
	instanceOf(bytes, memory);
	new Uint8Array(memory.buffer).fill(0);
	assert.equal((instanceOf(bytes, memory)["load"] as () => number)(), 42);
});

test("what it begins with and may grow to is held to", () => {
	const bytes = wasm(MEMORY);
	assert.deepEqual(importMemory(bytes, readModule(bytes))?.type, readModule(bytes).memories[0]);
	assert.throws(
		() => instanceOf(bytes, new WebAssembly.Memory({ initial: 1, maximum: 4 })),
		WebAssembly.LinkError,
	);
	assert.throws(
		() => instanceOf(bytes, new WebAssembly.Memory({ initial: 0, maximum: 3 })),
		WebAssembly.LinkError,
	);
});

test("functions that it imports keep their indices, and names of ours are no other's", () => {
	const bytes = wasm(
		types(functionType([], [I32])),
		imports(importOf("wherry:pool", "memory", 0, 0)),
		functions(0),
		MEMORY,
		exports(["f", 0, 1]),
		code([0x10, 0]),
	);
	const imported = importMemory(bytes, readModule(bytes));
	assert.equal(imported?.module, "wherry:pool-2");
	const { exports: made } = new WebAssembly.Instance(new WebAssembly.Module(imported.bytes), {
		"wherry:pool": { memory: () => 7 },
		"wherry:pool-2": { memory: new WebAssembly.Memory({ initial: 1, maximum: 3 }) },
	});
	assert.equal((made["f"] as () => number)(), 7);
});

const NONE: readonly (readonly [string, Uint8Array<ArrayBuffer>])[] = [
	["no memory", wasm()],
	["two memories", wasm(memories({ minimum: 1 }, { minimum: 1 }))],
	["a shared memory", wasm(memories({ minimum: 1, maximum: 1, shared: true }))],
	["a memory of 64 bits", wasm(memories({ minimum: 1, is64: true }))],
	["an imported memory", wasm(imports(importOf("m", "n", 2, 0, 1)))],
];

for (const [what, bytes] of NONE)
	test(`a module with ${what} is left as it is`, () => {
		assert.equal(importMemory(bytes, readModule(bytes)), undefined);
	});

for (const name of ["c/wc", "wat/hello", "rust/tour", "zig/tour", "assemblyscript/tour", "kotlin/tour"])
	test(`guests/${name}.wasm stays valid`, () => {
		const bytes = new Uint8Array(readFileSync(`guests/${name}.wasm`));
		const imported = importMemory(bytes, readModule(bytes));
		assert.ok(imported !== undefined);
		assert.ok(WebAssembly.validate(imported.bytes));
		const again = readModule(imported.bytes);
		assert.equal(again.memories.length, 0);
		assert.equal(again.imports.at(-1)?.module, "wherry:pool");
	});

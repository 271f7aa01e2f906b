import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import {
	code,
	custom,
	exports,
	FUNCREF,
	functions,
	functionType,
	I32,
	I64,
	importOf,
	imports,
	limits,
	memories,
	section,
	tables,
	types,
	vector,
	wasm,
} from "./module-builder.ts";
import { SectionId } from "./module.ts";
import { binariesIn } from "./nested.ts";
import { readModule } from "./read-module.ts";

/** Reads a module that V8 takes too, so that the bytes of these tests mean what they say. */
function read(...sections: readonly (readonly number[])[]) {
	const bytes = wasm(...sections);
	assert.ok(WebAssembly.validate(bytes), "the module of this test is not valid");
	return readModule(bytes);
}

test("an empty module", () => {
	const nothing = { sections: [], types: [], imports: [], exports: [], memories: [], tables: [] };
	assert.partialDeepStrictEqual(read(), { ...nothing, start: undefined, definedFunctions: 0 });
});

test("imports of every kind, with their types", () => {
	const { imports: found, importedFunctions } = read(
		types(functionType([I32, I64], [I32]), functionType([], [])),
		imports(
			importOf("wasi_snapshot_preview1", "fd_write", 0, 0),
			importOf("env", "memory", 2, ...limits({ minimum: 1, maximum: 9, shared: true })),
			importOf("env", "table", 1, FUNCREF, ...limits({ minimum: 3, is64: true })),
			importOf("env", "global", 3, 0x6f, 1),
			importOf("env", "tag", 4, 0, 1),
			importOf("__proto__", "constructor", 0, 1),
		),
	);
	assert.deepEqual(
		found.map(({ module, name, type }) => [module, name, type.kind]),
		[
			["wasi_snapshot_preview1", "fd_write", "function"],
			["env", "memory", "memory"],
			["env", "table", "table"],
			["env", "global", "global"],
			["env", "tag", "tag"],
			["__proto__", "constructor", "function"],
		],
	);
	assert.equal(importedFunctions, 2);
	const [fdWrite, memory, table, global, tag] = found.map(({ type }) => type);
	assert.deepEqual(fdWrite, {
		kind: "function",
		typeIndex: 0,
		signature: { kind: "function", params: ["i32", "i64"], results: ["i32"] },
	});
	assert.partialDeepStrictEqual(memory, { minimum: 1, maximum: 9, shared: true, is64: false });
	assert.partialDeepStrictEqual(table, { element: "funcref", minimum: 3, maximum: undefined, is64: true });
	assert.deepEqual(global, { kind: "global", type: "externref", mutable: true });
	assert.deepEqual(tag, { kind: "tag", typeIndex: 1 });
});

test("exports of every kind, start, counts", () => {
	const module = read(
		types(functionType([], [])),
		functions(0, 0),
		tables([FUNCREF, ...limits({ minimum: 1 })]),
		memories({ minimum: 1 }, { minimum: 2, is64: true }),
		section(SectionId.TAG, [1, 0, 0]),
		section(SectionId.GLOBAL, [1, I32, 0, 0x41, 0, 0x0b]),
		exports(["f", 0, 1], ["t", 1, 0], ["m", 2, 1], ["g", 3, 0], ["e", 4, 0], ["", 0, 0]),
		section(SectionId.START, [1]),
		section(SectionId.DATA_COUNT, [0]),
		code([], []),
		section(SectionId.DATA, vector([])),
	);
	assert.deepEqual(
		module.exports.map(({ name, kind, index }) => `${name} ${kind} ${index}`),
		["f function 1", "t table 0", "m memory 1", "g global 0", "e tag 0", " function 0"],
	);
	assert.deepEqual([module.definedFunctions, module.start, module.dataCount], [2, 1, 0]);
	assert.deepEqual(
		module.memories.map(({ minimum, is64 }) => [minimum, is64]),
		[
			[1, false],
			[2, true],
		],
	);
});

test("custom sections are found with name and contents, wherever they stand", () => {
	const bytes = wasm(custom("first", [1, 2]), types(), custom("\u{1f6f6}", [3]), custom("first", []));
	const { sections } = readModule(bytes);
	assert.deepEqual(
		sections.map(({ id, name, contents, end }) => [id, name, [...bytes.subarray(contents, end)]]),
		[
			[0, "first", [1, 2]],
			[1, "", [0]],
			[0, "\u{1f6f6}", [3]],
			[0, "first", []],
		],
	);
});

const REF = 0x64;
const REF_NULL = 0x63;

const TYPE_CASES: readonly (readonly [
	title: string,
	entries: readonly (readonly number[])[],
	words: string,
])[] = [
	["numbers and vectors", [functionType([0x7f, 0x7e, 0x7d, 0x7c, 0x7b], [])], "i32 i64 f32 f64 v128"],
	[
		"short references",
		[functionType([0x70, 0x6f, 0x6e, 0x6d, 0x6c, 0x6b, 0x6a, 0x69], [])],
		"funcref externref anyref eqref i31ref structref arrayref exnref",
	],
	[
		"bottom references",
		[functionType([0x73, 0x72, 0x71, 0x74], [])],
		"nullfuncref nullexternref nullref nullexnref",
	],
	[
		"a struct before it",
		[[0x5f, 2, 0x78, 1, 0x7f, 0], functionType([REF_NULL, 0], [])].map(flatRef),
		"(ref null 0)",
	],
	["an array before it", [[0x5e, 0x77, 1], functionType([REF, 0], [])].map(flatRef), "(ref 0)"],
	[
		"a recursion group, subtypes, final ones",
		[
			[0x4e, 3, 0x50, 0, 0x5f, 1, REF_NULL, 1, 0, 0x4f, 1, 0, 0x5f, 1, REF_NULL, 1, 0, 0x5e, 0x7f, 1],
			[0x60, 2, REF_NULL, 1, REF, 0x70, 0],
		],
		"(ref null 1) (ref func)",
	],
	["an empty recursion group", [[0x4e, 0], functionType([I32], [])], "i32"],
];

/** `functionType` counts bytes as parameters: a reference to an index is two bytes and one parameter. */
function flatRef(entry: readonly number[]): readonly number[] {
	return entry[0] === 0x60 ? [0x60, 1, ...entry.slice(2)] : entry;
}

for (const [title, entries, words] of TYPE_CASES)
	test(`types: ${title}`, () => {
		const module = read(types(...entries));
		const last = module.types.at(-1);
		assert.equal(last?.kind === "function" && last.params.join(" "), words);
	});

test("a type that is not known does not hide the imports", () => {
	const { types: known, imports: found } = readModule(
		wasm(
			types(functionType([I32], []), [0x41, 0x00], functionType([], [])),
			imports(importOf("a", "f", 0, 0), importOf("b", "g", 0, 2)),
		),
	);
	assert.equal(known.length, 1);
	assert.deepEqual(
		found.map(({ name, type }) => [name, type.kind === "function" && type.signature?.params]),
		[
			["f", ["i32"]],
			["g", undefined],
		],
	);
});

const BAD: readonly (readonly [
	title: string,
	sections: readonly (readonly number[])[],
	complaint: RegExp,
])[] = [
	["a section cut off", [[1, 5, 0]], /its type section at byte 0x8 is cut off$/],
	["a section's size cut off", [[1, 0x80]], /size is cut off/],
	["a second memory section", [memories({ minimum: 1 }), memories({ minimum: 1 })], /second memory section/],
	["bytes after the memories", [section(SectionId.MEMORY, [1, 0, 1, 9])], /left over/],
	["limits of an unknown form", [section(SectionId.MEMORY, [1, 0x10, 1])], /limits of form 0x10/],
	["an import of an unknown kind", [imports(importOf("a", "b", 9, 0))], /external kind 0x9/],
	["a name that is not UTF-8", [section(SectionId.IMPORT, [1, 1, 0xff, 0, 0, 0])], /not UTF-8/],
	["four thousand million exports", [section(SectionId.EXPORT, [0xff, 0xff, 0xff, 0xff, 0x0f])], /limit/],
	["more imports than there is room for", [section(SectionId.IMPORT, [0xff, 0x01, 0, 0])], /more than/],
	["a custom section without a name", [[0, 0]], /name is cut off/],
	["a table's first value without end", [tables([0x40, 0, FUNCREF, 0, 1, 0xd0, 0x70])], /cut off/],
];

for (const [title, sections, complaint] of BAD)
	test(`refused: ${title}`, () =>
		assert.throws(() => readModule(wasm(...sections)), { code: "MODULE_INVALID", message: complaint }));

test("refused: more sections than any module has", () => {
	const sections = Array.from({ length: 10_001 }, () => custom("", []));
	assert.throws(() => readModule(wasm(...sections)), { code: "MODULE_TOO_LARGE" });
});

test("the code section is not looked into", () => {
	const { definedFunctions } = readModule(
		wasm(types(functionType([], [])), functions(0), section(SectionId.CODE, [0xff, 0xff, 0xff])),
	);
	assert.equal(definedFunctions, 1);
});

/** Node's types know `WebAssembly.Module` only as a constructor. */
interface ModuleStatics {
	imports(module: WebAssembly.Module): { module: string; name: string; kind: string }[];
	exports(module: WebAssembly.Module): { name: string; kind: string }[];
}
const V8Module = WebAssembly.Module as unknown as ModuleStatics;

/** Guests as their toolchains make them, Kotlin with garbage collection among them; of components all core modules. */
const GUESTS = new URL("../../guests/", import.meta.url);
for (const file of readdirSync(GUESTS, { recursive: true, encoding: "utf8" }).filter(isWasm))
	test(`it says of guests/${file} what V8 says`, () => {
		const whole = new Uint8Array(readFileSync(new URL(file, GUESTS)));
		const modules = binariesIn(whole).filter(({ kind }) => kind === "module");
		assert.notEqual(modules.length, 0);
		for (const { bytes } of modules) agree(bytes as Uint8Array<ArrayBuffer>);
	});

function agree(bytes: Uint8Array<ArrayBuffer>): void {
	const [ours, compiled] = [readModule(bytes), new WebAssembly.Module(bytes)];
	assert.deepEqual(
		ours.imports.map(({ module, name, type }) => ({ module, name, kind: type.kind })),
		V8Module.imports(compiled),
	);
	assert.deepEqual(
		ours.exports.map(({ name, kind }) => ({ name, kind })),
		V8Module.exports(compiled),
	);
	for (const { type } of ours.imports) assert.ok(type.kind !== "function" || type.signature !== undefined);
}

function isWasm(file: string): boolean {
	return file.endsWith(".wasm") && !file.includes("node_modules");
}

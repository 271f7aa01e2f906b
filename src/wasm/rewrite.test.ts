import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
	code,
	custom,
	exports,
	FUNCREF,
	functions,
	functionType,
	I32,
	importOf,
	imports,
	limits,
	type LimitsShape,
	memories,
	section,
	tables,
	types,
	vector,
	wasm,
} from "./module-builder.ts";
import { type Module, SectionId } from "./module.ts";
import { readModule } from "./read-module.ts";
import { HEADROOM_BYTES, type RewritePlan, rewriteModule } from "./rewrite.ts";

const MIB = 2 ** 20;

function rewrite(bytes: Uint8Array<ArrayBuffer>, plan: RewritePlan) {
	assert.ok(WebAssembly.validate(bytes), "the module of this test is not valid");
	const rewritten = rewriteModule(bytes, readModule(bytes), plan);
	assert.ok(WebAssembly.validate(rewritten.bytes), "the rewritten module is not valid");
	return { ...rewritten, module: readModule(rewritten.bytes) };
}

const maximaOf = (module: Module) => module.memories.map(({ maximum }) => maximum);

const MEMORY_CASES: readonly (readonly [
	title: string,
	memories: readonly LimitsShape[],
	limit_bytes: number,
	maxima: readonly number[],
])[] = [
	["no maximum", [{ minimum: 1 }], MIB, [16]],
	["a maximum over the limit", [{ minimum: 1, maximum: 65_536 }], MIB, [16]],
	["a maximum below the limit", [{ minimum: 1, maximum: 4 }], MIB, [4]],
	["a limit over what 32 bits address", [{ minimum: 1 }], 2 ** 40, [65_536]],
	["a limit that is no whole page", [{ minimum: 1 }], MIB - 1, [15]],
	["a minimum at the limit", [{ minimum: 16 }], MIB, [16]],
	["memory64", [{ minimum: 1, is64: true }], MIB, [16]],
	["memory64 over 4 GiB", [{ minimum: 1, is64: true }], 8 * 2 ** 30, [131_072]],
	["memory64 with the largest maximum", [{ minimum: 1, maximum: 2 ** 18, is64: true }], MIB, [16]],
	["a limit over what V8 gives 64 bits", [{ minimum: 1, is64: true }], 2 ** 40, [2 ** 18]],
	["shared", [{ minimum: 1, maximum: 65_536, shared: true }], MIB, [16]],
	["shared memory64", [{ minimum: 1, maximum: 65_536, shared: true, is64: true }], MIB, [16]],
	["two share what their minima leave", [{ minimum: 5 }, { minimum: 1 }], MIB, [10, 6]],
	["a small one leaves its part", [{ minimum: 1, maximum: 2 }, { minimum: 1 }], MIB, [2, 14]],
	["of 32 and 64 bits", [{ minimum: 0 }, { minimum: 0, is64: true }, { minimum: 0 }], 3 * MIB, [16, 16, 16]],
	["a limit of 2 GiB, where LEB128 grows", [{ minimum: 300, maximum: 65_000 }], 2 * 2 ** 30, [32_768]],
];

for (const [title, shapes, limit_bytes, maxima] of MEMORY_CASES)
	test(`memories are capped: ${title}`, () => {
		const { module } = rewrite(wasm(memories(...shapes)), { memory_bytes: limit_bytes });
		assert.deepEqual(maximaOf(module), maxima);
		assert.deepEqual(
			module.memories.map(({ minimum, shared, is64 }) => ({ minimum, shared, is64 })),
			shapes.map(({ minimum, shared = false, is64 = false }) => ({ minimum, shared, is64 })),
		);
	});

test("a capped memory grows to its cap and no further", () => {
	const { bytes } = rewrite(wasm(memories({ minimum: 1 }), exports(["m", 2, 0])), { memory_bytes: MIB });
	const { m } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
	const memory = m as WebAssembly.Memory;
	memory.grow(15);
	assert.throws(() => memory.grow(1), RangeError);
});

test("an imported memory has its part of the limit, and stays as it is", () => {
	const bytes = wasm(
		imports(importOf("env", "memory", 2, ...limits({ minimum: 4 }))),
		memories({ minimum: 0 }),
	);
	const { module } = rewrite(bytes, { memory_bytes: MIB });
	assert.deepEqual(maximaOf(module), [6]);
	assert.deepEqual(module.imports[0]?.type.kind === "memory" && module.imports[0].type.maximum, undefined);
});

/** V8 has no custom page sizes yet, so that only our own reader can look at the result. */
test("a custom page size is kept, and counted", () => {
	const bytes = wasm(section(SectionId.MEMORY, [1, 0x08, 10, 0]));
	const rewritten = rewriteModule(bytes, readModule(bytes), { memory_bytes: MIB });
	const [memory] = readModule(rewritten.bytes).memories;
	assert.equal(memory?.pageSize_bytes, 1);
	assert.equal(memory.maximum, MIB);
});

test("memories that begin over the limit are a fault that says what to type", () => {
	const bytes = wasm(memories({ minimum: 17 }, { minimum: 1, is64: true }));
	assert.throws(() => rewriteModule(bytes, readModule(bytes), { memory_bytes: MIB }), {
		code: "MEMORY_LIMIT",
		message: "cannot give the module the 2 MiB of memory it begins with",
		notes: ["the limit for all its memories is 1 MiB"],
		helps: ["-m 2m"],
	});
});

const TABLE_CASES: readonly (readonly [string, readonly (readonly number[])[], readonly number[]])[] = [
	["no maximum", [[FUNCREF, ...limits({ minimum: 1 })]], [100]],
	["a huge maximum", [[FUNCREF, ...limits({ minimum: 1, maximum: 2 ** 32 - 1 })]], [100]],
	["a small maximum", [[FUNCREF, ...limits({ minimum: 1, maximum: 7 })]], [7]],
	["addressed by i64", [[0x6f, ...limits({ minimum: 1, is64: true })]], [100]],
	["with a first value", [[0x40, 0x00, FUNCREF, ...limits({ minimum: 1 }), 0xd0, FUNCREF, 0x0b]], [100]],
	["of a reference type of two bytes", [[0x63, FUNCREF, ...limits({ minimum: 3 })]], [100]],
	[
		"two",
		[
			[FUNCREF, ...limits({ minimum: 0 })],
			[0x6f, ...limits({ minimum: 10, maximum: 20 })],
		],
		[80, 20],
	],
];

for (const [title, entries, maxima] of TABLE_CASES)
	test(`tables are capped: ${title}`, () => {
		const { module } = rewrite(wasm(tables(...entries)), { table_elements: 100 });
		assert.deepEqual(
			module.tables.map(({ maximum }) => maximum),
			maxima,
		);
	});

test("tables that begin over the limit are a fault", () => {
	const bytes = wasm(tables([FUNCREF, ...limits({ minimum: 101 })]));
	assert.throws(() => rewriteModule(bytes, readModule(bytes), { table_elements: 100 }), {
		code: "MEMORY_LIMIT",
		notes: ["the limit for all its tables is 100"],
	});
});

/** A function that does nothing, at index 1 behind an import. */
const NOTHING = [types(functionType([], [])), imports(importOf("host", "f", 0, 0)), functions(0, 0)] as const;

const START_CASES: readonly (readonly [title: string, bytes: Uint8Array<ArrayBuffer>, name: string])[] = [
	["beside exports", wasm(...NOTHING, exports(["a", 0, 1]), section(8, [1]), code([], [])), "wherry:start"],
	["without exports", wasm(...NOTHING, section(8, [1]), code([], [])), "wherry:start"],
	["an imported one", wasm(...NOTHING, section(8, [0]), code([], [])), "wherry:start"],
	[
		"its name taken, twice",
		wasm(
			...NOTHING,
			exports(["wherry:start", 0, 0], ["wherry:start-2", 0, 1]),
			section(8, [1]),
			code([], []),
		),
		"wherry:start-3",
	],
	[
		"custom sections in between",
		wasm(custom("a", [1]), ...NOTHING, custom("b", []), section(8, [1]), custom("c", [2]), code([], [])),
		"wherry:start",
	],
];

for (const [title, bytes, name] of START_CASES)
	test(`the start function is exported: ${title}`, () => {
		const { module, startExport } = rewrite(bytes, { exportStart: true });
		const before = readModule(bytes);
		assert.equal(startExport, name);
		assert.equal(module.start, undefined);
		assert.deepEqual(module.exports, [...before.exports, { name, kind: "function", index: before.start }]);
	});

test("functions are exported by index, each once", () => {
	const { module, functionExports } = rewrite(
		wasm(...NOTHING, exports(["wherry:function-2", 0, 1]), code([], [])),
		{ exportFunctions: [1, 2, 1] },
	);
	assert.deepEqual(
		[...functionExports],
		[
			[1, "wherry:function-1"],
			[2, "wherry:function-2-2"],
		],
	);
	assert.deepEqual(
		module.exports.map(({ name, index }) => [name, index]),
		[
			["wherry:function-2", 1],
			["wherry:function-1", 1],
			["wherry:function-2-2", 2],
		],
	);
});

test("a module without any section can be given none to export, and stays", () => {
	const bytes = wasm();
	const { bytes: after, startExport } = rewrite(bytes, {
		exportStart: true,
		memory_bytes: 0,
		table_elements: 0,
	});
	assert.equal(after, bytes);
	assert.equal(startExport, undefined);
});

test("what needs no change is the same array", () => {
	const bytes = wasm(memories({ minimum: 1, maximum: 2 }));
	assert.equal(rewrite(bytes, { memory_bytes: MIB }).bytes, bytes);
	assert.equal(rewrite(bytes, {}).bytes, bytes);
});

const anyLimits = fc
	.record({
		minimum: fc.nat(20),
		more: fc.option(fc.nat(200), { nil: undefined }),
		shared: fc.boolean(),
		is64: fc.boolean(),
	})
	.map(({ minimum, more, shared, is64 }): LimitsShape => {
		if (more === undefined) return { minimum, is64 };
		return { minimum, maximum: minimum + more, shared, is64 };
	});
const anyTable = anyLimits.map(({ minimum, maximum, is64 = false }) => [
	FUNCREF,
	...limits({ minimum, maximum, is64 }),
]);
const anyCustom = fc.tuple(fc.string({ maxLength: 3 }), fc.uint8Array({ maxLength: 5 }));
const anyImport = fc.oneof(
	fc.constant([0, 0]),
	anyLimits.map((shape) => [2, ...limits(shape)]),
	anyTable.map((table) => [1, ...table]),
	fc.constant([3, I32, 0]),
	fc.constant([4, 0, 0]),
);

/** Modules with two functions and any choice of the sections that a rewrite looks at, customs between them. */
const anyModule = fc
	.record({
		imported: fc.array(anyImport, { maxLength: 4 }),
		memories: fc.array(anyLimits, { maxLength: 4 }),
		tables: fc.array(anyTable, { maxLength: 3 }),
		exports: fc.uniqueArray(fc.constantFrom("", "a", "_start", "wherry:start", "wherry:function-0"), {
			maxLength: 3,
		}),
		start: fc.boolean(),
		hasSegments: fc.boolean(),
		hasDataCount: fc.boolean(),
		customs: fc.array(anyCustom, { minLength: 11, maxLength: 11 }),
		absent: fc.uniqueArray(fc.nat(10)),
	})
	.map((shape) => {
		const sections = [
			types(functionType([], [])),
			shape.imported.length === 0
				? []
				: imports(...shape.imported.map((what) => importOf("m", "n", ...what))),
			functions(0, 0),
			shape.tables.length === 0 ? [] : tables(...shape.tables),
			shape.memories.length === 0 ? [] : memories(...shape.memories),
			shape.exports.length === 0 ? [] : exports(...shape.exports.map((name) => [name, 0, 1] as const)),
			shape.start ? section(SectionId.START, [0]) : [],
			shape.hasSegments ? section(SectionId.ELEMENT, vector([[1, 0, 1, 0]])) : [],
			shape.hasDataCount ? section(SectionId.DATA_COUNT, [0]) : [],
			code([], [0x01]),
			section(SectionId.DATA, vector([])),
		];
		return wasm(
			...sections.flatMap((bytes, index) => {
				const [name, contents] = shape.customs[index]!;
				return shape.absent.includes(index) ? [bytes] : [custom(name, [...contents]), bytes];
			}),
		);
	})
	.filter((bytes) => WebAssembly.validate(bytes));

const anyLimit = fc.record({
	memory_bytes: fc.nat(40 * MIB),
	table_elements: fc.nat(400),
	exportStart: fc.boolean(),
});

test("any valid module stays valid, keeps within the limits, and loses nothing", () => {
	fc.assert(
		fc.property(anyModule, anyLimit, (bytes, limit) => {
			const before = readModule(bytes);
			const { memory_bytes, table_elements } = limit;
			const plan = { ...limit, exportFunctions: [0] };
			const rewritten = orMemoryLimit(() => rewriteModule(bytes, before, plan));
			if (rewritten === undefined) {
				assert.ok(costs(before, "minimum") > memory_bytes || elements(before, "minimum") > table_elements);
				return;
			}
			assert.ok(WebAssembly.validate(rewritten.bytes));
			const after = readModule(rewritten.bytes);
			assert.ok(costs(after, "maximum") <= memory_bytes);
			assert.ok(elements(after, "maximum") <= table_elements);
			assert.deepEqual(after.exports.slice(0, before.exports.length), before.exports);
			assert.equal(new Set(after.exports.map(({ name }) => name)).size, after.exports.length);
			assert.deepEqual(untouched(rewritten.bytes, after), untouched(bytes, before));
			assert.equal(after.start, plan.exportStart ? undefined : before.start);
		}),
		{ numRuns: 300 },
	);
});

const ROOMS: readonly (readonly [title: string, before_bytes: number, isMoved: boolean])[] = [
	["enough", HEADROOM_BYTES, true],
	["too little", 3, false],
	["none", 0, false],
];

for (const [title, before_bytes, isMoved] of ROOMS) {
	test(`rewritten in place or not, a module is the same: room before it: ${title}`, () => {
		fc.assert(
			fc.property(anyModule, (bytes) => {
				const plan = { exportFunctions: [0], exportGlobals: [], table_elements: 1000 };
				const expected = rewriteModule(bytes, readModule(bytes), plan).bytes;
				const buffer = new Uint8Array(before_bytes + bytes.length).fill(0x3f);
				buffer.set(bytes, before_bytes);
				const placed = buffer.subarray(before_bytes);
				const rewritten = rewriteModule(placed, readModule(placed), { ...plan, room: "before" }).bytes;
				assert.deepEqual(Buffer.from(rewritten), Buffer.from(expected));
				assert.equal(rewritten.buffer === buffer.buffer, isMoved);
			}),
		);
	});
}

function orMemoryLimit<Value>(attempt: () => Value): Value | undefined {
	try {
		return attempt();
	} catch (error) {
		assert.equal((error as { code?: string }).code, "MEMORY_LIMIT");
		return undefined;
	}
}

/** What the memories cost; those defined here by the bound that is asked for, imported ones by their minimum. */
function costs(module: Module, bound: "minimum" | "maximum"): number {
	const imported = module.imports.reduce(
		(sum, { type }) => sum + (type.kind === "memory" ? type.minimum : 0),
		0,
	);
	return 65_536 * module.memories.reduce((sum, memory) => sum + (memory[bound] ?? Infinity), imported);
}

function elements(module: Module, bound: "minimum" | "maximum"): number {
	const imported = module.imports.reduce(
		(sum, { type }) => sum + (type.kind === "table" ? type.minimum : 0),
		0,
	);
	return module.tables.reduce((sum, table) => sum + (table[bound] ?? Infinity), imported);
}

/** The sections that no rewrite changes, as they stand. */
function untouched(bytes: Uint8Array, module: Module): string[] {
	const changed = new Set<number>([SectionId.TABLE, SectionId.MEMORY, SectionId.EXPORT, SectionId.START]);
	return module.sections
		.filter(({ id }) => !changed.has(id))
		.map(({ start, end }) => bytes.subarray(start, end).join());
}

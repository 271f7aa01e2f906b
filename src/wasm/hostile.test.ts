/** Whatever the bytes: a value or a Fault, and never less than what V8 takes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../base/fault.ts";
import { readFunctionNames, readProducers, readTargetFeatures } from "./customs.ts";
import { readGlobals } from "./globals.ts";
import { describeInput } from "./input.ts";
import { longActivations } from "./long-activations.ts";
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
	memories,
	section,
	tables,
	types,
	vector,
	wasm,
} from "./module-builder.ts";
import { type Module, SectionId } from "./module.ts";
import { readModule } from "./read-module.ts";
import { rewriteModule } from "./rewrite.ts";
import { whoMadeIt } from "./toolchain.ts";

const GUESTS = new URL("../../guests/", import.meta.url);
const guest = (file: string) => new Uint8Array(readFileSync(new URL(file, GUESTS)));

/** Holds every section, and most forms of what is in them. */
const EVERYTHING = wasm(
	custom("producers", [1, 3, 0x73, 0x64, 0x6b, 1, 1, 0x61, 1, 0x31]),
	types(
		functionType([I32, 0x7e], [I32]),
		functionType([], []),
		[0x4e, 2, 0x50, 0, 0x5f, 1, 0x63, 3, 1, 0x5e, 0x78, 1],
	),
	imports(
		importOf("wasi_snapshot_preview1", "fd_write", 0, 0),
		importOf("env", "memory", 2, ...limits({ minimum: 1, maximum: 9, shared: true })),
		importOf("env", "table", 1, FUNCREF, ...limits({ minimum: 0 })),
		importOf("env", "global", 3, 0x6f, 0),
		importOf("env", "tag", 4, 0, 1),
	),
	functions(1, 1),
	tables([FUNCREF, ...limits({ minimum: 2 })], [0x40, 0, FUNCREF, 0, 1, 0xd2, 1, 0x0b]),
	memories({ minimum: 1 }, { minimum: 0, maximum: 300, is64: true }),
	section(SectionId.TAG, vector([[0, 1]])),
	section(
		SectionId.GLOBAL,
		vector([
			[I32, 1, 0x41, 5, 0x0b],
			[FUNCREF, 0, 0xd2, 1, 0x0b],
		]),
	),
	exports(["_start", 0, 1], ["memory", 2, 1], ["wherry:start", 0, 2]),
	section(SectionId.START, [2]),
	section(
		SectionId.ELEMENT,
		vector([
			[2, 1, 0x41, 0, 0x0b, 0, 1, 1],
			[5, FUNCREF, 1, 0xd0, FUNCREF, 0x0b],
		]),
	),
	section(SectionId.DATA_COUNT, [1]),
	code(
		[0x03, 0x40, 0x41, 0, 0x0e, 1, 0, 0, 0x0b, 0x10, 2],
		[0x41, 0, 0x28, 0x42, 1, 0, 0x1a, 0xfc, 9, 0, 0x1f, 0x40, 1, 2, 0, 0x0b],
	),
	section(SectionId.DATA, vector([[1, 2, 7, 7]])),
	custom("name", [1, 4, 1, 1, 1, 0x66]),
	custom("target_features", [1, 0x2b, 4, 0x73, 0x69, 0x6d, 0x64]),
);
assert.ok(WebAssembly.validate(EVERYTHING));

const COMPONENT = Uint8Array.from([
	0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 10, 10, 1, 0, 5, 0x61, 0x3a, 0x62, 0x2f, 0x63, 5, 0,
]);

const SEEDS: readonly (readonly [title: string, bytes: Uint8Array<ArrayBuffer>, runs: number])[] = [
	["every section there is", EVERYTHING, 2000],
	["a component", COMPONENT, 1000],
	["a small guest", guest("wat/reactor.wasm"), 1000],
	["C", guest("c/environment.wasm"), 100],
	["Kotlin", guest("kotlin/tour.wasm"), 15],
];

/** One change: at a place (as a part of the whole), so many bytes go, and these come. */
const anyChange = fc.record({
	at: fc.double({ min: 0, max: 1, noNaN: true }),
	gone: fc.oneof(fc.constant(1), fc.nat(4)),
	come: fc.oneof(
		fc.uint8Array({ minLength: 1, maxLength: 1 }),
		fc.uint8Array({ maxLength: 6 }),
		fc.constantFrom([0xff, 0xff, 0xff, 0xff, 0x0f], [0x80], [0xff, 0xff, 0x03], [0x00]),
	),
});
const anyChanges = fc.record({
	changes: fc.array(anyChange, { minLength: 1, maxLength: 4 }),
	keep: fc.oneof(fc.constant(1), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
});

type Changes = typeof anyChanges extends fc.Arbitrary<infer Value> ? Value : never;

function change(seed: Uint8Array, { changes, keep }: Changes): Uint8Array<ArrayBuffer> {
	let bytes = Uint8Array.from(seed);
	for (const { at, gone, come } of changes) {
		const place = Math.floor(at * bytes.length);
		bytes = Uint8Array.from([...bytes.subarray(0, place), ...come, ...bytes.subarray(place + gone)]);
	}
	return bytes.slice(0, Math.ceil(keep * bytes.length));
}

function orFault<Value>(attempt: () => Value): Value | Fault {
	try {
		return attempt();
	} catch (error) {
		if (error instanceof Fault && error.code !== "BUG") return error;
		throw error;
	}
}

const PLAN = { memory_bytes: 64 * 65_536, table_elements: 100, exportStart: true, exportFunctions: [1, 7] };

for (const [title, seed, numRuns] of SEEDS)
	test(`mutations of ${title} give a value or a Fault`, () => {
		fc.assert(
			fc.property(anyChanges, (changes) => {
				const bytes = change(seed, changes);
				describeInput(bytes);
				const module = orFault(() => readModule(bytes));
				const isValid = WebAssembly.validate(bytes);
				if (module instanceof Fault) {
					assert.ok(!isValid, `V8 takes what we refuse: ${module.message}`);
					return;
				}
				isBounded(bytes, module);
				useEverything(bytes, module);
				if (isValid) agreesWithV8(bytes, module);
			}),
			{ numRuns },
		);
	});

test("any bytes at all give a value or a Fault", () => {
	const header = fc.constantFrom([], [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]);
	fc.assert(
		fc.property(header, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
			const bytes = Uint8Array.from([...start, ...rest]);
			describeInput(bytes);
			const module = orFault(() => readModule(bytes));
			if (!(module instanceof Fault)) useEverything(bytes, module);
		}),
		{ numRuns: 2000 },
	);
});

/** What was read is no more than what the bytes can hold. */
function isBounded(bytes: Uint8Array, module: Module): void {
	const {
		sections,
		types: known,
		imports: imported,
		exports: exported,
		memories: defined,
		tables: table,
	} = module;
	for (const list of [sections, known, imported, exported, defined, table])
		assert.ok(list.length <= bytes.length);
	assert.ok(module.definedFunctions <= bytes.length);
}

function useEverything(bytes: Uint8Array<ArrayBuffer>, module: Module): void {
	whoMadeIt(module);
	readProducers(bytes, module);
	readTargetFeatures(bytes, module);
	readFunctionNames(bytes, module, new Set([0, 1]));
	longActivations(bytes, module);
	orFault(() => readGlobals(bytes, module));
	orFault(() => rewriteModule(bytes, module, PLAN));
}

function agreesWithV8(bytes: Uint8Array<ArrayBuffer>, module: Module): void {
	const compiled = new WebAssembly.Module(bytes);
	assert.deepEqual(names(module.imports), names(V8Module.imports(compiled)));
	assert.deepEqual(names(module.exports), names(V8Module.exports(compiled)));
	readGlobals(bytes, module);
	const plan = { ...PLAN, exportFunctions: module.definedFunctions > 0 ? [module.importedFunctions] : [] };
	const rewritten = orFault(() => rewriteModule(bytes, module, plan));
	if (rewritten instanceof Fault) assert.equal(rewritten.code, "MEMORY_LIMIT");
	else assert.ok(WebAssembly.validate(rewritten.bytes));
}

function names(entries: readonly { readonly name: string }[]): string[] {
	return entries.map(({ name }) => name);
}

/** Node's types know `WebAssembly.Module` only as a constructor. */
interface ModuleStatics {
	imports(module: WebAssembly.Module): { name: string }[];
	exports(module: WebAssembly.Module): { name: string }[];
}
const V8Module = WebAssembly.Module as unknown as ModuleStatics;

/** Small files that ask for much. Each of these must come back at once. */
const GREEDY: readonly (readonly [title: string, bytes: Uint8Array<ArrayBuffer>])[] = [
	["a million bytes of recursion groups", wasm(section(1, filled(1_000_000, [0x4e, 0x01])))],
	["a million empty imports", wasm(section(2, [0xc0, 0x84, 0x3d, ...filled(4_000_000, [0, 0, 0, 0])]))],
	["a custom section's name of a million bytes", wasm(custom("x".repeat(1_000_000), []))],
	["names without end", wasm(custom("name", filled(1_000_000, [1, 0])))],
	[
		"loops without end",
		wasm(types(functionType([], [])), functions(0), code(filled(1_000_000, [0x03, 0x40]))),
	],
	[
		"branch tables without end",
		wasm(types(functionType([], [])), functions(0), code(filled(1_000_000, [0x0e, 0xff]))),
	],
];

function filled(size: number, pattern: readonly number[]): number[] {
	return Array.from({ length: size }, (_, index) => pattern[index % pattern.length] ?? 0);
}

for (const [title, bytes] of GREEDY)
	test(`greedy: ${title}`, () => {
		const module = orFault(() => readModule(bytes));
		if (!(module instanceof Fault)) useEverything(bytes, module);
	});

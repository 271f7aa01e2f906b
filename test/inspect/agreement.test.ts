/** What the scanner finds in real programs is what V8, wabt and jco's wasm-tools find in them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { inspectProgram } from "../../src/inspect/assemble.ts";
import { partsOf } from "../../src/inspect/programs.ts";
import { plainName } from "../../src/inspect/rust/plain-name.ts";
import type { Scan } from "../../src/inspect/scan.ts";
import { installed } from "../programs/programs.ts";
import { COMPONENTS, MODULES } from "./inputs.ts";
import { bodySizesSeen, dataSeen, histogramSeen, type SectionSeen, sectionsSeen } from "./wabt.ts";

const bytesOf = (file: string) => new Uint8Array(readFileSync(file));

function scanOf(file: string): Scan {
	const scan = partsOf(bytesOf(file))[0]?.scan;
	assert.ok(scan !== undefined);
	return scan;
}

/** What the compilation against Node's types lacks. */
interface ModuleStatics {
	imports(module: WebAssembly.Module): Listed[];
	exports(module: WebAssembly.Module): Listed[];
}
const V8Module = WebAssembly.Module as unknown as ModuleStatics;

interface Listed {
	readonly module?: string;
	readonly name: string;
	readonly kind: string;
}

for (const [name, path] of MODULES)
	test(`${name}: imports and exports are V8's, and each import is in one need`, async () => {
		const bytes = bytesOf(await path());
		const module = new WebAssembly.Module(bytes);
		const { binaries, needs } = await inspectProgram(bytes, name);
		assert.deepEqual(binaries[0]?.imports.map(keyOf), V8Module.imports(module).map(keyOf));
		assert.deepEqual(binaries[0]?.exports.map(keyOf), V8Module.exports(module).map(keyOf));
		const asked = V8Module.imports(module).map(spelled);
		const needed = needs.flatMap(({ imports }) => imports);
		assert.deepEqual(needed.toSorted(), [...new Set(asked)].toSorted());
	});

const keyOf = ({ module, name, kind }: Listed) => JSON.stringify([module, name, kind]);
const spelled = ({ module = "", name }: Listed) => `${module}${module.includes(":") ? "#" : " "}${name}`;

/** An entry of the scan for each that wabt counts in the section. */
const COUNTS: Readonly<Record<string, (scan: Scan) => number | undefined>> = {
	Type: ({ module }) => module.types.length,
	Import: ({ module }) => module.imports.length,
	Function: ({ module }) => module.definedFunctions,
	Table: ({ module }) => module.tables.length,
	Memory: ({ module }) => module.memories.length,
	Global: ({ globals }) => globals.length,
	Export: ({ module }) => module.exports.length,
	Elem: ({ elements }) => elements.length,
	DataCount: ({ module }) => module.dataCount,
	Code: ({ bodyStart }) => bodyStart.length,
	Data: ({ data }) => data.length,
	Start: ({ start }) => start,
};

for (const [name, path] of MODULES)
	test(`${name}: sections lie where wabt sees them, with as many entries`, async () => {
		const file = await path();
		const scan = scanOf(file);
		const seen = sectionsSeen(file);
		assert.deepEqual(
			scan.module.sections.map(({ end }) => end),
			seen.map(({ end }) => end),
		);
		for (const [at, section] of seen.entries()) checkSection(scan, section, at);
	});

function checkSection(scan: Scan, { name, start, count }: SectionSeen, at: number): void {
	const section = scan.module.sections[at];
	if (name.startsWith("Custom ")) return assert.equal(`Custom "${section?.name}"`, name);
	assert.equal(section?.contents, start, name);
	assert.equal(COUNTS[name]?.(scan), count, name);
}

/** Those that print their data in a second: the others have megabytes of it. */
const SMALL = MODULES.filter(([name]) => /^(?:sql|argon2|tree-sitter|resvg|oxc|jco's adapter)/.test(name));

for (const [name, path] of SMALL)
	test(`${name}: functions and data segments are those that wabt sees`, async () => {
		const file = await path();
		const { bodyStart, bodyEnd, data } = scanOf(file);
		const sizes = [...bodyStart].map((start, entry) => (bodyEnd[entry] ?? 0) - start);
		assert.deepEqual(sizes, bodySizesSeen(file));
		const segments = data.map(({ start, end, address, mode }) => ({
			size: end - start,
			address,
			isPassive: mode === "passive",
		}));
		assert.deepEqual(segments, data.length === 0 ? [] : dataSeen(file));
	});

for (const [name, path] of [...SMALL, ...MODULES.filter(([one]) => one === "ruby")])
	test(`${name}: each instruction occurs as often as wabt counts it`, async () => {
		const file = await path();
		const scan = scanOf(file);
		assert.equal(scan.unknown, undefined);
		const seen = histogramSeen(file);
		const more = new Map<string, number>();
		for (const instruction of new Set([...seen.keys(), ...scan.histogram.keys()])) {
			const left = (seen.get(instruction) ?? 0) - (scan.histogram.get(instruction) ?? 0);
			if (left !== 0) more.set(instruction, left);
		}
		assert.deepEqual(more, initialisers(scan, more));
	});

/** wabt counts initialisers as well: one number or global and one end each, and a ref.func and an end for each element. */
function initialisers(scan: Scan, more: ReadonlyMap<string, number>): Map<string, number> {
	const active = (entries: readonly { readonly mode: string }[]) =>
		entries.filter(({ mode }) => mode === "active").length;
	const values = active(scan.data) + active(scan.elements) + scan.globals.length;
	const functions = scan.elements.reduce((sum, element) => sum + element.functions, 0);
	const expected = new Map([...more].filter(([name]) => /^(?:[if](?:32|64)\.const|global\.get)$/.test(name)));
	const counted = [...expected.values()].reduce((sum, count) => sum + count, 0);
	assert.equal(counted, values);
	if (functions > 0) expected.set("ref.func", functions);
	if (values + functions > 0) expected.set("end", values + functions);
	return expected;
}

interface WasmTools {
	readonly $init: Promise<void>;
	readonly tools: {
		metadataShow(binary: Uint8Array): readonly {
			readonly metaType: { readonly tag: "module" | "component" };
			readonly range: ArrayLike<number>;
			readonly producers: readonly (readonly [string, readonly (readonly [string, string])[]])[];
		}[];
		componentWit(binary: Uint8Array): string;
	};
}

for (const [name, path] of COMPONENTS)
	test(`${name}: nested parts, imports and makers are those that wasm-tools sees`, async () => {
		const wasmTools = installed("@bytecodealliance/jco-transpile/vendor/wasm-tools.js");
		const { $init, tools } = (await import(pathToFileURL(wasmTools).href)) as WasmTools;
		await $init;
		const bytes = bytesOf(await path());
		const { binaries, madeBy } = await inspectProgram(bytes, name);
		const seen = tools.metadataShow(bytes);
		assert.deepEqual(
			binaries.map(({ kind, start, size_bytes }) => [kind, start, start + size_bytes]).toSorted(byStart),
			seen.map(({ metaType, range }) => [metaType.tag, range[0], range[1]]).toSorted(byStart),
		);
		const makers = seen.flatMap(({ producers }) => producers.flatMap(([, values]) => values));
		assert.deepEqual(
			madeBy.map((one) => `${one.name} ${one.version}`).toSorted(),
			[...new Set(makers.map((one) => one.join(" ")))].toSorted(),
		);
		const imported = [...tools.componentWit(bytes).matchAll(/^ {2}import ([^;]+);$/gm)].map(([, one]) => one);
		assert.deepEqual([...new Set(binaries[0]?.imports.map(({ module }) => module))], imported);
	});

function byStart(one: readonly unknown[], other: readonly unknown[]): number {
	return Number(one[1]) - Number(other[1]);
}

/** Two versions of one Rust program: the older has names in the form that C++ has, too, the newer in Rust's own. */
for (const version of ["componentize-js-0-19-3", "componentize-js"])
	test(`names of Rust are those that binutils reads out of them: ${version}`, () => {
		const file = installed(`@bytecodealliance/${version}/lib/spidermonkey-embedding-splicer.core.wasm`);
		const { names, module } = scanOf(file);
		const mangled = Array.from({ length: module.definedFunctions }, (_, entry) =>
			names.get(module.importedFunctions + entry),
		).filter((name) => name !== undefined && /^_(?:R|ZN)/.test(name)) as string[];
		assert.ok(mangled.length > 8000);
		// it keeps what LLVM added behind names
		const { stdout } = spawnSync("c++filt", ["--format=rust"], {
			input: mangled.map((name) => `${name.replace(/\.llvm\.\d+$/, "")}\n`).join(""),
			maxBuffer: 64 << 20,
		});
		const theirs = String(stdout).split("\n").map(withoutHashes);
		for (const [index, name] of mangled.entries()) assert.equal(plainName(name), theirs[index], name);
	});

/** Its output has hashes of functions and crates, and types of integers: `[u8; 4: usize]`. */
function withoutHashes(name: string): string {
	return name
		.replace(/::h[0-9a-f]{16}$/, "")
		.replaceAll(/(?<=\w)\[[0-9a-f]{1,16}\](?=::|[>,)]|$)/g, "")
		.replaceAll(/(?<=\d): [iu](?:size|\d+)(?=[\]>,])/g, "");
}

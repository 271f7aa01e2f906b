import type { FunctionType as WitFunction, World } from "../component/types.ts";
import { signatureText } from "../component/wave/type-text.ts";
import { readTargetFeatures } from "../wasm/customs.ts";
import { type Export, type Import, type Module, type Section, SectionId } from "../wasm/module.ts";
import { MODULE_SECTIONS } from "../wasm/sections.ts";
import type { Part } from "./programs.ts";
import type { BinaryReport } from "./report.ts";
import type { Scan } from "./scan.ts";
import { signaturesOf } from "./text/signatures.ts";

/** So many imports and exports are listed; more are a module's that no person reads through. */
const LISTED_MAX = 10_000;

/** What is said of one binary. Of a component's world, imports and exports are those of WIT. */
export function binaryReport({ path, binary, start, scan }: Part, world: World | undefined): BinaryReport {
	return {
		path,
		kind: binary.kind,
		start,
		size_bytes: binary.bytes.length,
		sections: binary.sections.map((section) => ({
			name: sectionName(section, binary.kind),
			start: start + section.start,
			size_bytes: section.end - section.start,
		})),
		...(scan === undefined ? worldReport(world) : moduleReport(scan)),
	};
}

type Facts = Omit<BinaryReport, "path" | "kind" | "start" | "size_bytes" | "sections">;

const NOTHING: Facts = {
	imports: [],
	exports: [],
	memories: [],
	tables: [],
	globals: [],
	elements: { segments: 0, functions: 0 },
	histogram: [],
	functions: { imported: 0, defined: 0, named: 0, code_bytes: 0, instructions: 0 },
	data: { segments: 0, bytes: 0 },
	features: [],
	debug: { dwarf: false, names: false, sourceMap: undefined },
};

function worldReport(world: World | undefined): Facts {
	if (world === undefined) return NOTHING;
	const entries = (items: World["imports"]): BinaryReport["imports"] =>
		[...items].flatMap(([name, item]): BinaryReport["imports"] => {
			if (item.kind === "function")
				return [{ module: name, name, kind: "function", type: typeText(name, item) }];
			if (item.kind !== "interface") return [{ module: name, name, kind: item.kind }];
			if (item.functions.size === 0) return [{ module: name, name: "", kind: "types" }];
			return [...item.functions].map(([inner, type]) => ({
				module: name,
				name: inner,
				kind: "function",
				type: typeText(inner, type),
			}));
		});
	return {
		...NOTHING,
		imports: entries(world.imports).slice(0, LISTED_MAX),
		exports: entries(world.exports)
			.map(({ module, name, ...shown }) =>
				Object.assign(shown, { name: module === name || name === "" ? module : `${module}#${name}` }),
			)
			.slice(0, LISTED_MAX),
	};
}

/** Without the name, which stands beside it. */
function typeText(name: string, type: WitFunction): string {
	return signatureText(name, type).slice(name.length + ": ".length);
}

function moduleReport(scan: Scan): Facts {
	const { module, bytes, names, data, elements, debug } = scan;
	const code = module.sections.find(({ id }) => id === SectionId.CODE);
	const importsOf = <Kind extends Import["type"]["kind"]>(kind: Kind) =>
		module.imports.flatMap(({ type }) =>
			type.kind === kind ? [type as Extract<Import["type"], { kind: Kind }>] : [],
		);
	const tables = importsOf("table");
	return {
		imports: module.imports.slice(0, LISTED_MAX).map(importReport),
		exports: module.exports.slice(0, LISTED_MAX).map((one) => exportReport(one, scan)),
		memories: [
			...importsOf("memory").map((memory) => memoryReport(memory, true)),
			...module.memories.map((memory) => memoryReport(memory, false)),
		],
		tables: [...tables, ...module.tables].map((table, index) => ({
			minimum: table.minimum,
			maximum: table.maximum,
			imported: index < tables.length,
			exported: exportsOf(module, "table", index),
		})),
		globals: globalReports(scan),
		elements: {
			segments: elements.length,
			functions: elements.reduce((sum, { functions }) => sum + functions, 0),
		},
		histogram: [...scan.histogram]
			.map(([name, count]) => ({ name, count }))
			.toSorted((a, b) => b.count - a.count),
		functions: {
			imported: module.importedFunctions,
			defined: module.definedFunctions,
			named: names.count,
			code_bytes: code === undefined ? 0 : code.end - code.contents,
			instructions: scan.instructions.reduce((sum, count) => sum + count, 0),
		},
		data: { segments: data.length, bytes: data.reduce((sum, { start, end }) => sum + end - start, 0) },
		features: readTargetFeatures(bytes, module),
		debug: {
			dwarf: debug.dwarf.length > 0,
			names: names.count > 0,
			sourceMap: debug.sourceMap ?? debug.external,
		},
	};
}

function importReport({ module, name, type }: Import): BinaryReport["imports"][number] {
	const shown = { module, name, kind: type.kind };
	if (type.kind === "global") return { ...shown, type: type.mutable ? `mut ${type.type}` : type.type };
	return type.kind === "function" && type.signature !== undefined
		? { ...shown, type: coreType(type.signature) }
		: shown;
}

function exportReport({ name, kind, index }: Export, scan: Scan): BinaryReport["exports"][number] {
	if (kind !== "function") return { name, kind };
	const type = signaturesOf(scan).function(index);
	return type === undefined ? { name, kind } : { name, kind, type: coreType(type) };
}

function globalReports({ globals }: Scan): BinaryReport["globals"] {
	return globals.slice(0, LISTED_MAX).map(({ type, mutable, initial, exported }) => ({
		type,
		mutable,
		initial: initial === undefined ? undefined : String(initial),
		exported,
	}));
}

function memoryReport(
	memory: Module["memories"][number],
	imported: boolean,
): BinaryReport["memories"][number] {
	const { minimum, maximum, pageSize_bytes, shared, is64 } = memory;
	return {
		minimum_bytes: minimum * pageSize_bytes,
		maximum_bytes: maximum === undefined ? undefined : maximum * pageSize_bytes,
		imported,
		shared,
		is64,
	};
}

function exportsOf({ exports }: Module, kind: string, index: number): string[] {
	return exports.filter((one) => one.kind === kind && one.index === index).map(({ name }) => name);
}

function coreType({
	params,
	results,
}: {
	readonly params: readonly string[];
	readonly results: readonly string[];
}): string {
	return `(${params.join(" ")}) -> (${results.join(" ")})`;
}

/** Component Model, Binary.md. */
const COMPONENT_SECTIONS = [
	"custom",
	"core module",
	"core instance",
	"core type",
	"component",
	"instance",
	"alias",
	"type",
	"canon",
	"start",
	"import",
	"export",
	"value",
];

function sectionName({ id, name }: Section, kind: "module" | "component"): string {
	if (id === SectionId.CUSTOM) return name;
	return (kind === "module" ? MODULE_SECTIONS : COMPONENT_SECTIONS)[id] ?? `section ${id}`;
}

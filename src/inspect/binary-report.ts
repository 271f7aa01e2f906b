import type { FunctionType as WitFunction, World } from "../component/types.ts";
import { signatureText } from "../component/wave/type-text.ts";
import { readTargetFeatures } from "../wasm/customs.ts";
import {
	type Export,
	type FunctionType,
	type Import,
	type Module,
	type Section,
	SectionId,
} from "../wasm/module.ts";
import { MODULE_SECTIONS } from "../wasm/sections.ts";
import type { Part } from "./programs.ts";
import type { BinaryReport } from "./report.ts";
import type { Scan } from "./scan.ts";
import { signaturesOf } from "./text/signatures.ts";

/** So many imports, exports, memories, tables and globals of a program are listed; those of more no person reads through. */
export const LISTED_MAX = 50_000;

/** How many entries may still be listed, of all binaries of a program. */
interface Room {
	listed: number;
}

/** What is said of one binary. Of a component's world, imports and exports are those of WIT. */
export function binaryReport(
	{ path, binary, start, scan }: Part,
	world: World | undefined,
	room: Room,
): BinaryReport {
	return {
		path,
		kind: binary.kind,
		start,
		size_bytes: binary.bytes.length,
		sections: binary.sections.map((section) => ({
			name: sectionName(section, binary.kind),
			custom: section.id === SectionId.CUSTOM,
			start: start + section.start,
			size_bytes: section.end - section.start,
		})),
		...(scan === undefined ? worldReport(world, room) : moduleReport(scan, room)),
	};
}

/** As many of them as there is room for. */
function listed<Entry, Shown>(
	entries: Iterable<Entry>,
	room: Room,
	shown: (entry: Entry, index: number) => Shown,
): Shown[] {
	const list: Shown[] = [];
	for (const entry of entries) {
		if (room.listed <= 0) break;
		room.listed -= 1;
		list.push(shown(entry, list.length));
	}
	return list;
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

function worldReport(world: World | undefined, room: Room): Facts {
	if (world === undefined) return NOTHING;
	return {
		...NOTHING,
		imports: listed(itemsOf(world.imports), room, (item) => item),
		exports: listed(itemsOf(world.exports), room, ({ module, name, ...shown }) =>
			Object.assign(shown, { name: module === name || name === "" ? module : `${module}#${name}` }),
		),
	};
}

/** Functions of interfaces one by one, made when they are asked for: their types are long to write. */
function* itemsOf(items: World["imports"]): Generator<BinaryReport["imports"][number]> {
	for (const [name, item] of items) {
		if (item.kind === "function") yield { module: name, name, kind: "function", type: typeText(name, item) };
		else if (item.kind !== "interface") yield { module: name, name, kind: item.kind };
		else if (item.functions.size === 0) yield { module: name, name: "", kind: "types" };
		else
			for (const [inner, type] of item.functions)
				yield { module: name, name: inner, kind: "function", type: typeText(inner, type) };
	}
}

/** Without the name, which stands beside it. */
function typeText(name: string, type: WitFunction): string {
	return shortened(signatureText(name, type).slice(name.length + ": ".length));
}

function moduleReport(scan: Scan, room: Room): Facts {
	const { module, bytes, names, data, elements, debug } = scan;
	const code = module.sections.find(({ id }) => id === SectionId.CODE);
	const importsOf = <Kind extends Import["type"]["kind"]>(kind: Kind) =>
		module.imports.flatMap(({ type }) =>
			type.kind === kind ? [type as Extract<Import["type"], { kind: Kind }>] : [],
		);
	const tables = importsOf("table");
	const exportedTables = exportedAs(module, "table");
	return {
		imports: listed(module.imports, room, importReport),
		exports: listed(module.exports, room, (one) => exportReport(one, scan)),
		memories: [
			...listed(importsOf("memory"), room, (memory) => memoryReport(memory, true)),
			...listed(module.memories, room, (memory) => memoryReport(memory, false)),
		],
		tables: listed([...tables, ...module.tables], room, (table, index) => ({
			minimum: table.minimum,
			maximum: table.maximum,
			imported: index < tables.length,
			exported: exportedTables.get(index) ?? [],
		})),
		globals: globalReports(scan, room),
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

function globalReports({ globals }: Scan, room: Room): BinaryReport["globals"] {
	return listed(globals, room, ({ type, mutable, initial, exported }) => ({
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

/** The names of what is exported of this kind, by index. */
function exportedAs({ exports }: Module, wanted: string): ReadonlyMap<number, string[]> {
	const names = new Map<number, string[]>();
	for (const { kind, index, name } of exports) {
		if (kind !== wanted) continue;
		const others = names.get(index);
		if (others === undefined) names.set(index, [name]);
		else others.push(name);
	}
	return names;
}

/** A type is shown up to this length: one of a thousand parameters may stand behind each of a million imports. */
const TYPE_CHARACTERS_MAX = 400;
const typeTexts = new WeakMap<FunctionType, string>();

function coreType(type: FunctionType): string {
	const known = typeTexts.get(type);
	if (known !== undefined) return known;
	const text = shortened(`(${type.params.join(" ")}) -> (${type.results.join(" ")})`);
	typeTexts.set(type, text);
	return text;
}

function shortened(type: string): string {
	return type.length > TYPE_CHARACTERS_MAX ? `${type.slice(0, TYPE_CHARACTERS_MAX)}...` : type;
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

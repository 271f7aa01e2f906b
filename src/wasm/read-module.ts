import { Fault } from "../base/fault.ts";
import { Cursor, malformed } from "./cursor.ts";
import { readGlobalType } from "./globals.ts";
import { skipConstant } from "./instructions.ts";
import { demandModule } from "./input.ts";
import {
	type Export,
	type ExternalKind,
	type Import,
	type MemoryType,
	type Module,
	type Section,
	SectionId,
	type TableType,
	type TypeDefinition,
} from "./module.ts";
import { readLimits } from "./limits.ts";
import { readTypes, readValueType } from "./read-types.ts";
import { readSections } from "./sections.ts";

/** V8's own limits (`wasm-limits.h`), so that nothing it would take is refused here. */
const IMPORTS_MAX = 1_000_000;
const EXPORTS_MAX = 1_000_000;
const FUNCTIONS_MAX = 1_000_000;
const MEMORIES_MAX = 100_000;
const TABLES_MAX = 100_000;

const KINDS: readonly ExternalKind[] = ["function", "table", "memory", "global", "tag"];

/**
 * Reads what a host must know of a core module before it runs: imports, exports, memories, tables, start.
 *
 * Looks at no function body and no data, so that a module of 30 MB costs what one of 30 KB does. It
 * does not validate: `WebAssembly.Module` has the final word. What it does answer is what V8 would read.
 *
 * @param file the path to name in errors
 * @throws Fault NOT_WASM, MODULE_TOO_LARGE, MODULE_INVALID
 */
export function readModule(bytes: Uint8Array, file?: string): Module {
	demandModule(bytes, file);
	const sections = readSections(bytes, true);
	const within = <Value>(id: number, otherwise: Value, read: (cursor: Cursor) => Value): Value => {
		const section = sections.find((candidate) => candidate.id === id);
		return section === undefined ? otherwise : readWhole(bytes, section, read);
	};
	const types = readKnownTypes(bytes, sections);
	const imports = within<readonly Import[]>(SectionId.IMPORT, [], (cursor) => readImports(cursor, types));
	return {
		size_bytes: bytes.length,
		sections,
		types,
		imports,
		exports: within<readonly Export[]>(SectionId.EXPORT, [], readExports),
		memories: within<readonly MemoryType[]>(SectionId.MEMORY, [], readMemories),
		tables: within<readonly TableType[]>(SectionId.TABLE, [], readTables),
		importedFunctions: imports.filter(({ type }) => type.kind === "function").length,
		definedFunctions: countFunctions(bytes, sections),
		start: within(SectionId.START, undefined, (cursor) => cursor.u32("the start function")),
		dataCount: within(SectionId.DATA_COUNT, undefined, (cursor) => cursor.u32("the data count")),
	};
}

function readWhole<Value>(bytes: Uint8Array, section: Section, read: (cursor: Cursor) => Value): Value {
	const cursor = new Cursor(bytes, section.contents, section.end);
	const value = read(cursor);
	cursor.finish("a section");
	return value;
}

/** A type that is not known to us must not hide the imports, which say who made the module. */
function readKnownTypes(bytes: Uint8Array, sections: readonly Section[]): readonly TypeDefinition[] {
	const types: TypeDefinition[] = [];
	const section = sections.find(({ id }) => id === SectionId.TYPE);
	if (section === undefined) return types;
	try {
		readTypes(new Cursor(bytes, section.contents, section.end), types);
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
	}
	return types;
}

function readImports(cursor: Cursor, types: readonly TypeDefinition[]): Import[] {
	const count = cursor.count("the number of imports", 4, IMPORTS_MAX);
	const imports: Import[] = [];
	for (let index = 0; index < count; index++) imports.push(readImport(cursor, types));
	return imports;
}

function readImport(cursor: Cursor, types: readonly TypeDefinition[]): Import {
	const module = cursor.name("an import's module");
	const name = cursor.name("an import's name");
	return { module, name, type: readImportType(cursor, types) };
}

function readImportType(cursor: Cursor, types: readonly TypeDefinition[]): Import["type"] {
	const kind = readKind(cursor);
	if (kind === "table") return readTableType(cursor);
	if (kind === "memory") return readMemoryType(cursor);
	if (kind === "global") return readGlobalType(cursor);
	if (kind === "tag") cursor.byte("a tag's attribute");
	const typeIndex = cursor.u32("an import's type");
	if (kind === "tag") return { kind, typeIndex };
	const type = types[typeIndex];
	return { kind, typeIndex, signature: type?.kind === "function" ? type : undefined };
}

function readKind(cursor: Cursor): ExternalKind {
	const code = cursor.byte("an external kind");
	const kind = KINDS[code];
	if (kind === undefined)
		throw malformed(`external kind 0x${code.toString(16)} is not known`, cursor.offset - 1);
	return kind;
}

function readExports(cursor: Cursor): Export[] {
	const count = cursor.count("the number of exports", 3, EXPORTS_MAX);
	const exports: Export[] = [];
	for (let entry = 0; entry < count; entry++) {
		const name = cursor.name("an export's name");
		exports.push({ name, kind: readKind(cursor), index: cursor.u32("an export's index") });
	}
	return exports;
}

function readMemories(cursor: Cursor): MemoryType[] {
	const count = cursor.count("the number of memories", 2, MEMORIES_MAX);
	return Array.from({ length: count }, () => readMemoryType(cursor));
}

function readTables(cursor: Cursor): TableType[] {
	const count = cursor.count("the number of tables", 3, TABLES_MAX);
	return Array.from({ length: count }, () => readTable(cursor));
}

/** A table's definition: its type, or `0x40 0x00`, the type and what its elements begin as. */
function readTable(cursor: Cursor): TableType {
	if (cursor.peek() !== 0x40) return readTableType(cursor);
	cursor.skip(2, "a table");
	const table = readTableType(cursor);
	cursor.offset = skipConstant(cursor.bytes, cursor.offset, cursor.end);
	return table;
}

function readTableType(cursor: Cursor): TableType {
	const element = readValueType(cursor);
	const { pageSize_bytes: _, ...limits } = readLimits(cursor);
	return { kind: "table", element, ...limits };
}

function readMemoryType(cursor: Cursor): MemoryType {
	return { kind: "memory", ...readLimits(cursor) };
}

function countFunctions(bytes: Uint8Array, sections: readonly Section[]): number {
	const section = sections.find(({ id }) => id === SectionId.FUNCTION);
	if (section === undefined) return 0;
	const cursor = new Cursor(bytes, section.contents, section.end);
	return cursor.count("the number of functions", 1, FUNCTIONS_MAX);
}

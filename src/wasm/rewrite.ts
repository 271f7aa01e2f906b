import { Cursor } from "./cursor.ts";
import { encodeName, encodeUnsigned } from "./encode.ts";
import { capMemories, capTables } from "./growth.ts";
import { type Module, SectionId, sectionOf } from "./module.ts";
import { applyPatches, type Patch } from "./patch.ts";

/** What to change in a module before it is compiled. What is left out stays as it is. */
export interface RewritePlan {
	/** All memories together, imported ones included, may not grow over this. */
	readonly memory_bytes?: number | undefined;
	/** The same for the elements of all tables. */
	readonly table_elements?: number | undefined;
	/** Take the start section out, and export its function instead. */
	readonly exportStart?: boolean | undefined;
	/** Functions to export as well, by index. */
	readonly exportFunctions?: readonly number[] | undefined;
	/** Globals to export as well, by index. */
	readonly exportGlobals?: readonly number[] | undefined;
	/** More changes, to other sections than those of memories, tables, exports and the start. */
	readonly patches?: readonly Patch[] | undefined;
	/** "before": the bytes may be overwritten, and may grow into their buffer before them, by `HEADROOM_BYTES`. */
	readonly room?: "new" | "before" | undefined;
}

/** More than a rewrite with few exports adds. Where it is not enough, the module is copied after all. */
export const HEADROOM_BYTES = 4096;

export interface Rewritten {
	/** The very same array where nothing had to change. */
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** Under which name the start function is exported; undefined where the module has none, or keeps it. */
	readonly startExport: string | undefined;
	/** The names of `exportFunctions`, by index. No name of ours is one of the module's. */
	readonly functionExports: ReadonlyMap<number, string>;
	/** The same of `exportGlobals`. */
	readonly globalExports: ReadonlyMap<number, string>;
}

/** An export that is put in. */
interface Addition {
	readonly name: string;
	readonly kind: "function" | "global";
	readonly index: number;
}

const KIND_CODES = { function: 0x00, global: 0x03 } as const;

/**
 * The module with its growth capped, and with what the host must call exported.
 *
 * Sections that do not change are copied whole, into one new array. A valid module stays valid, and an
 * invalid one is the engine's to refuse. Offsets in the code section move by the bytes that were added.
 *
 * @throws Fault MEMORY_LIMIT where the memories or tables begin over their limit
 */
export function rewriteModule(bytes: Uint8Array<ArrayBuffer>, module: Module, plan: RewritePlan): Rewritten {
	const names = chooseNames(module, plan);
	const { startExport } = names;
	const patches = [
		...(plan.memory_bytes === undefined ? [] : capMemories(module, plan.memory_bytes)),
		...(plan.table_elements === undefined ? [] : capTables(module, plan.table_elements)),
		...addExports(bytes, module, additionsOf(module, names)),
		...(startExport === undefined ? [] : removeStart(module)),
		...(plan.patches ?? []),
	];
	return { bytes: applyPatches(bytes, patches, plan.room), ...names };
}

function chooseNames(module: Module, plan: RewritePlan): Omit<Rewritten, "bytes"> {
	const taken = new Set(module.exports.map(({ name }) => name));
	const startExport =
		plan.exportStart === true && module.start !== undefined ? freshName("wherry:start", taken) : undefined;
	const nameAll = (kind: Addition["kind"], indices: readonly number[] = []) =>
		new Map(indices.map((index) => [index, freshName(`wherry:${kind}-${index}`, taken)]));
	return {
		startExport,
		functionExports: nameAll("function", plan.exportFunctions),
		globalExports: nameAll("global", plan.exportGlobals),
	};
}

function additionsOf(module: Module, names: Omit<Rewritten, "bytes">): Addition[] {
	const { startExport, functionExports, globalExports } = names;
	const ofKind = (kind: Addition["kind"], exports: ReadonlyMap<number, string>) =>
		Array.from(exports, ([index, name]): Addition => ({ name, kind, index }));
	const start: Addition[] =
		startExport === undefined || module.start === undefined
			? []
			: [{ name: startExport, kind: "function", index: module.start }];
	return [...ofKind("function", functionExports), ...ofKind("global", globalExports), ...start];
}

/** Ends because `taken` is finite. */
function freshName(wish: string, taken: ReadonlySet<string>): string {
	let name = wish;
	for (let attempt = 2; taken.has(name); attempt++) name = `${wish}-${attempt}`;
	return name;
}

function addExports(bytes: Uint8Array, module: Module, additions: readonly Addition[]): Patch[] {
	if (additions.length === 0) return [];
	const entries = additions.flatMap(({ name, kind, index }) => [
		...encodeName(name),
		KIND_CODES[kind],
		...encodeUnsigned(index),
	]);
	const count = encodeUnsigned(module.exports.length + additions.length);
	const section = sectionOf(module, SectionId.EXPORT);
	if (section === undefined) return [newExportSection(module, [...count, ...entries])];
	const cursor = new Cursor(bytes, section.contents, section.end);
	cursor.u32("the number of exports");
	return [
		{ section, start: section.contents, end: cursor.offset, bytes: count },
		{ section, start: section.end, end: section.end, bytes: entries },
	];
}

/** Sections that come after the exports (core spec 5.5.17). */
const AFTER_EXPORTS = new Set<number>([
	SectionId.START,
	SectionId.ELEMENT,
	SectionId.DATA_COUNT,
	SectionId.CODE,
	SectionId.DATA,
]);

function newExportSection(module: Module, contents: readonly number[]): Patch {
	const start = module.sections.find(({ id }) => AFTER_EXPORTS.has(id))?.start ?? module.size_bytes;
	const bytes = [SectionId.EXPORT, ...encodeUnsigned(contents.length), ...contents];
	return { section: undefined, start, end: start, bytes };
}

function removeStart(module: Module): Patch[] {
	const section = sectionOf(module, SectionId.START);
	return section === undefined
		? []
		: [{ section: undefined, start: section.start, end: section.end, bytes: [] }];
}

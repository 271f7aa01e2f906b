import { Fault } from "../base/fault.ts";
import { encodeLimits } from "./limits.ts";
import {
	type MemoryType,
	type Module,
	type Section,
	SectionId,
	sectionOf,
	type TableType,
} from "./module.ts";
import type { Patch } from "./patch.ts";
import { shareOut, type Want } from "./share.ts";

/** V8's own limit: 16 GiB. It refuses a memory that declares a higher maximum. */
const PAGES_64_MAX = 2 ** 18;
const U32_MAX = 2 ** 32 - 1;

/**
 * The most pages each memory may have, imported ones first, so that all together cost no more than the limit.
 * Each has its minimum, and what the minima leave is dealt out as `shareOut` says.
 *
 * @throws Fault MEMORY_LIMIT where the minima alone are over the limit
 */
export function memoryMaxima(module: Module, limit_bytes: number): readonly number[] {
	const memories = [...imported(module, "memory"), ...module.memories];
	const wants = memories.map((memory): Want => {
		const { is64, pageSize_bytes } = memory;
		const most = is64 ? PAGES_64_MAX : Math.min(2 ** 32 / pageSize_bytes, U32_MAX);
		return want(memory, most, pageSize_bytes);
	});
	const maxima = shareOut(wants, limit_bytes);
	if (maxima === undefined) throw overMemory(wants, limit_bytes);
	return maxima;
}

/** The same for the elements of all tables. */
export function tableMaxima(module: Module, limit: number): readonly number[] {
	const tables = [...imported(module, "table"), ...module.tables];
	const wants = tables.map((table): Want => {
		const most = table.is64 ? Number.MAX_SAFE_INTEGER : U32_MAX;
		return want(table, most, 1);
	});
	const maxima = shareOut(wants, limit);
	if (maxima === undefined) throw overTables(wants, limit);
	return maxima;
}

/** The patches that write these maxima into the memory section. */
export function capMemories(module: Module, limit_bytes: number): Patch[] {
	const maxima = memoryMaxima(module, limit_bytes);
	return cap(module, SectionId.MEMORY, module.memories, maxima);
}

export function capTables(module: Module, limit: number): Patch[] {
	const maxima = tableMaxima(module, limit);
	return cap(module, SectionId.TABLE, module.tables, maxima);
}

function imported<Kind extends "memory" | "table">(module: Module, kind: Kind) {
	return module.imports.flatMap(({ type }) =>
		type.kind === kind ? [type as Extract<typeof type, { kind: Kind }>] : [],
	);
}

function want({ minimum, maximum }: MemoryType | TableType, most: number, unit: number): Want {
	return { minimum, maximum: Math.max(minimum, Math.min(maximum ?? most, most)), unit };
}

/** A declared maximum that is low enough stays as it is written, even one below the minimum: V8 refuses that. */
function cap(
	module: Module,
	sectionId: number,
	defined: readonly (MemoryType | TableType)[],
	maxima: readonly number[],
): Patch[] {
	const section: Section | undefined = sectionOf(module, sectionId);
	const importedCount = maxima.length - defined.length;
	return defined.flatMap((limits, index) => {
		const maximum = maxima[importedCount + index] ?? limits.minimum;
		if (limits.maximum !== undefined && limits.maximum <= maximum) return [];
		return [{ section, start: limits.start, end: limits.end, bytes: encodeLimits(limits, maximum) }];
	});
}

function overMemory(wants: readonly Want[], limit_bytes: number): Fault {
	const begins_bytes = wants.reduce((sum, { minimum, unit }) => sum + minimum * unit, 0);
	const begins_mib = Math.ceil(begins_bytes / 2 ** 20);
	return new Fault("MEMORY_LIMIT", `cannot give the module the ${begins_mib} MiB of memory it begins with`, {
		note: `the limit for all its memories is ${limit_bytes / 2 ** 20} MiB`,
		help: `-m ${begins_mib}m`,
	});
}

function overTables(wants: readonly Want[], limit: number): Fault {
	const begins = wants.reduce((sum, { minimum }) => sum + minimum, 0);
	return new Fault("MEMORY_LIMIT", `cannot give the module the ${begins} table elements it begins with`, {
		note: `the limit for all its tables is ${limit}`,
	});
}

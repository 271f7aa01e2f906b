import { toHex } from "../../base/hex.ts";
import { customSection } from "../../wasm/module.ts";
import type { Scan } from "../scan.ts";
import type { Source } from "./lines.ts";
import type { DwarfHolder } from "./line-header.ts";
import { lineTable } from "./line-table.ts";
import { embeddedMap, mapSource } from "./source-map.ts";

/** What a module names and was found beside it. */
export interface Beside {
	/** The text of its source map. */
	readonly map?: string | undefined;
	/** The file of its `external_debug_info` (tool conventions, Debugging.md). */
	readonly dwarf?: DwarfHolder | undefined;
}

/** Where the instructions of a function came from: by DWARF, or by a source map, the module's own or what was found beside it. */
export function sourceOf(scan: Scan, index: number, beside: Beside = {}): Source | undefined {
	const { start, end } = bodyOf(scan, index);
	const lines =
		lineTable(scan, start, end) ??
		(beside.dwarf === undefined || isOfAnother(scan, beside.dwarf)
			? undefined
			: lineTable(scan, start, end, beside.dwarf));
	if (lines !== undefined) return lines;
	const text = beside.map ?? embeddedMap(scan.debug.sourceMap);
	return text === undefined ? undefined : mapSource(text, start, end);
}

/** Whether both say of which build they are, and it is not one. */
function isOfAnother(scan: Scan, dwarf: DwarfHolder): boolean {
	const [own, its] = [scan, dwarf].map(({ bytes, module }) => {
		const section = customSection(module, "build_id");
		return section === undefined ? undefined : toHex(bytes.subarray(section.contents, section.end));
	});
	return own !== undefined && its !== undefined && own !== its;
}

/** The first place in the source that a function has. */
export function firstPlace(scan: Scan, index: number, source: Source | undefined): string | undefined {
	if (source === undefined) return undefined;
	const { start, end } = bodyOf(scan, index);
	for (let offset = start; offset < end; offset++) {
		const place = source(offset);
		if (place !== undefined) return place;
	}
	return undefined;
}

function bodyOf(scan: Scan, index: number): { start: number; end: number } {
	const entry = index - scan.module.importedFunctions;
	return { start: scan.bodyStart[entry] ?? 0, end: scan.bodyEnd[entry] ?? 0 };
}

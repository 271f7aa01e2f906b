import type { Scan } from "../scan.ts";
import type { Source } from "./lines.ts";
import { lineTable } from "./line-table.ts";
import { embeddedMap, mapSource } from "./source-map.ts";

/**
 * Where the instructions of a function came from: by DWARF, or by a source map, the module's own or one that was found beside it.
 *
 * @param map the text of a source map, where one was found
 */
export function sourceOf(scan: Scan, index: number, map?: string): Source | undefined {
	const { start, end } = bodyOf(scan, index);
	const lines = lineTable(scan, start, end);
	if (lines !== undefined) return lines;
	const text = map ?? embeddedMap(scan.debug.sourceMap);
	return text === undefined ? undefined : mapSource(text, start, end);
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

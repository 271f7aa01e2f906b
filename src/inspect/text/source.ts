import type { Scan } from "../scan.ts";
import type { Source } from "./lines.ts";
import { lineTable } from "./line-table.ts";

/** Where the instructions of a function came from, where the module says so. */
export function sourceOf(scan: Scan, index: number): Source | undefined {
	const { start, end } = bodyOf(scan, index);
	return lineTable(scan, start, end);
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

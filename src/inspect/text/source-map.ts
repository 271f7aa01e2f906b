import type { Source } from "./lines.ts";
import { placesOf, type Row } from "./places.ts";

/** More than any function has. */
const MAPPINGS_MAX = 50_000;
/** Maps are made of one part, or of one for each file that was linked. */
const PARTS_MAX = 10_000;
const DATA_URL = /^data:application\/json(?:;charset=[\w-]+)?;base64,/;
const MAP_CHARACTERS_MAX = 64 * 1024 * 1024;
/** Of a source's path: each mapping tells it anew. */
const PATH_CHARACTERS_MAX = 1000;

/** The text of a source map that stands in the module's own `sourceMappingURL`; undefined where it names a file. */
export function embeddedMap(url: string | undefined): string | undefined {
	const head = url === undefined ? undefined : DATA_URL.exec(url)?.[0];
	if (url === undefined || head === undefined || url.length > MAP_CHARACTERS_MAX) return undefined;
	try {
		const bytes = Uint8Array.from(atob(url.slice(head.length)), (letter) => letter.charCodeAt(0));
		return new TextDecoder().decode(bytes);
	} catch {
		return undefined;
	}
}

/**
 * Where the instructions of a stretch came from, by a source map (ECMA-426), or undefined: it says nothing of them, or is none.
 *
 * Takes time in proportion to the map.
 */
export function mapSource(map: string, start: number, end: number): Source | undefined {
	if (map.length > MAP_CHARACTERS_MAX) return undefined;
	const whole = parsed(map);
	const rows: Row[] = [];
	for (const { part, base } of partsOf(whole).slice(0, PARTS_MAX)) {
		const { sources, mappings } = part;
		if (typeof mappings !== "string" || !Array.isArray(sources) || rows.length >= MAPPINGS_MAX) continue;
		const pathOf = (index: number): string | undefined => {
			const path: unknown = sources[index];
			// what stands in sourceRoot is for servers: AssemblyScript's is no folder of anybody's
			return typeof path === "string" ? path.slice(0, PATH_CHARACTERS_MAX) : undefined;
		};
		for (const { address, place } of readMappings(mappings, pathOf, start - base, end - base))
			rows.push({ address: address + base, place });
	}
	return placesOf(rows, 0);
}

interface MapPart {
	readonly sources?: unknown;
	readonly mappings?: unknown;
}

/** A map of several parts says where each begins; wasm has one line, so that the column is the offset. */
function partsOf(map: { readonly sections?: unknown } | undefined): { part: MapPart; base: number }[] {
	if (map === undefined) return [];
	if (!Array.isArray(map.sections)) return [{ part: map as MapPart, base: 0 }];
	return map.sections.flatMap((section: unknown) => {
		const { offset, map: part } = (section ?? {}) as {
			offset?: { column?: unknown } | null;
			map?: unknown;
		};
		const base = offset?.column;
		return typeof base === "number" && typeof part === "object" && part !== null ? [{ part, base }] : [];
	});
}

function parsed(map: string): object | undefined {
	try {
		const value: unknown = JSON.parse(map);
		return typeof value === "object" && value !== null ? value : undefined;
	} catch {
		return undefined;
	}
}

function readMappings(
	text: string,
	pathOf: (source: number) => string | undefined,
	start: number,
	end: number,
): Row[] {
	const found: Row[] = [];
	const numbers = { at: 0, text };
	let offset = 0;
	let source = 0;
	let line = 0;
	while (numbers.at < text.length && offset < end && found.length < MAPPINGS_MAX) {
		const fields = readSegment(numbers);
		offset += fields[0] ?? 0;
		source += fields[1] ?? 0;
		line += fields[2] ?? 0;
		if (fields.length === 0 || offset < start || offset >= end) continue;
		// a segment of one number says that nothing is known from there on
		const path = fields.length >= 4 ? pathOf(source) : undefined;
		found.push({ address: offset, place: path === undefined ? undefined : `${path}:${line + 1}` });
	}
	return found;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const FIELDS_MAX = 5;

/** The numbers up to a comma, a semicolon (wasm has one line), or the end: base64 VLQ, the lowest bit is the sign. */
function readSegment(from: { at: number; readonly text: string }): number[] {
	const fields: number[] = [];
	let value = 0;
	let scale = 1;
	while (from.at < from.text.length) {
		const digit = LETTERS.indexOf(from.text[from.at++] ?? "");
		if (digit < 0) break;
		value += (digit & 31) * scale;
		scale *= 32;
		if (digit >= 32) continue;
		if (fields.length < FIELDS_MAX) fields.push(value % 2 === 1 ? -(value - 1) / 2 : value / 2);
		value = 0;
		scale = 1;
	}
	return fields;
}

import type { Source } from "./lines.ts";
import { placesOf, type Row } from "./places.ts";

/** More than any function has. */
const MAPPINGS_MAX = 50_000;
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
	const { sources, mappings } = parsed(map) ?? {};
	if (typeof mappings !== "string" || !Array.isArray(sources)) return undefined;
	return placesOf(readMappings(mappings, sources, start, end), 0);
}

function parsed(map: string): { sources?: unknown; mappings?: unknown } | undefined {
	try {
		const value: unknown = JSON.parse(map);
		return typeof value === "object" && value !== null ? value : undefined;
	} catch {
		return undefined;
	}
}

function readMappings(text: string, sources: readonly unknown[], start: number, end: number): Row[] {
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
		const path = sources[source];
		if (fields.length >= 4 && offset >= start && offset < end && typeof path === "string")
			found.push({ address: offset, place: `${path.slice(0, PATH_CHARACTERS_MAX)}:${line + 1}` });
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

import type { IncomingHttpHeaders } from "node:http";

/** What of a representation is wanted, both ends included; "unsatisfiable" is 416. */
export type Wanted = "all" | "unsatisfiable" | { readonly start: number; readonly end: number };

/**
 * Reads a Range of one part (RFC 9110, 14.2). Several parts, other units and what is malformed count
 * as if they were not there, and so does a range of another version (If-Range).
 */
export function wantedRange(headers: IncomingHttpHeaders, size_bytes: number, etag: string): Wanted {
	const ifRange = headers["if-range"];
	if (ifRange !== undefined && ifRange !== etag) return "all";
	const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range ?? "") ?? [];
	if (first === undefined || last === undefined || first + last === "") return "all";
	if (first === "") return suffix(Number(last), size_bytes);
	if (last !== "" && Number(last) < Number(first)) return "all";
	if (Number(first) >= size_bytes) return "unsatisfiable";
	return { start: Number(first), end: Math.min(last === "" ? Infinity : Number(last), size_bytes - 1) };
}

/** The last `length` bytes. */
function suffix(length: number, size_bytes: number): Wanted {
	if (length === 0 || size_bytes === 0) return "unsatisfiable";
	return { start: Math.max(0, size_bytes - length), end: size_bytes - 1 };
}

/** Whether an If-None-Match or If-Match names this tag (RFC 9110, 13.1): strong tags, a list, or `*`. */
export function namesTag(header: string, etag: string): boolean {
	return header.trim() === "*" || header.split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
}

import type { KindId } from "./kinds.ts";
import { type Pattern, textBytes } from "../../wasm/kernel/patterns.ts";

/** What was read at a place. */
export interface Match {
	/** One past what was read: nothing of the same kind is looked for before it, so that each byte is read once for each kind. */
	readonly end: number;
	/** Undefined: it is none, after all. */
	readonly shows: string | undefined;
}

/** Stretches of bytes that give something away, where `read` agrees. */
export interface Trace extends Pattern {
	readonly kind: KindId | "javascript-word";
	/** @param start of the data that may be looked at, to its `end` */
	readonly read: (bytes: Uint8Array, at: number, start: number, end: number) => Match | undefined;
}

export function trace(kind: Trace["kind"], begins: string | Uint8Array, read: Trace["read"]): Trace {
	return { kind, bytes: typeof begins === "string" ? textBytes(begins) : begins, read };
}

/** One that needs no more than its bytes. */
export function plainTrace(kind: Trace["kind"], begins: string | Uint8Array, shows: string): Trace {
	return trace(kind, begins, (_bytes, at) => ({ end: at + begins.length, shows }));
}

/** A set of characters, by their code. */
export function characters(of: string): Uint8Array {
	const set = new Uint8Array(256);
	for (const [, first = "", last = first] of of.matchAll(/(.)(?:-(.))?/gs))
		set.fill(1, first.charCodeAt(0), last.charCodeAt(0) + 1);
	return set;
}

/** The first place from `at` on, before `end`, whose byte is not in the set; at most `most` on. */
export function spanEnd(bytes: Uint8Array, at: number, end: number, set: Uint8Array, most: number): number {
	const last = Math.min(end, at + most);
	let offset = at;
	while (offset < last && set[bytes[offset]!] === 1) offset += 1;
	return offset;
}

/** The first place of those before `at` whose bytes are all in the set; at most `most` back. */
export function spanStart(
	bytes: Uint8Array,
	at: number,
	start: number,
	set: Uint8Array,
	most: number,
): number {
	const first = Math.max(start, at - most);
	let offset = at;
	while (offset > first && set[bytes[offset - 1]!] === 1) offset -= 1;
	return offset;
}

/** ASCII. */
export function asText(bytes: Uint8Array, start: number, end: number): string {
	let text = "";
	for (let offset = start; offset < end; offset++) text += String.fromCharCode(bytes[offset]!);
	return text;
}

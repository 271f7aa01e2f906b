import { type Kernel, theKernel, WEIGHED_BYTES } from "./kernel.ts";

/** Bytes to look for: two at least, PATTERN_BYTES_MAX at most. */
export interface Pattern {
	readonly bytes: Uint8Array;
}

/** A stretch of bytes, from the file's first. */
export interface Range {
	readonly start: number;
	readonly end: number;
}

/** What a pass does at what it comes by, in the order of places. */
export interface Visitor<One extends Pattern> {
	readonly begin?: (range: Range) => void;
	readonly found: (pattern: One, at: number) => void;
	/** Called with each whole stretch of WEIGHED_BYTES: how many bits each of its bytes tells (Shannon's entropy), 0 to 8. */
	readonly weighed?: (at: number, bits: number) => void;
	readonly end?: (range: Range) => void;
}

export const PATTERN_BYTES_MAX = 64;
/** A multiple of WEIGHED_BYTES. */
const WINDOW_BYTES = 1 << 18;
/** As in tools/kernel.as. */
const RECORDS_BYTES_MAX = 0x1c00;
const LISTS_MAX = 0x100;

/** Looks for many short stretches of bytes in one pass: each place is looked up by its first two bytes. */
export class Patterns<One extends Pattern> {
	readonly #patterns: readonly One[];
	/** By first two bytes: which of the lists, 0 for none. */
	readonly #heads = new Uint8Array(0x1_0000);
	/** In each list, the patterns' numbers. */
	readonly #lists: number[][] = [[]];

	/** @param patterns with at most 255 different beginnings, and some 500 of them */
	constructor(patterns: readonly One[]) {
		this.#patterns = patterns;
		for (const [index, { bytes }] of patterns.entries()) {
			if (bytes.length < 2 || bytes.length > PATTERN_BYTES_MAX) throw new RangeError("a pattern's length");
			const head = bytes[0]! | (bytes[1]! << 8);
			if (this.#heads[head] === 0) this.#heads[head] = this.#lists.push([]) - 1;
			this.#lists[this.#heads[head]!]!.push(index);
		}
		if (this.#lists.length > LISTS_MAX) throw new RangeError("too many different beginnings");
	}

	/** Passes once over each of the ranges: all patterns that lie wholly in one. */
	pass(bytes: Uint8Array, ranges: readonly Range[], visitor: Visitor<One>): void {
		const kernel = theKernel();
		kernel.begin(0, 0, WINDOW_BYTES + PATTERN_BYTES_MAX);
		this.#load(kernel);
		for (const range of ranges) {
			visitor.begin?.(range);
			for (let from = range.start; from < range.end; from += WINDOW_BYTES)
				this.#look(kernel, bytes, from, range.end, visitor);
			visitor.end?.(range);
		}
	}

	/** The patterns that begin at this one place. */
	at(bytes: Uint8Array, at: number, found: (pattern: One, at: number) => void): void {
		const list = this.#heads[(bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)]!;
		for (const index of list === 0 ? [] : this.#lists[list]!) {
			const pattern = this.#patterns[index]!;
			if (pattern.bytes.every((byte, offset) => bytes[at + offset] === byte)) found(pattern, at);
		}
	}

	/** One window of a range. */
	#look(kernel: Kernel, bytes: Uint8Array, base: number, end: number, visitor: Visitor<One>): void {
		const to = Math.min(end - base, WINDOW_BYTES);
		const piece = bytes.subarray(base, Math.min(end, base + to + PATTERN_BYTES_MAX));
		const { bytes: memory, words } = kernel.memory();
		memory.set(piece, kernel.places.windowAt());
		if (visitor.weighed !== undefined) weigh(kernel, base, base + to, visitor);
		for (let from = 0; from < to;) {
			from = kernel.match(from, to, piece.length);
			const pairs = kernel.places.FOUND / 4;
			const count = kernel.places.foundCount.value;
			for (let at = pairs; at < pairs + 2 * count; at += 2)
				visitor.found(this.#patterns[words[at]!]!, base + words[at + 1]!);
		}
	}

	#load(kernel: Kernel): void {
		const { bytes, words } = kernel.memory();
		bytes.set(this.#heads, kernel.places.HEADS);
		const first = kernel.places.RECORDS;
		let at = first;
		for (const [list, indices] of this.#lists.entries()) {
			words[kernel.places.LISTS / 4 + list] = at;
			for (const index of indices) at = this.#record(bytes, at, index, first);
			bytes.fill(0, at, at + 3);
			at += 3;
		}
	}

	/** Writes a pattern; where the next goes. */
	#record(bytes: Uint8Array, at: number, index: number, first: number): number {
		const pattern = this.#patterns[index]!.bytes;
		const next = at + 3 + pattern.length;
		if (next + 3 - first > RECORDS_BYTES_MAX) throw new RangeError("too many patterns");
		bytes.set([index & 0xff, index >> 8, pattern.length], at);
		bytes.set(pattern, at + 3);
		return next;
	}
}

function weigh(kernel: Kernel, start: number, end: number, visitor: Pick<Visitor<never>, "weighed">): void {
	for (let at = start; at + WEIGHED_BYTES <= end; at += WEIGHED_BYTES)
		visitor.weighed?.(at, Math.log2(WEIGHED_BYTES) - kernel.weigh(at - start, WEIGHED_BYTES) / WEIGHED_BYTES);
}

export function textBytes(text: string): Uint8Array {
	return new TextEncoder().encode(text);
}

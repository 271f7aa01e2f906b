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

/** What a pass does at what it comes by, in the order of places, but for patterns that overlap. */
export interface Visitor<One extends Pattern> {
	readonly found: (pattern: One, at: number, range: Range) => void;
	/**
	 * Called with each whole stretch of WEIGHED_BYTES in a range: how many bits each of its bytes tells (Shannon's entropy), up to 8; 0 where
	 * a glance shows that it is less than 7.85, as of text.
	 */
	readonly weighed?: (at: number, bits: number, range: Range) => void;
}

export const PATTERN_BYTES_MAX = 64;
/** A multiple of WEIGHED_BYTES. */
const WINDOW_BYTES = 1 << 18;
/** As in tools/kernel/. */
const RECORDS_BYTES_MAX = 0x1c00;
const LISTS_MAX = 0x100;

/** Looks for many short stretches of bytes in one pass: each place is looked up by two bytes, which are the rarest of some pattern. */
export class Patterns<One extends Pattern> {
	readonly #patterns: readonly One[];
	/** By these two bytes: which of the lists, 0 for none. */
	readonly #heads = new Uint8Array(0x1_0000);
	/** In each list, the patterns' numbers. */
	readonly #lists: number[][] = [[]];

	/** @param patterns with at most 255 different heads, and some 400 of them */
	constructor(patterns: readonly One[]) {
		this.#patterns = patterns;
		for (const [index, { bytes }] of patterns.entries()) {
			if (bytes.length < 2 || bytes.length > PATTERN_BYTES_MAX) throw new RangeError("a pattern's length");
			const place = rarestIn(bytes);
			const head = bytes[place]! | (bytes[place + 1]! << 8);
			if (this.#heads[head] === 0) this.#heads[head] = this.#lists.push([]) - 1;
			this.#lists[this.#heads[head]!]!.push(index);
		}
		if (this.#lists.length > LISTS_MAX) throw new RangeError("too many different heads");
	}

	/**
	 * Passes once over ranges of the bytes: all patterns that lie wholly in one of them.
	 *
	 * @param ranges that do not overlap; those that stand close together, in order, are looked through as one
	 */
	pass(bytes: Uint8Array, ranges: readonly Range[], visitor: Visitor<One>): void {
		const kernel = theKernel();
		kernel.begin(0, 0, PATTERN_BYTES_MAX + WINDOW_BYTES + WEIGHED_BYTES);
		this.#load(kernel);
		for (let first = 0; first < ranges.length;) {
			let next = first + 1;
			while (next < ranges.length && isClose(ranges[next - 1]!, ranges[next]!)) next += 1;
			this.#run(kernel, bytes, ranges.slice(first, next), visitor);
			first = next;
		}
	}

	#run(kernel: Kernel, bytes: Uint8Array, ranges: readonly Range[], visitor: Visitor<One>): void {
		const { start } = ranges[0]!;
		const { end } = ranges.at(-1)!;
		const stretches = visitor.weighed === undefined ? undefined : new Stretches(ranges);
		let current = 0;
		for (let from = start; from < end; from += WINDOW_BYTES) {
			const to = Math.min(end, from + WINDOW_BYTES);
			// what has its rarest bytes in the window may begin before it
			const base = Math.max(start, from - PATTERN_BYTES_MAX);
			const piece = bytes.subarray(base, Math.min(end, to + WEIGHED_BYTES));
			kernel.memory().bytes.set(piece, kernel.places.windowAt());
			stretches?.weigh(kernel, base, to, visitor);
			for (let done = from - base; done < to - base;) {
				done = kernel.match(done, to - base, piece.length);
				current = this.#tell(kernel, base, ranges, current, visitor);
			}
		}
	}

	/** What the kernel found, from the range of this number on; the number of the last one's. */
	#tell(
		{ memory, places }: Kernel,
		base: number,
		ranges: readonly Range[],
		first: number,
		visitor: Visitor<One>,
	): number {
		const { words } = memory();
		const pairs = places.FOUND / 4;
		const end = pairs + 2 * places.foundCount.value;
		let current = first;
		for (let pair = pairs; pair < end; pair += 2) {
			const pattern = this.#patterns[words[pair]!]!;
			const at = base + words[pair + 1]!;
			while (ranges[current]!.end <= at) current += 1;
			// they are told by where their rarest bytes stand
			while (current > 0 && ranges[current - 1]!.end > at) current -= 1;
			const range = ranges[current]!;
			if (at >= range.start && at + pattern.bytes.length <= range.end) visitor.found(pattern, at, range);
		}
		return current;
	}

	#load(kernel: Kernel): void {
		const { bytes, words } = kernel.memory();
		bytes.set(this.#heads, kernel.places.HEADS);
		const first = kernel.places.RECORDS;
		let at = first;
		for (const [list, indices] of this.#lists.entries()) {
			words[kernel.places.LISTS / 4 + list] = at;
			for (const index of indices) at = this.#record(bytes, at, index, first);
			bytes.fill(0, at, at + 4);
			at += 4;
		}
	}

	/** Writes a pattern; where the next goes. */
	#record(bytes: Uint8Array, at: number, index: number, first: number): number {
		const pattern = this.#patterns[index]!.bytes;
		const next = at + 4 + pattern.length;
		if (next + 4 - first > RECORDS_BYTES_MAX) throw new RangeError("too many patterns");
		bytes.set([index & 0xff, index >> 8, pattern.length, rarestIn(pattern)], at);
		bytes.set(pattern, at + 4);
		return next;
	}
}

/** From the commonest letter in programs' texts on. */
const LETTERS = textBytes("etaonirslcdhupmfgbyvwkxjzq");

/** Where the two neighbouring bytes stand that one comes by most seldom. */
function rarestIn(bytes: Uint8Array): number {
	let rarest = 0;
	let least = Number.POSITIVE_INFINITY;
	for (let at = 0; at + 1 < bytes.length; at++) {
		const often = howOften(bytes[at]!) * howOften(bytes[at + 1]!);
		if (often >= least) continue;
		least = often;
		rarest = at;
	}
	return rarest;
}

/** In data, of a thousand bytes: a guess that only the speed of a search depends on. */
function howOften(byte: number): number {
	if (byte === 0) return 200;
	const letter = LETTERS.indexOf(byte);
	return letter === -1 ? 8 : 80 / (letter + 1);
}

/** What lies between them is looked through with them. */
const GAP_BYTES_MAX = 64;

function isClose(before: Range, next: Range): boolean {
	return next.start >= before.end && next.start - before.end <= GAP_BYTES_MAX;
}

/** The stretches of some ranges, one after another. */
class Stretches {
	readonly #ranges: readonly Range[];
	#current = 0;
	#next: number;

	constructor(ranges: readonly Range[]) {
		this.#ranges = ranges;
		this.#next = ranges[0]!.start;
	}

	/** Those that begin in `from ... to`, a window. */
	weigh(kernel: Kernel, from: number, to: number, visitor: Pick<Visitor<never>, "weighed">): void {
		for (let range = this.#ranges[this.#current]; range !== undefined && this.#next < to;) {
			if (this.#next + WEIGHED_BYTES <= range.end) {
				visitor.weighed?.(this.#next, bitsOf(kernel.weigh(this.#next - from, WEIGHED_BYTES)), range);
				this.#next += WEIGHED_BYTES;
				continue;
			}
			this.#current += 1;
			range = this.#ranges[this.#current];
			this.#next = range?.start ?? this.#next;
		}
	}
}

function bitsOf(weight: number): number {
	return weight < 0 ? 0 : Math.log2(WEIGHED_BYTES) - weight / WEIGHED_BYTES;
}

export function textBytes(text: string): Uint8Array {
	return new TextEncoder().encode(text);
}

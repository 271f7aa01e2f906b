/** Bytes to look for; two at least. */
export interface Pattern {
	readonly bytes: Uint8Array;
}

/** Looks for many short stretches of bytes in one pass: each place is looked up by its first two bytes. */
export class Matcher<One extends Pattern> {
	/** By first two bytes: which of the lists, 0 for none. */
	readonly #heads = new Uint8Array(0x1_0000);
	readonly #lists: One[][] = [[]];

	/** @param patterns with at most 255 different beginnings */
	constructor(patterns: readonly One[]) {
		for (const pattern of patterns) {
			const head = (pattern.bytes[0] ?? 0) | ((pattern.bytes[1] ?? 0) << 8);
			if (this.#heads[head] === 0) this.#heads[head] = this.#lists.push([]) - 1;
			this.#lists[this.#heads[head] ?? 0]?.push(pattern);
		}
	}

	/** Calls `found` for each pattern that begins in `from ... to` and ends by `end`, in order of places. */
	scan(
		bytes: Uint8Array,
		from: number,
		to: number,
		end: number,
		found: (pattern: One, at: number) => void,
	): void {
		const heads = this.#heads;
		const last = Math.min(to, end - 1);
		for (let at = from; at < last; at++) {
			const list = heads[bytes[at]! | (bytes[at + 1]! << 8)]!;
			if (list === 0) continue;
			for (const pattern of this.#lists[list] ?? [])
				if (at + pattern.bytes.length <= end && startsWith(bytes, at, pattern.bytes)) found(pattern, at);
		}
	}
}

function startsWith(bytes: Uint8Array, at: number, pattern: Uint8Array): boolean {
	for (let index = 2; index < pattern.length; index++) if (bytes[at + index] !== pattern[index]) return false;
	return true;
}

export function textBytes(text: string): Uint8Array {
	return new TextEncoder().encode(text);
}

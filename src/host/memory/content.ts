import type { Quota } from "./quota.ts";

const CHUNK_BYTES = 64 * 1024;
const SMALLEST_CHUNK_BYTES = 256;
/** By how much a chunk grows at least when the quota has no room for twice its length. */
const SMALL_STEP_BYTES = 4096;
/** What a chunk costs beside its bytes: the array, its buffer, and the place in the map. */
const CHUNK_COST_BYTES = 256;

const NOTHING = new Uint8Array(0);

/**
 * The bytes of one file, with holes.
 *
 * They lie in chunks of 64 KiB. A chunk that was never written takes no memory and reads as zeros; a
 * chunk may also be shorter than 64 KiB: what lies behind its end is a hole too. So a small file takes
 * little, a growing one is copied a bounded number of times, and only what is held in memory counts
 * against the quota, however large the file says it is.
 *
 * A file may start as bytes that are somebody else's. They are read where they lie and cost nothing;
 * a chunk of them that is written to is copied first, and counts from then on.
 */
export class Content {
	readonly #quota: Quota;
	readonly #chunks = new Map<number, Uint8Array>();
	/** What is left of the bytes that it started as: they show where there is no chunk. */
	#start: Uint8Array;
	#size_bytes: number;

	constructor(quota: Quota, start: Uint8Array = NOTHING) {
		this.#quota = quota;
		this.#start = start;
		this.#size_bytes = start.length;
	}

	get size_bytes(): number {
		return this.#size_bytes;
	}

	/** Reads what there is from `at` on; fewer bytes than `into` has only at the end. */
	read(into: Uint8Array, at: number): number {
		const count = Math.min(into.length, this.#size_bytes - at);
		if (this.#chunks.size === 0 && at + count <= this.#start.length) {
			if (count > 0) into.set(this.#start.subarray(at, at + count));
			return Math.max(0, count);
		}
		let done = 0;
		while (done < count) {
			const offset = (at + done) % CHUNK_BYTES;
			const index = (at + done - offset) / CHUNK_BYTES;
			const part = Math.min(count - done, CHUNK_BYTES - offset);
			copyOut(this.#chunks.get(index) ?? this.#startOf(index), offset, into, done, part);
			done += part;
		}
		return done;
	}

	/** Writes at `at`, beyond the end too; fewer bytes than `from` has where the quota ends. */
	write(from: Uint8Array, at: number): number {
		let done = 0;
		while (done < from.length) {
			const offset = (at + done) % CHUNK_BYTES;
			const index = (at + done - offset) / CHUNK_BYTES;
			const part = Math.min(from.length - done, CHUNK_BYTES - offset);
			const chunk = this.#chunkOf(index, offset + part);
			if (chunk === undefined) break;
			chunk.set(part === from.length ? from : from.subarray(done, done + part), offset);
			done += part;
		}
		if (done > 0) this.#size_bytes = Math.max(this.#size_bytes, at + done);
		return done;
	}

	/** Cuts off what lies behind `size_bytes`, or adds a hole up to there. */
	truncate(size_bytes: number): void {
		if (size_bytes < this.#size_bytes) this.#cut(size_bytes);
		this.#size_bytes = size_bytes;
	}

	/** Fills the holes from `start` to `end` with memory and makes the file that long; false, and nothing done, without room. */
	reserve(start: number, end: number): boolean {
		if (end - start > this.#quota.limit_bytes) return false;
		const first = Math.floor(start / CHUNK_BYTES);
		const lengthOf = (index: number) => this.#least(index, Math.min(CHUNK_BYTES, end - index * CHUNK_BYTES));
		let missing = 0;
		for (let index = first; index * CHUNK_BYTES < end; index++)
			missing += costOf(this.#chunks.get(index), lengthOf(index));
		if (missing > this.#quota.free_bytes) return false;
		for (let index = first; index * CHUNK_BYTES < end; index++) {
			const length = lengthOf(index);
			if ((this.#chunks.get(index)?.length ?? 0) >= length) continue;
			if (this.#lengthen(index, length) === undefined) return false;
		}
		this.#size_bytes = Math.max(this.#size_bytes, end);
		return true;
	}

	/** The chunk, at least `length` bytes long; undefined where the quota does not allow it. */
	#chunkOf(index: number, wanted: number): Uint8Array | undefined {
		const chunk = this.#chunks.get(index);
		if (chunk !== undefined && chunk.length >= wanted) return chunk;
		const length = this.#least(index, wanted);
		// who writes one chunk after the other will fill this one too
		const ample = this.#chunks.has(index - 1) ? CHUNK_BYTES : ampleLength(length);
		// where that is too much, the last of the quota is used up in small steps
		for (const enough of [ample, roundUp(length, SMALL_STEP_BYTES), roundUp(length, SMALLEST_CHUNK_BYTES)]) {
			const longer = this.#lengthen(index, enough);
			if (longer !== undefined) return longer;
		}
		return undefined;
	}

	#lengthen(index: number, length: number): Uint8Array | undefined {
		const old = this.#chunks.get(index);
		const cost = costOf(old, length);
		if (!this.#quota.take(cost)) return undefined;
		const chunk = newBytes(length);
		if (chunk === undefined) {
			this.#quota.giveBack(cost);
			return undefined;
		}
		const held = old ?? this.#startOf(index);
		if (held !== undefined) chunk.set(held);
		this.#chunks.set(index, chunk);
		return chunk;
	}

	/** What the file started as in the place of a chunk. */
	#startOf(index: number): Uint8Array | undefined {
		const at = index * CHUNK_BYTES;
		return at < this.#start.length ? this.#start.subarray(at, at + CHUNK_BYTES) : undefined;
	}

	/** How long a chunk that is to hold `length` bytes must be: it hides what the file started as in its place. */
	#least(index: number, length: number): number {
		return Math.max(length, Math.min(CHUNK_BYTES, this.#start.length - index * CHUNK_BYTES));
	}

	#cut(size_bytes: number): void {
		if (size_bytes < this.#start.length) this.#start = this.#start.subarray(0, size_bytes);
		const offset = size_bytes % CHUNK_BYTES;
		const lastIndex = (size_bytes - offset) / CHUNK_BYTES;
		for (const [index, chunk] of this.#chunks) {
			if (index > lastIndex || (index === lastIndex && offset === 0)) {
				this.#chunks.delete(index);
				this.#quota.giveBack(chunk.length + CHUNK_COST_BYTES);
			} else if (index === lastIndex && offset < chunk.length) {
				const kept = chunk.slice(0, Math.min(ampleLength(offset), chunk.length));
				kept.fill(0, offset);
				this.#chunks.set(index, kept);
				this.#quota.giveBack(chunk.length - kept.length);
			}
		}
	}
}

function copyOut(
	chunk: Uint8Array | undefined,
	offset: number,
	into: Uint8Array,
	at: number,
	count: number,
): void {
	const held = Math.max(0, Math.min(count, (chunk?.length ?? 0) - offset));
	if (chunk !== undefined && held > 0)
		into.set(held === chunk.length ? chunk : chunk.subarray(offset, offset + held), at);
	if (held < count) into.fill(0, at + held, at + count);
}

function costOf(old: Uint8Array | undefined, length: number): number {
	return old === undefined ? length + CHUNK_COST_BYTES : Math.max(0, length - old.length);
}

/** The power of two that holds `length` bytes, so that a chunk is copied a few times only as it grows. */
function ampleLength(length: number): number {
	let ample = SMALLEST_CHUNK_BYTES;
	while (ample < length) ample *= 2;
	return ample;
}

function roundUp(length: number, step: number): number {
	return Math.ceil(length / step) * step;
}

/** Zeroed memory; undefined where the machine has none left, whatever the quota says. */
function newBytes(length: number): Uint8Array | undefined {
	try {
		return new Uint8Array(length);
	} catch {
		return undefined;
	}
}

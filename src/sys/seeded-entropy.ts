import type { Entropy } from "./entropy.ts";

const WORD_BYTES = 4;

/**
 * Random bytes that are the same in every run, and no secret to anyone who knows the seed: the words
 * of xoshiro128** (Blackman and Vigna), little-endian, its state drawn from the seed by splitmix64.
 *
 * The bytes come in one order, however they are asked for: two fills of 10 are one of 20.
 */
export class SeededEntropy implements Entropy {
	readonly #state: Int32Array;
	/** What is left of a word that was not used up, lowest byte first. */
	#word = 0;
	#bytesLeft = 0;

	/** `seed`: its lowest 64 bits count. */
	constructor(seed: bigint) {
		this.#state = stateFrom(seed);
	}

	fill(into: Uint8Array): void {
		let done = this.#fillFromWord(into, 0);
		const whole = into.length - ((into.length - done) % WORD_BYTES);
		fillWords(this.#state, new DataView(into.buffer, into.byteOffset, into.length), done, whole);
		done = Math.max(done, whole);
		if (done === into.length) return;
		this.#word = nextWord(this.#state);
		this.#bytesLeft = WORD_BYTES;
		this.#fillFromWord(into, done);
	}

	/** Answers how far `into` is filled then. */
	#fillFromWord(into: Uint8Array, from: number): number {
		let done = from;
		for (; this.#bytesLeft > 0 && done < into.length; done++) {
			into[done] = this.#word;
			this.#word >>>= 8;
			this.#bytesLeft -= 1;
		}
		return done;
	}
}

function fillWords(state: Int32Array, into: DataView, from: number, to: number): void {
	for (let at = from; at < to; at += WORD_BYTES) into.setInt32(at, nextWord(state), true);
}

/** https://prng.di.unimi.it/xoshiro128starstar.c */
function nextWord(state: Int32Array): number {
	const [s0, s1, s2, s3] = [state[0] ?? 0, state[1] ?? 0, state[2] ?? 0, state[3] ?? 0];
	const mixed2 = s2 ^ s0;
	const mixed3 = s3 ^ s1;
	state[0] = s0 ^ mixed3;
	state[1] = s1 ^ mixed2;
	state[2] = mixed2 ^ (s1 << 9);
	state[3] = turnLeft(mixed3, 11);
	return Math.imul(turnLeft(Math.imul(s1, 5), 7), 9);
}

function turnLeft(word: number, bits: number): number {
	return (word << bits) | (word >>> (32 - bits));
}

/** Two steps of https://prng.di.unimi.it/splitmix64.c, low halves first. */
function stateFrom(seed: bigint): Int32Array {
	const state = new BigInt64Array(2);
	for (const half of [0, 1]) {
		let word = BigInt.asUintN(64, seed + 0x9e3779b97f4a7c15n * BigInt(half + 1));
		word = BigInt.asUintN(64, (word ^ (word >> 30n)) * 0xbf58476d1ce4e5b9n);
		word = BigInt.asUintN(64, (word ^ (word >> 27n)) * 0x94d049bb133111ebn);
		state[half] = word ^ (word >> 31n);
	}
	return new Int32Array(state.buffer);
}

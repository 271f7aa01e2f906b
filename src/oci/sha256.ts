/**
 * SHA-256 (FIPS 180-4), for hosts and moments that have no other at hand: Node's takes 5 to 10 ms to load. The work is
 * done in WebAssembly, which is as fast on the first block as on the last; JavaScript takes 5 ms for its first 4 KiB.
 */
import { SHA256_CODE } from "./sha256-code.ts";

const BLOCK_BYTES = 64;
const STATE_WORDS = 8;
// Where things lie in the memory: see tools/sha256.wat.
const CONSTANTS_AT = 512;
const BLOCKS_AT = 1024;
/** What is copied in at a time: whole blocks. */
const PIECE_BYTES = 64 * 1024;

const STATE = "6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19";
/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const CONSTANTS = `428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5
	d807aa98 12835b01 243185be 550c7dc3 72be5d74 80deb1fe 9bdc06a7 c19bf174
	e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa 5cb0a9dc 76f988da
	983e5152 a831c66d b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967
	27b70a85 2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb 81c2c92e 92722c85
	a2bfe8a1 a81a664b c24b8b70 c76c51a3 d192e819 d6990624 f40e3585 106aa070
	19a4c116 1e376c08 2748774c 34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f 682e6ff3
	748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2`;

interface Machine {
	readonly memory: Uint8Array;
	readonly view: DataView;
	/** Takes in so many blocks from `BLOCKS_AT` on. */
	readonly mix: (blocks: number) => void;
}

/** One for all: a digest under way keeps its own state, and puts it there while it works. */
let machine: Machine | undefined;

/** Takes bytes piece by piece; `digest` ends it. */
export class Sha256 {
	readonly #machine = (machine ??= startMachine());
	readonly #state = words(STATE);
	/** What is left over of a block. */
	readonly #rest = new Uint8Array(BLOCK_BYTES);
	#filled = 0;
	#size_bytes = 0;

	update(bytes: Uint8Array): this {
		this.#size_bytes += bytes.length;
		let at = 0;
		if (this.#filled > 0) {
			at = Math.min(BLOCK_BYTES - this.#filled, bytes.length);
			this.#rest.set(bytes.subarray(0, at), this.#filled);
			this.#filled += at;
			if (this.#filled < BLOCK_BYTES) return this;
			this.#mix(this.#rest);
		}
		const end = bytes.length - ((bytes.length - at) % BLOCK_BYTES);
		for (; at < end; at += PIECE_BYTES) this.#mix(bytes.subarray(at, Math.min(at + PIECE_BYTES, end)));
		this.#rest.set(bytes.subarray(end));
		this.#filled = bytes.length - end;
		return this;
	}

	/** The 32 bytes. Nothing may be added afterwards. */
	digest(): Uint8Array<ArrayBuffer> {
		const size_bits = BigInt(this.#size_bytes) * 8n;
		const padding = new Uint8Array((this.#filled < 56 ? 56 : 120) - this.#filled + 8);
		padding[0] = 0x80;
		new DataView(padding.buffer).setBigUint64(padding.length - 8, size_bits);
		this.update(padding);
		const result = new Uint8Array(4 * STATE_WORDS);
		const view = new DataView(result.buffer);
		for (const [index, word] of this.#state.entries()) view.setUint32(index * 4, word);
		return result;
	}

	/** @param blocks whole ones, up to PIECE_BYTES */
	#mix(blocks: Uint8Array): void {
		const { memory, view, mix } = this.#machine;
		for (let index = 0; index < STATE_WORDS; index++)
			view.setUint32(index * 4, this.#state[index] ?? 0, true);
		memory.set(blocks, BLOCKS_AT);
		mix(blocks.length / BLOCK_BYTES);
		for (let index = 0; index < STATE_WORDS; index++) this.#state[index] = view.getUint32(index * 4, true);
	}
}

function startMachine(): Machine {
	const code = Uint8Array.from(atob(SHA256_CODE), (character) => character.charCodeAt(0));
	const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
	const { buffer } = exports["memory"] as WebAssembly.Memory;
	const view = new DataView(buffer);
	for (const [index, word] of words(CONSTANTS).entries())
		view.setUint32(CONSTANTS_AT + index * 4, word, true);
	return { memory: new Uint8Array(buffer), view, mix: exports["mix"] as Machine["mix"] };
}

function words(text: string): Uint32Array {
	return Uint32Array.from(text.split(/\s+/), (word) => Number.parseInt(word, 16));
}

/** SHA-256 (FIPS 180-4), for hosts and moments that have no faster one at hand. */

const BLOCK_BYTES = 64;
const ROUNDS = 64;
/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const K = words(`428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5
	d807aa98 12835b01 243185be 550c7dc3 72be5d74 80deb1fe 9bdc06a7 c19bf174
	e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa 5cb0a9dc 76f988da
	983e5152 a831c66d b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967
	27b70a85 2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb 81c2c92e 92722c85
	a2bfe8a1 a81a664b c24b8b70 c76c51a3 d192e819 d6990624 f40e3585 106aa070
	19a4c116 1e376c08 2748774c 34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f 682e6ff3
	748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2`);

/** Takes bytes piece by piece; `digest` ends it. */
export class Sha256 {
	readonly #state = words("6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19");
	readonly #block = new Uint8Array(BLOCK_BYTES);
	readonly #schedule = new Uint32Array(ROUNDS);
	#filled = 0;
	#size_bytes = 0;

	update(bytes: Uint8Array): this {
		this.#size_bytes += bytes.length;
		let at = 0;
		if (this.#filled > 0) {
			at = Math.min(BLOCK_BYTES - this.#filled, bytes.length);
			this.#block.set(bytes.subarray(0, at), this.#filled);
			this.#filled += at;
			if (this.#filled < BLOCK_BYTES) return this;
			this.#mix(this.#block, 0);
		}
		for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) this.#mix(bytes, at);
		this.#block.set(bytes.subarray(at));
		this.#filled = bytes.length - at;
		return this;
	}

	/** The 32 bytes. Nothing may be added afterwards. */
	digest(): Uint8Array<ArrayBuffer> {
		const size_bits = BigInt(this.#size_bytes) * 8n;
		const padding = new Uint8Array((this.#filled < 56 ? 56 : 120) - this.#filled + 8);
		padding[0] = 0x80;
		new DataView(padding.buffer).setBigUint64(padding.length - 8, size_bits);
		this.update(padding);
		const result = new Uint8Array(32);
		const view = new DataView(result.buffer);
		for (const [index, word] of this.#state.entries()) view.setUint32(index * 4, word);
		return result;
	}

	#mix(bytes: Uint8Array, at: number): void {
		const w = this.#schedule;
		for (let i = 0; i < 16; i++) {
			const j = at + i * 4;
			w[i] = (bytes[j]! << 24) | (bytes[j + 1]! << 16) | (bytes[j + 2]! << 8) | bytes[j + 3]!;
		}
		for (let i = 16; i < ROUNDS; i++) {
			const x = w[i - 15]!;
			const y = w[i - 2]!;
			const s0 = (rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)) | 0;
			const s1 = (rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)) | 0;
			w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
		}
		this.#rounds(w);
		if (bytes === this.#block) this.#filled = 0;
	}

	#rounds(w: Uint32Array): void {
		const state = this.#state;
		let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
		for (let i = 0; i < ROUNDS; i++) {
			const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
			const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0;
			const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
			const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
			h = g;
			g = f;
			f = e;
			e = (d + t1) | 0;
			d = c;
			c = b;
			b = a;
			a = (t1 + t2) | 0;
		}
		for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) state[index]! += value;
	}
}

function rotate(value: number, by: number): number {
	return (value >>> by) | (value << (32 - by));
}

function words(text: string): Uint32Array {
	return Uint32Array.from(text.split(/\s+/), (word) => Number.parseInt(word, 16));
}

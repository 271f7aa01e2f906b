import { encodeUnsigned } from "../wasm/encode.ts";

/** Bytes that are put together piece by piece. */
export class Writer {
	#bytes: Uint8Array<ArrayBuffer>;
	#size = 0;

	constructor(expected_bytes = 64) {
		this.#bytes = new Uint8Array(expected_bytes);
	}

	get size_bytes(): number {
		return this.#size;
	}

	put(...bytes: readonly number[]): this {
		return this.append(bytes);
	}

	unsigned(value: number): this {
		return this.append(encodeUnsigned(value));
	}

	/** A number from 0 to 2^31-1 as signed LEB128, as `i32.const` takes it. */
	signed(value: number): this {
		const bytes = encodeUnsigned(value);
		const last = bytes.at(-1) ?? 0;
		// bit 6 of the last byte is the sign
		if (last >= 0x40) bytes.splice(-1, 1, last | 0x80, 0);
		return this.append(bytes);
	}

	append(bytes: ArrayLike<number>): this {
		this.#reserve(bytes.length);
		this.#bytes.set(bytes, this.#size);
		this.#size += bytes.length;
		return this;
	}

	bytes(): Uint8Array<ArrayBuffer> {
		return this.#bytes.subarray(0, this.#size);
	}

	#reserve(more_bytes: number): void {
		if (this.#size + more_bytes <= this.#bytes.length) return;
		const larger = new Uint8Array(2 * (this.#size + more_bytes));
		larger.set(this.bytes());
		this.#bytes = larger;
	}
}

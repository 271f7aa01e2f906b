/** Bytes that are put together piece by piece: a few hundred at most, because they are kept as numbers. */
export class Writer {
	readonly bytes: number[] = [];

	put(byte: number): this {
		this.bytes.push(byte);
		return this;
	}

	/** As LEB128. */
	unsigned(value: number): this {
		let rest = value;
		for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.bytes.push((rest % 0x80) | 0x80);
		this.bytes.push(rest);
		return this;
	}

	/** A number from 0 to 2^31-1 as signed LEB128, as `i32.const` takes it: bit 6 of the last byte is the sign. */
	signed(value: number): this {
		let rest = value;
		for (; rest >= 0x40; rest = Math.floor(rest / 0x80)) this.bytes.push((rest % 0x80) | 0x80);
		this.bytes.push(rest);
		return this;
	}

	/** An opcode and the one index that it takes. */
	op(opcode: number, index: number): this {
		return this.put(opcode).unsigned(index);
	}

	append(bytes: ArrayLike<number>, start = 0, end = bytes.length): this {
		for (let offset = start; offset < end; offset++) this.bytes.push(bytes[offset] ?? 0);
		return this;
	}
}

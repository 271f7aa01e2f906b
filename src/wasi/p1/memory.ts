/**
 * A guest's linear memory as preview1 sees it: 32-bit pointers, little-endian.
 *
 * Whoever reads or writes asks `has` (or `span`) first; nothing here trusts a number of the guest's.
 * Pointers and lengths come as wasm gives them, signed: they are made unsigned here and nowhere else.
 */
export class GuestMemory {
	bytes = new Uint8Array(0);
	view = new DataView(new ArrayBuffer(0));
	#memory: WebAssembly.Memory | undefined;
	#isShared = false;

	attach(memory: WebAssembly.Memory): void {
		this.#memory = memory;
		this.refresh();
	}

	/**
	 * Brings the views up to date; called before each host function. A grown memory has a new buffer,
	 * and the old one's views have length zero, unless it is shared: then it is only longer.
	 */
	refresh(): void {
		const memory = this.#memory;
		if (memory === undefined) return;
		if (this.bytes.length > 0 && !this.#isShared) return;
		const buffer = memory.buffer;
		if (buffer === this.bytes.buffer && buffer.byteLength === this.bytes.length) return;
		this.bytes = new Uint8Array(buffer);
		this.view = new DataView(buffer);
		this.#isShared = !(buffer instanceof ArrayBuffer);
	}

	get size_bytes(): number {
		this.refresh();
		return this.bytes.length;
	}

	/** Whether `length` bytes from `pointer` lie in the memory. */
	has(pointer: number, length: number): boolean {
		return (pointer >>> 0) + (length >>> 0) <= this.bytes.length;
	}

	/** The bytes from `pointer` on, as a view; undefined when they are not all in the memory. */
	span(pointer: number, length: number): Uint8Array | undefined {
		const start = pointer >>> 0;
		const end = start + (length >>> 0);
		return end <= this.bytes.length ? this.bytes.subarray(start, end) : undefined;
	}

	getU8(pointer: number): number {
		return this.view.getUint8(pointer >>> 0);
	}
	getU16(pointer: number): number {
		return this.view.getUint16(pointer >>> 0, true);
	}
	getU32(pointer: number): number {
		return this.view.getUint32(pointer >>> 0, true);
	}
	getU64(pointer: number): bigint {
		return this.view.getBigUint64(pointer >>> 0, true);
	}
	setU8(pointer: number, value: number): void {
		this.view.setUint8(pointer >>> 0, value);
	}
	setU16(pointer: number, value: number): void {
		this.view.setUint16(pointer >>> 0, value, true);
	}
	setU32(pointer: number, value: number): void {
		this.view.setUint32(pointer >>> 0, value, true);
	}
	setU64(pointer: number, value: bigint): void {
		this.view.setBigUint64(pointer >>> 0, value, true);
	}
}

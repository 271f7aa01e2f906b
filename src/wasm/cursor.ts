import { Fault } from "../base/fault.ts";
import { decodeLossy, decodeText } from "./text.ts";

/** V8's own limit for one name, in bytes (`kV8MaxWasmStringSize`). */
const NAME_BYTES_MAX = 100_000;

/** What a reader says of bytes that are no wasm module. `offset` counts from the file's first byte. */
export function malformed(what: string, offset: number): Fault {
	return new Fault("MODULE_INVALID", `cannot read the module: ${what} at byte 0x${offset.toString(16)}`, {
		note: "the file is damaged or cut off, or a faulty toolchain made it",
		help: "copy or build the file again",
	});
}

/**
 * Reads a stretch of a wasm binary from front to back, never past its end.
 *
 * Every method throws a `MODULE_INVALID` fault where the bytes do not hold what it was asked for.
 */
export class Cursor {
	readonly bytes: Uint8Array;
	readonly end: number;
	offset: number;

	constructor(bytes: Uint8Array, start: number, end: number) {
		this.bytes = bytes;
		this.offset = start;
		this.end = Math.min(end, bytes.length);
	}

	get remaining(): number {
		return this.end - this.offset;
	}

	byte(what: string): number {
		const value = this.offset < this.end ? this.bytes[this.offset] : undefined;
		if (value === undefined) throw malformed(`${what} is cut off`, this.offset);
		this.offset += 1;
		return value;
	}

	/** The next byte, left where it is; undefined at the end. */
	peek(): number | undefined {
		return this.offset < this.end ? this.bytes[this.offset] : undefined;
	}

	/** LEB128, unsigned, at most 32 bits (core spec 5.2.2). */
	u32(what: string): number {
		const first = this.byte(what);
		return first < 0x80 ? first : this.#unsigned(first, 32, what);
	}

	/** LEB128, unsigned, at most 64 bits. Values over 2^53 are rounded: good for comparing, not for writing. */
	u64(what: string): number {
		const first = this.byte(what);
		return first < 0x80 ? first : this.#unsigned(first, 64, what);
	}

	/** LEB128, signed, 33 bits: a type index, or below zero the code of an abstract type. */
	s33(what: string): number {
		let value = 0;
		for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
			const byte = this.byte(what);
			value += (byte & 0x7f) * scale;
			if (byte < 0x80) return byte < 0x40 ? value : value - scale * 128;
		}
		throw malformed(`${what} is longer than 33 bits`, this.offset);
	}

	/** How many entries follow, checked against the bytes that remain: each entry takes at least `least_bytes`. */
	count(what: string, least_bytes: number, most: number): number {
		const at = this.offset;
		const count = this.u32(what);
		if (count > most) throw malformed(`${what} is ${count}, over the limit of ${most},`, at);
		if (count * least_bytes > this.remaining)
			throw malformed(`${what} is ${count}, more than the section has room for,`, at);
		return count;
	}

	/** A name that means something to the machine: UTF-8, or it is a fault. */
	name(what: string): string {
		const start = this.#nameStart(what);
		const text = decodeText(this.bytes, start, this.offset);
		if (text === undefined) throw malformed(`${what} is not UTF-8`, start);
		return text;
	}

	/** A name for people only. */
	label(what: string): string {
		return decodeLossy(this.bytes, this.#nameStart(what), this.offset);
	}

	skip(size_bytes: number, what: string): void {
		if (size_bytes > this.remaining) throw malformed(`${what} is cut off`, this.offset);
		this.offset += size_bytes;
	}

	/** Demands that everything was read: an engine would refuse bytes left over. */
	finish(what: string): void {
		if (this.offset !== this.end) throw malformed(`${what} has bytes left over`, this.offset);
	}

	#nameStart(what: string): number {
		const size = this.count(what, 1, NAME_BYTES_MAX);
		this.offset += size;
		return this.offset - size;
	}

	#unsigned(first: number, bits: 32 | 64, what: string): number {
		let value = first & 0x7f;
		for (let shift = 7; shift < bits; shift += 7) {
			const byte = this.byte(what);
			value += (byte & 0x7f) * 2 ** shift;
			if (byte >= 0x80) continue;
			if (bits - shift < 7 && byte >> (bits - shift) !== 0) break;
			return value;
		}
		throw malformed(`${what} is longer than ${bits} bits`, this.offset);
	}
}

import { type Cursor, malformed } from "../../wasm/cursor.ts";

/** Zero is what most loads and stores have. */
const SMALL = Array.from({ length: 128 }, (_, value) => BigInt(value));

/** LEB128, unsigned, at most 64 bits, exact. @throws Fault MODULE_INVALID */
export function readUnsigned(cursor: Cursor): bigint {
	const small = SMALL[cursor.peek() ?? SMALL.length];
	if (small !== undefined) {
		cursor.offset += 1;
		return small;
	}
	let value = 0n;
	for (let shift = 0n; shift < 70n; shift += 7n) {
		const byte = cursor.byte("a number");
		value |= BigInt(byte & 0x7f) << shift;
		if (byte < 0x80) return BigInt.asUintN(64, value);
	}
	throw malformed("a number is longer than 64 bits", cursor.offset);
}

/** LEB128, signed, at most 64 bits, exact. @throws Fault MODULE_INVALID */
export function readSigned(cursor: Cursor): bigint {
	let value = 0n;
	for (let shift = 0n; shift < 70n; shift += 7n) {
		const byte = cursor.byte("a number");
		value |= BigInt(byte & 0x7f) << shift;
		if (byte < 0x80) return BigInt.asIntN(Number(shift) + 7, value);
	}
	throw malformed("a number is longer than 64 bits", cursor.offset);
}

/** LEB128, signed, 32 bits. @throws Fault MODULE_INVALID */
export function readSigned32(cursor: Cursor): number {
	let value = 0;
	for (let shift = 0; shift < 35; shift += 7) {
		const byte = cursor.byte("a number");
		value |= (byte & 0x7f) << shift;
		if (byte >= 0x80) continue;
		return shift < 28 ? (value << (25 - shift)) >> (25 - shift) : value;
	}
	throw malformed("a number is longer than 32 bits", cursor.offset);
}

/** An f32 in the text format (core spec 6.3.2): it reads back as the same bits. @throws Fault MODULE_INVALID */
export function readFloat32(cursor: Cursor): string {
	const view = viewOf(cursor, 4);
	const value = view.getFloat32(0, true);
	return Number.isNaN(value) ? nan(BigInt(view.getUint32(0, true)), 32n, 23n) : decimal(value);
}

/** An f64 in the text format. @throws Fault MODULE_INVALID */
export function readFloat64(cursor: Cursor): string {
	const view = viewOf(cursor, 8);
	const value = view.getFloat64(0, true);
	return Number.isNaN(value) ? nan(view.getBigUint64(0, true), 64n, 52n) : decimal(value);
}

function viewOf(cursor: Cursor, size_bytes: number): DataView {
	const { bytes, offset } = cursor;
	cursor.skip(size_bytes, "a number");
	return new DataView(bytes.buffer, bytes.byteOffset + offset, size_bytes);
}

/** The shortest decimal number that is this one; an f32 is exact in 64 bits, so that it too reads back. */
function decimal(value: number): string {
	if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
	return value < 0 ? "-inf" : "inf";
}

function nan(bits: bigint, width: bigint, mantissa: bigint): string {
	const payload = bits & ((1n << mantissa) - 1n);
	const sign = bits >> (width - 1n) === 1n ? "-" : "";
	return payload === 1n << (mantissa - 1n) ? `${sign}nan` : `${sign}nan:0x${payload.toString(16)}`;
}

/** A number of some bytes, the lowest first. @throws Fault MODULE_INVALID */
export function fixed(cursor: Cursor, size_bytes: number): number {
	const { bytes, offset } = cursor;
	cursor.skip(size_bytes, "a number");
	let value = 0;
	for (let at = offset + size_bytes - 1; at >= offset; at--) value = value * 256 + (bytes[at] ?? 0);
	return value;
}

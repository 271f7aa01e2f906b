/**
 * The little of DER (X.690) that keys and ECDSA signatures are made of. Strict: lengths in their shortest
 * form, nothing behind the end, so that no two byte strings mean the same.
 */

export const Tag = {
	INTEGER: 0x02,
	BIT_STRING: 0x03,
	OCTET_STRING: 0x04,
	OBJECT_IDENTIFIER: 0x06,
	SEQUENCE: 0x30,
} as const;

interface DerValue {
	readonly tag: number;
	readonly content: Uint8Array;
}

/** The values that stand in `bytes` one after the other, or undefined where they do not fill it exactly. */
export function readDer(bytes: Uint8Array): readonly DerValue[] | undefined {
	const values: DerValue[] = [];
	for (let at = 0; at < bytes.length;) {
		const header = readHeader(bytes, at);
		if (header === undefined || header.end > bytes.length) return undefined;
		values.push({ tag: bytes[at] ?? 0, content: bytes.subarray(header.start, header.end) });
		at = header.end;
	}
	return values;
}

/** The values in the one SEQUENCE that `bytes` are. */
export function readSequence(bytes: Uint8Array): readonly DerValue[] | undefined {
	const outer = readDer(bytes);
	if (outer?.length !== 1 || outer[0]?.tag !== Tag.SEQUENCE) return undefined;
	return readDer(outer[0].content);
}

/** One value, of its contents put together. */
export function writeDer(tag: number, ...contents: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const size_bytes = contents.reduce((sum, { length }) => sum + length, 0);
	const length = writeLength(size_bytes);
	const bytes = new Uint8Array(1 + length.length + size_bytes);
	bytes[0] = tag;
	bytes.set(length, 1);
	let at = 1 + length.length;
	for (const content of contents) {
		bytes.set(content, at);
		at += content.length;
	}
	return bytes;
}

/** Where the content of the value at `at` starts and ends. Lengths of 3 bytes and more are not ours. */
function readHeader(bytes: Uint8Array, at: number): { start: number; end: number } | undefined {
	const first = bytes[at + 1];
	if (first === undefined) return undefined;
	if (first < 0x80) return { start: at + 2, end: at + 2 + first };
	const count = first - 0x80;
	if (count < 1 || count > 2 || at + 2 + count > bytes.length) return undefined;
	const length = count === 1 ? (bytes[at + 2] ?? 0) : ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
	if (length < (count === 1 ? 0x80 : 0x100)) return undefined;
	return { start: at + 2 + count, end: at + 2 + count + length };
}

function writeLength(length: number): readonly number[] {
	if (length < 0x80) return [length];
	return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

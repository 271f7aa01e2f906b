/** UTF-8 to text. ASCII, which nearly every name is, goes without a decoder: a start has none yet. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string | undefined {
	const ascii = decodeAscii(bytes, start, end);
	if (ascii !== undefined) return ascii;
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(start, end));
	} catch {
		return undefined;
	}
}

/** The same for text that only people read: what is not UTF-8 becomes U+FFFD. */
export function decodeLossy(bytes: Uint8Array, start: number, end: number): string {
	return (
		decodeAscii(bytes, start, end) ??
		new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start, end))
	);
}

/** Longer than this, the decoder is the faster one. */
const SHORT_BYTES = 256;

function decodeAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
	if (end - start > SHORT_BYTES) return undefined;
	for (let offset = start; offset < end; offset++) if ((bytes[offset] ?? 0x80) >= 0x80) return undefined;
	// at once: a text that was put together character by character keeps all that it was on the way
	return Reflect.apply(String.fromCharCode, undefined, bytes.subarray(start, end));
}

/** Standard base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
	let text = "";
	for (let at = 0; at < bytes.length; at += PIECE_BYTES)
		text += String.fromCharCode(...bytes.subarray(at, at + PIECE_BYTES));
	return btoa(text);
}

/** The bytes, or undefined: strict, so that no two texts stand for the same bytes. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
	if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
	const binary = atob(text);
	const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
	return btoa(binary) === text ? bytes : undefined;
}

/** As many as may be the arguments of one call. */
const PIECE_BYTES = 0x2000;

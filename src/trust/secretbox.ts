/** NaCl's secret box: XSalsa20 and Poly1305, what cosign puts its private keys into. */

export const SECRETBOX_KEY_BYTES = 32;
export const SECRETBOX_NONCE_BYTES = 24;

/** The box with `content` in it. */
export async function sealBox(content: Uint8Array, key: Uint8Array, nonce: Uint8Array): Promise<Uint8Array> {
	const { secretbox } = await import("@noble/ciphers/salsa.js");
	return secretbox(key, nonce).seal(content);
}

/** What is in the box; undefined when the key is another, or the box was changed. */
export async function openBox(
	box: Uint8Array,
	key: Uint8Array,
	nonce: Uint8Array,
): Promise<Uint8Array | undefined> {
	const { secretbox } = await import("@noble/ciphers/salsa.js");
	try {
		return secretbox(key, nonce).open(box);
	} catch {
		return undefined;
	}
}

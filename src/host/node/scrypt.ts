import { scrypt } from "node:crypto";

/** What scrypt may take: 128 bytes times N times r, and some (RFC 7914, section 2). */
const MEMORY_BYTES_MAX = 256 << 20;

/**
 * scrypt as Node's OpenSSL computes it, on a thread of its own.
 *
 * @throws the system's error when it would take over 256 MiB
 */
export function nodeScrypt(
	password: Uint8Array,
	salt: Uint8Array,
	{ N, r, p }: { readonly N: number; readonly r: number; readonly p: number },
	size_bytes: number,
): Promise<Uint8Array> {
	return new Promise((resolve, reject) => {
		scrypt(password, salt, size_bytes, { N, r, p, maxmem: MEMORY_BYTES_MAX }, (error, key) => {
			if (error === null) resolve(key);
			else reject(error);
		});
	});
}

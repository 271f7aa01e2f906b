import { algorithmOf, type Digest, digestOf } from "../oci/digest.ts";

/** Up to here our own hash is done before Node's is loaded, which takes 5 to 10 ms. */
const PURE_BYTES_MAX = 512 << 10;

/** The digest that bytes have, by the algorithm of the one that they should have. */
export function hashOf(bytes: Uint8Array, expected: Digest): Digest {
	const algorithm = algorithmOf(expected);
	if (algorithm === "sha256" && bytes.length <= PURE_BYTES_MAX) return digestOf(bytes);
	const { hash } = process.getBuiltinModule("node:crypto");
	return `${algorithm}:${hash(algorithm, bytes, "hex")}` as Digest;
}

/** The digest that bytes have, for what is new. */
export function sha256Of(bytes: Uint8Array): Digest {
	return hashOf(bytes, SOME_SHA256);
}

const SOME_SHA256 = `sha256:${"0".repeat(64)}` as Digest;

/** Hashes what comes in pieces. */
export interface Hasher {
	update(bytes: Uint8Array): void;
	/** Ends it. */
	digest(): Digest;
}

export function startHash(expected: Digest): Hasher {
	const algorithm = algorithmOf(expected);
	const hash = process.getBuiltinModule("node:crypto").createHash(algorithm);
	return {
		update: (bytes) => void hash.update(bytes),
		digest: () => `${algorithm}:${hash.digest("hex")}` as Digest,
	};
}

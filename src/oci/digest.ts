import { Fault } from "../base/fault.ts";
import { toHex } from "../base/hex.ts";
import { Sha256 } from "./sha256.ts";

/** `algorithm:hex` of an algorithm that we can check (image-spec, descriptor.md, "Digests"). */
export type Digest = `${Algorithm}:${string}` & { readonly __digest: unique symbol };

export type Algorithm = "sha256" | "sha512";

const FORM = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

export function isDigest(text: unknown): text is Digest {
	return typeof text === "string" && FORM.test(text);
}

/** @throws Fault DIGEST_INVALID */
export function parseDigest(text: string): Digest {
	if (isDigest(text)) return text;
	throw new Fault("DIGEST_INVALID", `cannot read '${text}' as a digest`, {
		note: "a digest is sha256: and 64 hexadecimal digits in lower case, or sha512: and 128",
		help: `sha256:${"0".repeat(8)}...    as wherry images --digests prints them`,
	});
}

export function algorithmOf(digest: Digest): Algorithm {
	return digest.startsWith("sha256:") ? "sha256" : "sha512";
}

/** The digits behind the algorithm: a file's name in an image layout. */
export function hexOf(digest: Digest): string {
	return digest.slice(digest.indexOf(":") + 1);
}

/** The SHA-256 digest of a few bytes: a manifest, a config. Large blobs go through the host's own hash. */
export function digestOf(bytes: Uint8Array): Digest {
	return sha256Digest(new Sha256().update(bytes).digest());
}

/** The digest that 32 bytes of a finished SHA-256 make. */
export function sha256Digest(hash: Uint8Array): Digest {
	return `sha256:${toHex(hash)}` as Digest;
}

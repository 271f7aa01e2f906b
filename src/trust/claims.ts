import type { Digest } from "../oci/digest.ts";

/** What a verified signature says. */
export interface Claims {
	/** The manifest it is for: always the one that was asked about. */
	readonly digest: Digest;
	/**
	 * SIGN_PREDICATE for a signature, whatever its carrier; else the attestation's type. Who wants a
	 * signature must look: an attestation by the same key does not say "I release this".
	 */
	readonly predicateType: string;
	/** Of an attestation: whatever JSON its maker wrote. */
	readonly predicate: unknown;
	/** `docker-reference` of simple signing: `registry/name`, with `:tag` or `@digest` behind it or nothing. */
	readonly reference?: string;
	/** What its maker added by `--annotations`. */
	readonly annotations: Readonly<Record<string, string>>;
}

/** What a signature is called among attestations (cosign 3). */
export const SIGN_PREDICATE = "https://sigstore.dev/cosign/sign/v1";

/** Whether the claims are a signature of the image, not an attestation of something else. */
export function isSignature({ predicateType }: Pick<Claims, "predicateType">): boolean {
	return predicateType === SIGN_PREDICATE;
}

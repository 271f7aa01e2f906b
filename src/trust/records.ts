import type { Digest } from "../oci/digest.ts";
import type { Claims } from "./claims.ts";
import type { Envelope } from "./dsse.ts";

/** One signature that was found beside an image. Nothing of it is verified yet. */
export interface SignatureRecord {
	/** The manifest that it is said to be for. */
	readonly subject: Digest;
	/** The manifest that carries it. */
	readonly foundIn: Digest;
	readonly content: SignatureContent;
}

export type SignatureContent =
	| SimpleSigning
	| Bundle
	/** cosign's older form of an attestation: a layer of the manifest tagged `sha256-HEX.att`. */
	| { readonly carrier: "dsse"; readonly envelope: Envelope }
	/** A Sigstore bundle made with a certificate instead of a key: not verified by us. */
	| { readonly carrier: "keyless" }
	/** A Notation signature: not verified by us. */
	| { readonly carrier: "notation" }
	| { readonly carrier: "unreadable"; readonly why: string };

export type Carrier = SignatureContent["carrier"];

/** cosign's legacy form: a layer of the manifest tagged `sha256-HEX.sig`. */
export interface SimpleSigning {
	readonly carrier: "simple-signing";
	readonly payload: Uint8Array;
	/** ASN.1. */
	readonly signature: Uint8Array;
}

/** A Sigstore bundle v0.3 made with a key: signatures and attestations alike. */
export interface Bundle {
	readonly carrier: "bundle";
	readonly envelope: Envelope;
	/** Base64 of the SHA-256 of the public key, where the bundle says it. */
	readonly keyHint?: string;
}

export type Verdict =
	| { readonly outcome: "valid"; readonly claims: Claims }
	/** `why` is a clause for people: "it was made with another key, or was changed". */
	| { readonly outcome: "refused"; readonly reason: Refusal; readonly why: string };

export type Refusal =
	/** No key of ours could ever verify it: notation, keyless, unreadable. */
	| "unverifiable"
	/** Made with another key, or altered. */
	| "signature"
	/** The signature is this key's, but it is for something else, or says nothing that can be read. */
	| "claims";

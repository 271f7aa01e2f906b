import { fromBase64, toBase64 } from "../base/base64.ts";
import { fromHex } from "../base/hex.ts";
import { hexOf } from "../oci/digest.ts";
import { encodeJson, type JsonDocument, type JsonObject, parseJsonObject } from "../oci/json.ts";
import { MediaType } from "../oci/media-types.ts";
import type { Envelope } from "./dsse.ts";
import type { PublicKey } from "./keys.ts";
import type { Bundle } from "./records.ts";

/** Signatures in one envelope that are looked at. */
const SIGNATURES_MAX = 16;

/** Of all versions: 0.1 and 0.2 say theirs as a parameter. */
const BUNDLE_TYPE = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.3\+json|\+json;version=0\.[1-3])$/;

const BUNDLE: JsonDocument = { what: "the bundle", code: "SIGNATURE_INVALID" };

const ENVELOPE: JsonDocument = { what: "the envelope", code: "SIGNATURE_INVALID" };

export function isBundleType(mediaType: string): boolean {
	return BUNDLE_TYPE.test(mediaType);
}

/**
 * The envelope as a Sigstore bundle v0.3 made with a key (sigstore/protobuf-specs, sigstore_bundle.proto),
 * as cosign writes it. `keyid` is left out: verifiers compare it with forms of their own.
 */
export function writeBundle(envelope: Envelope, key: PublicKey): Uint8Array<ArrayBuffer> {
	return encodeJson({
		mediaType: MediaType.SIGSTORE_BUNDLE,
		verificationMaterial: { publicKey: { hint: keyHint(key) } },
		dsseEnvelope: {
			payload: toBase64(envelope.payload),
			payloadType: envelope.payloadType,
			signatures: envelope.signatures.map((signature) => ({ sig: toBase64(signature) })),
		},
	});
}

/**
 * What a bundle holds; any bytes may be given.
 *
 * @throws Fault SIGNATURE_INVALID
 */
export function readBundle(bytes: Uint8Array): Bundle | { readonly carrier: "keyless" } {
	const bundle = parseJsonObject(bytes, BUNDLE);
	if (!isBundleType(bundle.text("mediaType"))) throw bundle.fault("mediaType", "is no Sigstore bundle's");
	const material = bundle.object("verificationMaterial");
	if (material.has("certificate") || material.has("x509CertificateChain")) return { carrier: "keyless" };
	const hint = material.object("publicKey").optionalText("hint");
	const envelope = readEnvelope(bundle.object("dsseEnvelope"));
	return { carrier: "bundle", envelope, ...(hint !== undefined && { keyHint: hint }) };
}

/** What a bundle calls the key that made it. */
export function keyHint({ fingerprint }: PublicKey): string {
	return toBase64(fromHex(hexOf(fingerprint)) ?? new Uint8Array());
}

/**
 * The DSSE envelope in the bytes of one that stands alone, as under cosign's `.att` tag.
 *
 * @throws Fault SIGNATURE_INVALID
 */
export function readEnvelopeBytes(bytes: Uint8Array): Envelope {
	return readEnvelope(parseJsonObject(bytes, ENVELOPE));
}

function readEnvelope(object: JsonObject): Envelope {
	const signatures = object.objects("signatures", SIGNATURES_MAX).map((one) => readBase64(one, "sig"));
	if (signatures.length === 0) throw object.fault("signatures", "is empty");
	return { payloadType: object.text("payloadType"), payload: readBase64(object, "payload"), signatures };
}

function readBase64(object: JsonObject, name: string): Uint8Array {
	const bytes = fromBase64(object.text(name));
	if (bytes === undefined) throw object.fault(name, "is no base64");
	return bytes;
}

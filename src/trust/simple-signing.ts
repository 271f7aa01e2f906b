import type { Digest } from "../oci/digest.ts";
import { type JsonDocument, type JsonObject, parseJsonObject, sortedRecord } from "../oci/json.ts";
import { readAnnotations } from "./annotations.ts";
import { type Claims, SIGN_PREDICATE } from "./claims.ts";

/** The layer's annotation that holds the signature over the layer, in base64. */
export const SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";

const TYPE = "cosign container image signature";
const CRITICAL: ReadonlySet<string> = new Set(["identity", "image", "type"]);

/**
 * The payload that is signed, byte by byte as cosign writes it (cosign, specs/SIGNATURE_SPEC.md).
 *
 * @param reference `docker-reference`: registry, name and tag, since containers/image holds a tag against it
 */
export function writePayload(
	digest: Digest,
	reference: string,
	annotations: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
	return encodeAsGo({
		critical: {
			identity: { "docker-reference": reference },
			image: { "docker-manifest-digest": digest },
			type: TYPE,
		},
		optional: Object.keys(annotations).length === 0 ? null : sortedRecord(annotations),
	});
}

/** Go's JSON escapes what HTML might misread. */
function encodeAsGo(value: unknown): Uint8Array<ArrayBuffer> {
	const text = JSON.stringify(value).replaceAll(
		/[<>&\u2028\u2029]/g,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
	return new TextEncoder().encode(text);
}

/**
 * What a verified payload says of `digest`.
 *
 * @throws Fault SIGNATURE_INVALID when it is no such payload, or is about something else
 */
export function readPayload(payload: Uint8Array, digest: Digest): Claims {
	const document = parseJsonObject(payload, SIGNED_CLAIM);
	const critical = document.object("critical");
	refuseUnknown(critical);
	if (critical.text("type") !== TYPE) throw critical.fault("type", `is not '${TYPE}'`);
	const reference = critical.object("identity").text("docker-reference");
	const image = critical.object("image");
	const signed = image.text("docker-manifest-digest");
	if (signed !== digest)
		throw image.fault("docker-manifest-digest", `is '${signed.slice(0, 200)}': another image`);
	const annotations = readAnnotations(document.optionalObject("optional"));
	return { digest, predicateType: SIGN_PREDICATE, predicate: {}, reference, annotations };
}

const SIGNED_CLAIM: JsonDocument = { what: "the signed claim", code: "SIGNATURE_INVALID" };

/** What is called critical must be understood, or not be there. */
function refuseUnknown(critical: JsonObject): void {
	const unknown = critical.names().find((name) => !CRITICAL.has(name));
	if (unknown !== undefined) throw critical.fault(unknown, "is critical and not known here");
}

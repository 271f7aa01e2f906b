import { algorithmOf, type Digest, hexOf } from "../oci/digest.ts";
import { encodeJson, type JsonDocument, parseJsonObject, sortedRecord } from "../oci/json.ts";
import { ENTRIES_MAX } from "../oci/limits.ts";
import { readAnnotations } from "./annotations.ts";
import type { Claims } from "./claims.ts";

/** What is said about an image: an in-toto statement (in-toto/attestation, spec/v1/statement.md). */
export interface Statement {
	/** The manifests that it is about. */
	readonly subject: readonly Subject[];
	/** What kind of thing is said: `https://slsa.dev/provenance/v1`. */
	readonly predicateType: string;
	readonly predicate: Readonly<Record<string, unknown>>;
}

export interface Subject {
	readonly name?: string;
	readonly digest: Digest;
	readonly annotations?: Readonly<Record<string, string>>;
}

const STATEMENT = "https://in-toto.io/Statement/v1";
/** What cosign before 3 and older builders write. */
const STATEMENT_BEFORE = "https://in-toto.io/Statement/v0.1";

/** The statement as JSON, its members in cosign's order. */
export function writeStatement({ subject, predicateType, predicate }: Statement): Uint8Array<ArrayBuffer> {
	const subjects = subject.map(({ name, digest, annotations }) => ({
		name,
		digest: { [algorithmOf(digest)]: hexOf(digest) },
		annotations: annotations && sortedRecord(annotations),
	}));
	return encodeJson({ _type: STATEMENT, subject: subjects, predicateType, predicate });
}

/**
 * What a verified statement says of `digest`.
 *
 * @throws Fault SIGNATURE_INVALID when it is no statement, or is about something else
 */
export function readStatement(payload: Uint8Array, digest: Digest): Claims {
	const statement = parseJsonObject(payload, SIGNED_STATEMENT);
	const type = statement.text("_type");
	if (type !== STATEMENT && type !== STATEMENT_BEFORE)
		throw statement.fault("_type", `is '${type.slice(0, 100)}', no in-toto statement`);
	const subject = statement
		.objects("subject", ENTRIES_MAX)
		.find((one) => one.optionalObject("digest")?.value(algorithmOf(digest)) === hexOf(digest));
	if (subject === undefined) throw statement.fault("subject", "names other images, not this one");
	return {
		digest,
		predicateType: statement.text("predicateType"),
		predicate: statement.value("predicate"),
		annotations: readAnnotations(subject.optionalObject("annotations")),
	};
}

const SIGNED_STATEMENT: JsonDocument = { what: "the signed statement", code: "SIGNATURE_INVALID" };

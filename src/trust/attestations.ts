import { attachReferrer } from "../oci/attachments.ts";
import type { Repository } from "../oci/content.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type JsonDocument, parseJsonObject } from "../oci/json.ts";
import { MANIFEST_BYTES_MAX } from "../oci/limits.ts";
import { IN_TOTO } from "./dsse.ts";
import type { SigningKey } from "./keys.ts";
import { CYCLONEDX_TYPE } from "./sbom/cyclonedx.ts";
import { attest } from "./sign-image.ts";
import { type Statement, writeStatement } from "./statement.ts";

/** Who signs what is attached, and when: RFC 3339, to the second. */
export interface Signer {
	readonly key: SigningKey;
	readonly created: string;
}

/** What in-toto calls an SBOM in CycloneDX (in-toto/attestation, spec/predicates/cyclonedx.md). */
export const SBOM_PREDICATE = "https://cyclonedx.org/bom";

/** Where registries' users look for what a statement is about; docker's builders write it too. */
const PREDICATE_ANNOTATION = "in-toto.io/predicate-type";

const SBOM: JsonDocument = { what: "the SBOM", bytes_max: 4 * MANIFEST_BYTES_MAX };

/**
 * Hangs an SBOM on a manifest of this repository: plainly, where scanners look for it, and with a signer as
 * a signed statement as well. The same SBOM again changes nothing.
 *
 * @param json CycloneDX
 */
export async function attachSbom(
	repository: Repository,
	subject: Descriptor,
	json: Uint8Array,
	signer?: Signer,
): Promise<Descriptor> {
	const content = { bytes: json, mediaType: CYCLONEDX_TYPE };
	const attached = await attachReferrer(repository, subject, CYCLONEDX_TYPE, [content]);
	if (signer !== undefined) {
		const statement = sbomStatement(subject, json);
		await attest(repository, subject, signer.key, { statement, created: signer.created });
	}
	return attached;
}

function sbomStatement({ digest }: Descriptor, json: Uint8Array): Statement {
	const object = parseJsonObject(json, SBOM);
	const predicate = Object.fromEntries(object.names().map((name) => [name, object.value(name)]));
	return { subject: [{ digest }], predicateType: SBOM_PREDICATE, predicate };
}

/**
 * Hangs a statement on a manifest of this repository: with a signer as a Sigstore bundle, else as it is,
 * which proves nothing and says only what its writer says.
 */
export async function attachStatement(
	repository: Repository,
	subject: Descriptor,
	statement: Statement,
	signer?: Signer,
): Promise<void> {
	if (signer !== undefined) {
		await attest(repository, subject, signer.key, { statement, created: signer.created });
		return;
	}
	const annotations = { [PREDICATE_ANNOTATION]: statement.predicateType };
	const content = { bytes: writeStatement(statement), mediaType: IN_TOTO, annotations };
	await attachReferrer(repository, subject, IN_TOTO, [content], annotations);
}

import { toBase64 } from "../base/base64.ts";
import { Fault } from "../base/fault.ts";
import { attachmentTag, putDocument } from "../oci/attachments.ts";
import type { Repository } from "../oci/content.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { documentOf } from "../oci/encode.ts";
import { MANIFEST_BYTES_MAX } from "../oci/limits.ts";
import { MediaType } from "../oci/media-types.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import { readVerified } from "../oci/verify.ts";
import { writeBundle } from "./bundle.ts";
import { SIGN_PREDICATE } from "./claims.ts";
import { bundleManifest, signatureManifest } from "./cosign-manifest.ts";
import { IN_TOTO, signEnvelope } from "./dsse.ts";
import type { SigningKey } from "./keys.ts";
import type { SignatureRecord } from "./records.ts";
import { findSignatures, RECORDS_MAX } from "./signatures.ts";
import { SIGNATURE_ANNOTATION, writePayload } from "./simple-signing.ts";
import { type Statement, writeStatement } from "./statement.ts";
import { verifySignature } from "./verify-signature.ts";

export interface SignOptions {
	/** The name that is signed along with the digest: `docker.io/library/hello:1.2`. */
	readonly reference: string;
	readonly annotations: Readonly<Record<string, string>>;
	/** RFC 3339, to the second: what the bundle's manifest says. */
	readonly created: string;
}

/** Whether each carrier was written now, or was there already. */
export interface SignedCarriers {
	readonly simpleSigning: "written" | "there";
	readonly bundle: "written" | "there";
}

/**
 * Signs a manifest of this repository in both of cosign's carriers: a layer under the `.sig` tag, and a
 * bundle as a referrer. What the key has signed so already is not signed again.
 *
 * @throws Fault when what is there cannot be read, or nothing can be written
 */
export async function signImage(
	repository: Repository,
	subject: Descriptor,
	key: SigningKey,
	{ reference, annotations, created }: SignOptions,
): Promise<SignedCarriers> {
	const records = await findSignatures(repository, subject.digest);
	const payload = writePayload(subject.digest, reference, annotations);
	const there = await isSigned(records, key, payload);
	if (!there) await appendSimpleSigning(repository, subject, key, payload);
	const statement: Statement = {
		subject: [{ digest: subject.digest, annotations }],
		predicateType: SIGN_PREDICATE,
		predicate: {},
	};
	const bundle = await attestOnce(repository, subject, key, { statement, created }, records);
	return { simpleSigning: there ? "there" : "written", bundle };
}

/** Something to say about an image, and when: RFC 3339, to the second. */
export interface Attestation {
	readonly statement: Statement;
	readonly created: string;
}

/**
 * Signs a statement about a manifest of this repository, and hangs it on it as a bundle: provenance, an
 * SBOM. The same said again by the same key is not written again.
 *
 * cosign takes any bundle for a signature, whatever it says (read at its commit d6d86c2): sign the
 * image as well, and better with another key.
 */
export async function attest(
	repository: Repository,
	subject: Descriptor,
	key: SigningKey,
	attestation: Attestation,
): Promise<"written" | "there"> {
	return attestOnce(repository, subject, key, attestation, await findSignatures(repository, subject.digest));
}

/** The bytes of a bundle that holds the statement, signed. */
export async function signStatement(key: SigningKey, statement: Statement): Promise<Uint8Array<ArrayBuffer>> {
	return writeBundle(await signEnvelope(key, IN_TOTO, writeStatement(statement)), key.publicKey);
}

async function attestOnce(
	repository: Repository,
	subject: Descriptor,
	key: SigningKey,
	{ statement, created }: Attestation,
	records: readonly SignatureRecord[],
): Promise<"written" | "there"> {
	if (await isSigned(records, key, writeStatement(statement))) return "there";
	const bundle = documentOf(await signStatement(key, statement), MediaType.SIGSTORE_BUNDLE);
	const carrier = bundleManifest(subject, bundle.descriptor, statement.predicateType, created);
	for (const document of [carrier.config, bundle, carrier.manifest]) await putDocument(repository, document);
	return "written";
}

/** Whether one of the records is the key's, over these very bytes. */
async function isSigned(
	records: readonly SignatureRecord[],
	{ publicKey }: SigningKey,
	payload: Uint8Array,
): Promise<boolean> {
	for (const record of records) {
		if (!equalBytes(signedBytes(record), payload)) continue;
		if ((await verifySignature(record, publicKey)).outcome === "valid") return true;
	}
	return false;
}

function signedBytes({ content }: SignatureRecord): Uint8Array | undefined {
	if (content.carrier === "simple-signing") return content.payload;
	return content.carrier === "bundle" ? content.envelope.payload : undefined;
}

async function appendSimpleSigning(
	repository: Repository,
	subject: Descriptor,
	key: SigningKey,
	payload: Uint8Array,
): Promise<void> {
	const tag = attachmentTag(subject.digest, "sig");
	const before = await signatureLayers(repository, tag);
	const signature = toBase64(await key.sign(payload));
	const layer = documentOf(payload, MediaType.SIMPLE_SIGNING);
	const signed = { ...layer.descriptor, annotations: { [SIGNATURE_ANNOTATION]: signature } };
	const { config, manifest } = signatureManifest([...before, signed]);
	for (const document of [layer, config, manifest]) await putDocument(repository, document);
	await repository.tag(manifest.descriptor, tag);
}

/** The signatures under the tag, which stay as they are. */
async function signatureLayers(repository: Repository, tag: string): Promise<readonly Descriptor[]> {
	const descriptor = await repository.resolve(tag);
	if (descriptor === undefined) return [];
	const bytes = await readVerified(repository, descriptor, MANIFEST_BYTES_MAX);
	const { layers } = parseManifest(bytes, descriptor.mediaType);
	if (layers.length < RECORDS_MAX) return layers;
	throw new Fault("SIGNATURE_INVALID", `cannot add a signature to the tag '${tag}'`, {
		note: `it holds ${layers.length}, and no more than ${RECORDS_MAX} are ever looked at`,
		help: `wherry rmi ${repository.name}:${tag}`,
	});
}

function equalBytes(one: Uint8Array | undefined, other: Uint8Array): boolean {
	return one?.length === other.length && one.every((byte, index) => byte === other[index]);
}

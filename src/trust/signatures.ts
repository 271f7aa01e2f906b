import { fromBase64 } from "../base/base64.ts";
import { Fault } from "../base/fault.ts";
import type { Repository } from "../oci/content.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { algorithmOf, type Digest, hexOf } from "../oci/digest.ts";
import { MANIFEST_BYTES_MAX } from "../oci/limits.ts";
import type { Manifest } from "../oci/manifest.ts";
import { MediaType } from "../oci/media-types.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import { readVerified } from "../oci/verify.ts";
import { isBundleType, readBundle } from "./bundle.ts";
import type { SignatureContent, SignatureRecord } from "./records.ts";
import { SIGNATURE_ANNOTATION } from "./simple-signing.ts";

/** Signatures and attestations of one image that are looked at: nobody makes more, but somebody may pretend. */
export const RECORDS_MAX = 128;
/** One of them: a signature is some 300 bytes, an attested SBOM may be long. */
const SIGNATURE_BYTES_MAX = MANIFEST_BYTES_MAX;

const NOTATION = "application/vnd.cncf.notary.signature";

/**
 * Every signature and attestation beside the manifest `digest`, in all forms we know: those under the
 * `.sig` tag and the referrers. What cannot be read is a record that says so.
 *
 * @throws Fault when the repository does not answer
 */
export async function findSignatures(
	repository: Repository,
	digest: Digest,
): Promise<readonly SignatureRecord[]> {
	const legacy = await repository.resolve(signatureTag(digest));
	const carriers = [
		...(legacy === undefined ? [] : [{ descriptor: legacy, read: readSimpleSignings }]),
		...(await repository.referrers(digest)).map((descriptor) => ({ descriptor, read: readReferrer })),
	];
	const records: SignatureRecord[] = [];
	for (const { descriptor, read } of carriers.slice(0, RECORDS_MAX)) {
		const contents = await attempt(async () => {
			const bytes = await readVerified(repository, descriptor, MANIFEST_BYTES_MAX);
			return read(repository, parseManifest(bytes, descriptor.mediaType), digest);
		});
		records.push(...contents.map((content) => ({ subject: digest, foundIn: descriptor.digest, content })));
	}
	return records.slice(0, RECORDS_MAX);
}

/** The tag under which cosign keeps the signatures of a manifest. */
export function signatureTag(digest: Digest): string {
	return `${algorithmOf(digest)}-${hexOf(digest)}.sig`;
}

/** What a manifest carries, one by one: a signature that cannot be read spoils no other. */
type ReadCarrier = (
	repository: Repository,
	manifest: Manifest,
	subject: Digest,
) => Promise<readonly SignatureContent[]>;

const readSimpleSignings: ReadCarrier = async (repository, { layers }) => {
	const contents: SignatureContent[] = [];
	for (const layer of layers.slice(0, RECORDS_MAX))
		if (layer.mediaType === MediaType.SIMPLE_SIGNING)
			contents.push(...(await attempt(async () => [await readSimpleSigning(repository, layer)])));
	return contents;
};

async function readSimpleSigning(repository: Repository, layer: Descriptor): Promise<SignatureContent> {
	const signature = fromBase64(layer.annotations?.[SIGNATURE_ANNOTATION] ?? "");
	if (signature === undefined || signature.length === 0)
		return { carrier: "unreadable", why: `its annotation '${SIGNATURE_ANNOTATION}' is no base64` };
	const payload = await readVerified(repository, layer, SIGNATURE_BYTES_MAX);
	return { carrier: "simple-signing", payload, signature };
}

/** Referrers that are no signatures at all, such as an SBOM that nobody signed, carry nothing. */
const readReferrer: ReadCarrier = async (repository, manifest, subject) => {
	if (manifest.subject?.digest !== subject) return [];
	if ((manifest.artifactType ?? manifest.config.mediaType) === NOTATION) return [{ carrier: "notation" }];
	const contents: SignatureContent[] = [];
	for (const layer of manifest.layers.slice(0, RECORDS_MAX))
		if (isBundleType(layer.mediaType))
			contents.push(
				...(await attempt(async () => [
					readBundle(await readVerified(repository, layer, SIGNATURE_BYTES_MAX)),
				])),
			);
	return contents;
};

/** What `read` answers, or that it could not be read. */
async function attempt(
	read: () => Promise<readonly SignatureContent[]>,
): Promise<readonly SignatureContent[]> {
	try {
		return await read();
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
		return [{ carrier: "unreadable", why: [error.message, ...error.notes].join("; ") }];
	}
}

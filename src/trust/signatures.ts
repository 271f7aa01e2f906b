import { fromBase64 } from "../base/base64.ts";
import { Fault } from "../base/fault.ts";
import { attachmentTag } from "../oci/attachments.ts";
import type { Repository } from "../oci/content.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { MANIFEST_BYTES_MAX } from "../oci/limits.ts";
import type { Manifest } from "../oci/manifest.ts";
import { MediaType } from "../oci/media-types.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import { readVerified } from "../oci/verify.ts";
import { isBundleType, readBundle, readEnvelopeBytes } from "./bundle.ts";
import type { SignatureContent, SignatureRecord } from "./records.ts";
import { SIGNATURE_ANNOTATION } from "./simple-signing.ts";

/** Signatures and attestations of one image that are looked at: nobody makes more, but somebody may pretend. */
export const RECORDS_MAX = 128;
/** All of them together: a signature is some 300 bytes, an attested SBOM may be long. */
const SEARCH_BYTES_MAX = 64 << 20;

const NOTATION = "application/vnd.cncf.notary.signature";
const CERTIFICATE_ANNOTATION = "dev.sigstore.cosign/certificate";
const DSSE_ENVELOPE = "application/vnd.dsse.envelope.v1+json";

/**
 * Every signature and attestation beside the manifest `digest`, in all forms we know: those under
 * cosign's `.sig` and `.att` tags, and the referrers. What cannot be read is a record that says so.
 *
 * @throws Fault when the repository does not answer
 */
export async function findSignatures(
	repository: Repository,
	digest: Digest,
): Promise<readonly SignatureRecord[]> {
	const search = new Search(repository, digest);
	for (const ending of ["sig", "att"] as const) {
		const tagged = await repository.resolve(attachmentTag(digest, ending));
		if (tagged !== undefined) await search.lookInto(tagged, "tag");
	}
	for (const referrer of await repository.referrers(digest)) await search.lookInto(referrer, "referrer");
	return search.records;
}

/** One search, and what it may still cost. */
class Search {
	readonly records: SignatureRecord[] = [];
	readonly #repository: Repository;
	readonly #subject: Digest;
	#bytes_left = SEARCH_BYTES_MAX;
	#manifests_left = RECORDS_MAX;

	constructor(repository: Repository, subject: Digest) {
		this.#repository = repository;
		this.#subject = subject;
	}

	/** Takes what the manifest carries. One that cannot be read spoils no other. */
	async lookInto(carrier: Descriptor, how: "tag" | "referrer"): Promise<void> {
		if (this.#manifests_left-- <= 0) return;
		await this.#attempt(carrier.digest, async () => {
			const manifest = parseManifest(await this.#read(carrier), carrier.mediaType);
			if (how === "referrer" && manifest.subject?.digest !== this.#subject) return;
			if (typeOf(manifest) === NOTATION) return this.#add(carrier.digest, { carrier: "notation" });
			for (const layer of manifest.layers)
				await this.#attempt(carrier.digest, () => this.#takeLayer(carrier.digest, layer));
		});
	}

	/** Layers of other kinds, such as an SBOM that nobody signed, are nothing to us. */
	async #takeLayer(foundIn: Digest, layer: Descriptor): Promise<void> {
		if (this.records.length >= RECORDS_MAX) return;
		const { mediaType, annotations } = layer;
		if (isBundleType(mediaType)) return this.#add(foundIn, readBundle(await this.#read(layer)));
		if (mediaType === DSSE_ENVELOPE)
			return this.#add(foundIn, { carrier: "dsse", envelope: readEnvelopeBytes(await this.#read(layer)) });
		if (mediaType !== MediaType.SIMPLE_SIGNING) return;
		if (annotations !== undefined && Object.hasOwn(annotations, CERTIFICATE_ANNOTATION))
			return this.#add(foundIn, { carrier: "keyless" });
		const signature = fromBase64(annotations?.[SIGNATURE_ANNOTATION] ?? "");
		if (signature === undefined || signature.length === 0)
			return this.#add(foundIn, unreadable(`its annotation '${SIGNATURE_ANNOTATION}' is no base64`));
		this.#add(foundIn, { carrier: "simple-signing", payload: await this.#read(layer), signature });
	}

	async #attempt(foundIn: Digest, act: () => Promise<void>): Promise<void> {
		try {
			await act();
		} catch (error) {
			if (!(error instanceof Fault)) throw error;
			this.#add(foundIn, unreadable([error.message, ...error.notes].join("; ")));
		}
	}

	#add(foundIn: Digest, content: SignatureContent): void {
		if (this.records.length < RECORDS_MAX) this.records.push({ subject: this.#subject, foundIn, content });
	}

	async #read(descriptor: Descriptor): Promise<Uint8Array> {
		const bytes_max = Math.min(MANIFEST_BYTES_MAX, this.#bytes_left);
		const bytes = await readVerified(this.#repository, descriptor, bytes_max);
		this.#bytes_left -= bytes.length;
		return bytes;
	}
}

function typeOf({ artifactType, config }: Manifest): string {
	return artifactType ?? config.mediaType;
}

function unreadable(why: string): SignatureContent {
	return { carrier: "unreadable", why };
}

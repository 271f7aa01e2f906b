import { Fault } from "../base/fault.ts";
import { putDocument } from "../oci/attachments.ts";
import type { Repository } from "../oci/content.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { MANIFEST_BYTES_MAX } from "../oci/limits.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import { readVerified } from "../oci/verify.ts";
import { signatureManifest } from "./cosign-manifest.ts";
import { RECORDS_MAX } from "./signatures.ts";
import { SIGNATURE_ANNOTATION } from "./simple-signing.ts";

/** Under these tags of cosign's each layer stands for itself, and so they can be put together. */
const IS_LIST = /\.(?:sig|att)$/;

/**
 * Lets a tag of cosign's stand for what was copied here, beside what it held before: the signatures that
 * others have put under it stay.
 *
 * @param descriptor a manifest that is in the repository
 */
export async function tagSignatures(
	repository: Repository,
	descriptor: Descriptor,
	tag: string,
): Promise<void> {
	const before = IS_LIST.test(tag) ? await repository.resolve(tag) : undefined;
	if (before?.digest === descriptor.digest) return;
	if (before === undefined) return repository.tag(descriptor, tag);
	const there = await layersIfSound(repository, before);
	if (there === undefined) return repository.tag(descriptor, tag);
	const come = await layersOf(repository, descriptor);
	const known = new Set(there.map(nameOf));
	const news = come.filter((layer) => !known.has(nameOf(layer)));
	if (news.length === 0) return;
	if (there.length + news.length === come.length) return repository.tag(descriptor, tag);
	const { config, manifest } = signatureManifest([...there, ...news].slice(0, RECORDS_MAX));
	for (const document of [config, manifest]) await putDocument(repository, document);
	await repository.tag(manifest.descriptor, tag);
}

/** Undefined: it was spoilt, and may be replaced. */
async function layersIfSound(
	repository: Repository,
	descriptor: Descriptor,
): Promise<readonly Descriptor[] | undefined> {
	try {
		return await layersOf(repository, descriptor);
	} catch (error) {
		if (error instanceof Fault && ["IMAGE_INVALID", "DIGEST_MISMATCH"].includes(error.code)) return undefined;
		throw error;
	}
}

async function layersOf(repository: Repository, descriptor: Descriptor): Promise<readonly Descriptor[]> {
	const bytes = await readVerified(repository, descriptor, MANIFEST_BYTES_MAX);
	return parseManifest(bytes, descriptor.mediaType).layers;
}

/** One payload may be signed by several. */
function nameOf({ digest, annotations }: Descriptor): string {
	return `${digest} ${annotations?.[SIGNATURE_ANNOTATION] ?? ""}`;
}

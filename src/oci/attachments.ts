import { pieceOf } from "./bytes.ts";
import type { Repository } from "./content.ts";
import type { Descriptor } from "./descriptor.ts";
import { algorithmOf, type Digest, hexOf } from "./digest.ts";
import { type Document, documentOf, encodeManifest } from "./encode.ts";
import { copyGraph, type CopyOptions } from "./graph.ts";
import { ENTRIES_MAX } from "./limits.ts";
import { MediaType } from "./media-types.ts";

/** Something that hangs on an image: a signature, an SBOM, a provenance statement. */
export interface Attachment {
	readonly descriptor: Descriptor;
	/** The tag that it hangs by, cosign's older way; undefined for a referrer. */
	readonly tag: string | undefined;
}

/** Cosign's tags: `sha256-HEX.sig` holds signatures, `.att` attestations, `.sbom` what it says. */
const TAG_ENDINGS = ["sig", "att", "sbom"] as const;

/** The tag under which cosign keeps what belongs to an image. */
export function attachmentTag(digest: Digest, ending: (typeof TAG_ENDINGS)[number]): string {
	return `${referrersTag(digest)}.${ending}`;
}

/** Where registries without the referrers API keep the list of referrers (distribution-spec, "Referrers Tag Schema"). */
export function referrersTag(digest: Digest): string {
	return `${algorithmOf(digest)}-${hexOf(digest)}`;
}

/** How deep things may hang on each other: a signature on an SBOM on an image. */
const DEPTH_MAX = 3;

/**
 * All that hangs on the manifest of this digest here, and on that in turn.
 *
 * @param most after so many no others are looked for: each costs four questions
 */
export async function attachments(
	repository: Repository,
	digest: Digest,
	most = ENTRIES_MAX,
): Promise<readonly Attachment[]> {
	const found = new Map<string, Attachment>();
	await collect(repository, digest, { found, most }, DEPTH_MAX);
	return [...found.values()];
}

async function collect(
	repository: Repository,
	digest: Digest,
	{ found, most }: { readonly found: Map<string, Attachment>; readonly most: number },
	depth: number,
): Promise<void> {
	if (depth === 0 || found.size >= most) return;
	for (const attachment of await directlyOn(repository, digest)) {
		const key = `${attachment.tag ?? ""} ${attachment.descriptor.digest}`;
		if (found.has(key) || found.size >= most) continue;
		found.set(key, attachment);
		await collect(repository, attachment.descriptor.digest, { found, most }, depth - 1);
	}
}

async function directlyOn(repository: Repository, digest: Digest): Promise<readonly Attachment[]> {
	const tagged = await Promise.all(
		TAG_ENDINGS.map(async (ending) => {
			const tag = attachmentTag(digest, ending);
			const descriptor = await repository.resolve(tag);
			return descriptor === undefined ? [] : [{ descriptor, tag }];
		}),
	);
	const referrers = await repository.referrers(digest);
	return [...tagged.flat(), ...referrers.map((descriptor) => ({ descriptor, tag: undefined }))];
}

type TagAs = (repository: Repository, descriptor: Descriptor, tag: string) => Promise<void>;

/**
 * Copies all that hangs on the manifest of this digest. Answers what was there to copy.
 *
 * @param tagAs lets a tag stand for what was copied, where that is more than to replace what it stood for
 */
export async function copyAttachments(
	from: Repository,
	to: Repository,
	digest: Digest,
	options: CopyOptions,
	tagAs: TagAs = (repository, descriptor, tag) => repository.tag(descriptor, tag),
): Promise<readonly Attachment[]> {
	const all = await attachments(from, digest);
	for (const { descriptor, tag } of all) {
		await copyGraph(from, to, descriptor, options);
		if (tag !== undefined) await tagAs(to, descriptor, tag);
	}
	return all;
}

/** One layer of what is attached. */
export interface AttachedContent {
	readonly bytes: Uint8Array;
	readonly mediaType: string;
	readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Hangs content on a manifest of this repository as a referrer (image-spec, manifest.md, "Guidelines for
 * Artifact Usage"). Answers the descriptor of the manifest that carries it. Attaching the same again
 * changes nothing.
 *
 * @param annotations of the manifest; with a time in them the same content makes another manifest
 */
export async function attachReferrer(
	repository: Repository,
	subject: Descriptor,
	artifactType: string,
	contents: readonly AttachedContent[],
	annotations?: Readonly<Record<string, string>>,
): Promise<Descriptor> {
	const config = documentOf(EMPTY_CONFIG, MediaType.EMPTY);
	const layers = contents.map(layerOf);
	const manifest = encodeManifest({
		schemaVersion: 2,
		mediaType: MediaType.MANIFEST,
		artifactType,
		config: config.descriptor,
		layers: layers.map(({ descriptor }) => descriptor),
		subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
		...(annotations !== undefined && { annotations }),
	});
	for (const document of [config, ...layers, manifest]) await putDocument(repository, document);
	return manifest.descriptor;
}

/** Stores a small piece of content unless it is there. */
export async function putDocument(
	sink: Pick<Repository, "has" | "put">,
	{ descriptor, bytes }: Document,
): Promise<void> {
	if (!(await sink.has(descriptor))) await sink.put(descriptor, pieceOf(bytes));
}

/** `{}`, the spec's own way to have no config. */
const EMPTY_CONFIG = new Uint8Array([0x7b, 0x7d]);

function layerOf({ bytes, mediaType, annotations }: AttachedContent): Document {
	const document = documentOf(bytes, mediaType);
	if (annotations === undefined) return document;
	return { bytes, descriptor: { ...document.descriptor, annotations } };
}

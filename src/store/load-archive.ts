/** Takes images out of an archive: an OCI image layout, or what docker saved before it knew that. */
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import { copyGraph, type CopyOptions } from "../oci/graph.ts";
import { parseJson } from "../oci/json.ts";
import { isIndexType, isManifestType } from "../oci/media-types.ts";
import { parseAny } from "../oci/parse-manifest.ts";
import { readVerified } from "../oci/verify.ts";
import { MANIFEST_BYTES_MAX } from "../oci/limits.ts";
import { ArchiveContent, archiveInvalid, ArchiveFile, type Place } from "./archive-file.ts";
import { subjectOfName } from "./attached.ts";
import { readDockerArchive } from "./docker-archive.ts";
import type { ImageStore } from "./image-store.ts";
import { type Entry, parseIndexFile } from "./index-file.ts";
import { INDEX_FILE, LAYOUT_FILE } from "./layout.ts";
import { fullName } from "./names.ts";
import { ATTACHED_FILE, CONTAINERD_NAME, DOCKER_FILE } from "./save-archive.ts";

/** An image that is to be loaded; without a name it is known by its digest. */
export interface LoadedImage {
	readonly descriptor: Descriptor;
	readonly name?: string;
}

/** What an archive holds. */
export interface ArchiveImages {
	readonly content: ArchiveContent;
	readonly images: readonly LoadedImage[];
	readonly attached: readonly LoadedImage[];
}

export interface LoadOptions extends CopyOptions {
	/** Asked of each image that has come in whole with what is attached to it; throws what keeps it from getting its name. */
	readonly admit?: (image: LoadedImage) => Promise<void>;
	/** Lets the tag of a signature stand for what came; absent: in the place of what it stood for. */
	readonly tagAttached?: (descriptor: Descriptor, name: string) => Promise<void>;
}

/**
 * Loads all images of an archive. Their names come last and all at once: when this throws, no name
 * stands for another image than before.
 *
 * @param handle an open file, which is left open
 * @param what for messages: `archive 'hello.tar'`
 * @throws Fault IMAGE_INVALID, LAYER_INVALID, DIGEST_MISMATCH, IO
 */
export async function loadArchive(
	store: ImageStore,
	handle: number,
	what: string,
	options: LoadOptions,
): Promise<readonly LoadedImage[]> {
	const { content, images, attached } = readArchive(new ArchiveFile(handle, what));
	for (const { descriptor } of images) await copyImage(store, content, descriptor, options);
	for (const { descriptor } of attached)
		if (content.has(descriptor.digest)) await copyGraph(content, store.repository(""), descriptor, options);
	const tagAttached = options.tagAttached ?? (async (descriptor, name) => store.tag(descriptor, name));
	// signatures first: whoever admits the images may want to see them
	for (const { descriptor, name } of attached)
		if (name !== undefined && subjectOfName(name) !== undefined) await tagAttached(descriptor, name);
	for (const image of images) await options.admit?.(image);
	store.tagAll(images);
	return images;
}

/** @throws Fault IMAGE_INVALID, DIGEST_MISMATCH */
export function readArchive(file: ArchiveFile): ArchiveImages {
	// new docker and we write both lists; only the OCI one keeps digests
	if (file.has(LAYOUT_FILE) && file.has(INDEX_FILE)) return readLayoutArchive(file);
	if (file.has(DOCKER_FILE)) return readDockerArchive(file);
	throw archiveInvalid(file.what, `there is neither '${INDEX_FILE}' nor '${DOCKER_FILE}' in it`);
}

function readLayoutArchive(file: ArchiveFile): ArchiveImages {
	const places = new Map<Digest, Place>();
	for (const name of file.namesIn("blobs/")) {
		const digest = name.slice("blobs/".length).replace("/", ":");
		if (isDigest(digest)) places.set(digest, file.place(name));
	}
	return {
		content: new ArchiveContent(file, places),
		images: entriesIn(file, INDEX_FILE).map(loadedImage),
		attached: file.has(ATTACHED_FILE) ? entriesIn(file, ATTACHED_FILE).map(loadedImage) : [],
	};
}

function entriesIn(file: ArchiveFile, name: string): readonly Entry[] {
	const bytes = file.bytes(name);
	// refuses what two readers could understand differently
	parseJson(bytes, { what: `'${name}' of ${file.what}` });
	const { entries } = parseIndexFile(new TextDecoder().decode(bytes), file.what);
	return entries.filter(({ descriptor }) => isManifestType(descriptor.mediaType));
}

function loadedImage({ descriptor, name, raw }: Entry): LoadedImage {
	const annotations = raw["annotations"] as Readonly<Record<string, unknown>> | undefined;
	const containerd =
		annotations && Object.hasOwn(annotations, CONTAINERD_NAME) ? annotations[CONTAINERD_NAME] : undefined;
	const said = typeof containerd === "string" ? containerd : name;
	const full = said === undefined ? undefined : fullName(said);
	return { descriptor, ...(full !== undefined && { name: full }) };
}

/** Of an index whose platforms are not all in the archive, those that could run here. */
async function copyImage(
	store: ImageStore,
	content: ArchiveContent,
	root: Descriptor,
	options: CopyOptions,
): Promise<void> {
	const isPartial = isIndexType(root.mediaType) && !(await hasAll(content, root));
	await copyGraph(content, store.repository(""), root, isPartial ? { ...options, platform: "" } : options);
}

async function hasAll(content: ArchiveContent, root: Descriptor): Promise<boolean> {
	const bytes = await readVerified(content, root, MANIFEST_BYTES_MAX);
	const parsed = parseAny(bytes, root.mediaType, root.digest);
	return parsed.kind === "manifest" || parsed.index.manifests.every(({ digest }) => content.has(digest));
}

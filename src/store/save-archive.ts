/**
 * Images as one file that everybody reads: a tar of an OCI image layout (image-spec, image-layout.md),
 * with docker's older list beside it for those who know no other. What is attached to the images stands in
 * a list of its own: tools that find a second manifest in index.json ask which one is meant.
 */
import { statSync } from "node:fs";
import type { Attachment } from "../oci/attachments.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { algorithmOf, type Digest, hexOf } from "../oci/digest.ts";
import { encodeJson } from "../oci/json.ts";
import { MediaType } from "../oci/media-types.ts";
import { TAR_END, tarHeader, tarPadding } from "../oci/tar-write.ts";
import { fetchBlob } from "./fetch-blob.ts";
import { walk } from "./graph.ts";
import { blobPath, LAYOUT_FILE, LAYOUT_VERSION, NAME_ANNOTATION, INDEX_FILE } from "./layout.ts";

/** An image to save, with the names that it is to have where it is loaded. */
export interface SavedImage {
	readonly descriptor: Descriptor;
	/** `docker.io/library/hello:latest`; none: it is known by its digest. */
	readonly names: readonly string[];
	/** With full names for tags: those of the repository that they are from. */
	readonly attached: readonly (Attachment & { readonly name: string | undefined })[];
	/** For docker before version 25; undefined for what that cannot read. */
	readonly docker: DockerImage | undefined;
}

export interface DockerImage {
	readonly config: Descriptor;
	readonly layers: readonly Descriptor[];
	/** `hello:latest`. */
	readonly tags: readonly string[];
}

export const ATTACHED_FILE = "attached.json";
export const DOCKER_FILE = "manifest.json";
/** What containerd, and docker by it, names a loaded image by. */
export const CONTAINERD_NAME = "io.containerd.image.name";

/**
 * The archive in pieces, the same for the same images. Every blob is held to its digest on the way.
 *
 * @throws Fault DIGEST_MISMATCH, IMAGE_NOT_FOUND when something of an image is spoilt or missing
 */
export async function* archivePieces(
	folder: string,
	images: readonly SavedImage[],
): AsyncGenerator<Uint8Array, void, undefined> {
	const blobs = blobsOf(folder, images);
	yield* smallFile(LAYOUT_FILE, { imageLayoutVersion: LAYOUT_VERSION });
	yield* smallFile(INDEX_FILE, indexOf(images.flatMap(namedEntries)));
	const attached = images.flatMap((image) => image.attached.map(attachedEntry));
	if (attached.length > 0) yield* smallFile(ATTACHED_FILE, indexOf(attached));
	const forDocker = images.flatMap(({ docker }) => docker ?? []);
	if (forDocker.length > 0) yield* smallFile(DOCKER_FILE, forDocker.map(dockerEntry));
	yield tarHeader({ kind: "directory", path: "blobs", modified_s: 0 });
	for (const algorithm of new Set(blobs.map(({ digest }) => algorithmOf(digest))))
		yield tarHeader({ kind: "directory", path: `blobs/${algorithm}`, modified_s: 0 });
	for (const blob of blobs) {
		yield fileHeader(pathOf(blob), blob.size);
		yield* fetchBlob(folder, blob);
		yield tarPadding(blob.size);
	}
	yield TAR_END;
}

/** All that the images name and the store has, each once, in one order. */
function blobsOf(folder: string, images: readonly SavedImage[]): Descriptor[] {
	const blobs = new Map<Digest, Descriptor>();
	const roots = images.flatMap(({ descriptor, attached }) => [
		descriptor,
		...attached.map((one) => one.descriptor),
	]);
	for (const root of roots)
		walk(folder, root, (one) => !blobs.has(one.digest) && blobs.set(one.digest, one).has(one.digest));
	const present = [...blobs.values()].filter((one) => isWanted(folder, one, roots));
	return present.toSorted((one, other) => (one.digest < other.digest ? -1 : 1));
}

/** Of an index few have all platforms; anything else that is missing is missed when it is read. */
function isWanted(folder: string, one: Descriptor, roots: readonly Descriptor[]): boolean {
	if (roots.some(({ digest }) => digest === one.digest)) return true;
	return !isManifest(one) || statSync(blobPath(folder, one.digest), { throwIfNoEntry: false }) !== undefined;
}

function isManifest({ mediaType }: Descriptor): boolean {
	return mediaType === MediaType.MANIFEST || mediaType === MediaType.DOCKER_MANIFEST;
}

function indexOf(manifests: readonly object[]): object {
	return { schemaVersion: 2, mediaType: MediaType.INDEX, manifests };
}

function namedEntries({ descriptor, names }: SavedImage): object[] {
	const { mediaType, digest, size } = descriptor;
	if (names.length === 0) return [{ mediaType, digest, size }];
	return names.map((name) => ({
		mediaType,
		digest,
		size,
		annotations: { [CONTAINERD_NAME]: name, [NAME_ANNOTATION]: name },
	}));
}

function attachedEntry({ descriptor, name }: SavedImage["attached"][number]): object {
	const { mediaType, digest, size } = descriptor;
	return { mediaType, digest, size, ...(name !== undefined && { annotations: { [NAME_ANNOTATION]: name } }) };
}

function dockerEntry({ config, layers, tags }: DockerImage): object {
	return { Config: pathOf(config), RepoTags: tags, Layers: layers.map(pathOf) };
}

function pathOf({ digest }: Descriptor): string {
	return `blobs/${algorithmOf(digest)}/${hexOf(digest)}`;
}

function* smallFile(path: string, content: object): Generator<Uint8Array> {
	const bytes = encodeJson(content);
	yield fileHeader(path, bytes.length);
	yield bytes;
	yield tarPadding(bytes.length);
}

function fileHeader(path: string, size_bytes: number): Uint8Array {
	return tarHeader({ kind: "file", path, size_bytes, modified_s: 0 });
}

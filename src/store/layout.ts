/**
 * Where things are in a store: an OCI image layout (image-spec, image-layout.md), and a folder of our
 * own in it for what others need not know.
 *
 *     oci-layout             the layout's version
 *     index.json             what has a name, and what is attached to it
 *     blobs/ALGORITHM/HEX    all content, by its digest
 *     wherry/lock            locked while one process changes the store
 *     wherry/writing/        blobs that are not whole yet, each named after its lease
 *     wherry/leases/         a locked file for each process that is writing
 */
import { constants } from "node:fs";
import { within } from "../base/within.ts";
import { algorithmOf, type Digest, hexOf } from "../oci/digest.ts";

export const LAYOUT_FILE = "oci-layout";
export const LAYOUT_VERSION = "1.0.0";
export const INDEX_FILE = "index.json";
/** Names a manifest in index.json (image-spec, annotations.md). Ours is a reference with all its parts. */
export const NAME_ANNOTATION = "org.opencontainers.image.ref.name";
/** What a manifest in index.json is attached to: a hint, so that not all of them have to be read. */
export const SUBJECT_ANNOTATION = "dev.wherry.subject";
/** Who needs a manifest in index.json, name or no name: a container. */
export const PIN_ANNOTATION = "dev.wherry.pin";
/** Room for some 20,000 entries, or 10,000 with annotations. */
export const INDEX_BYTES_MAX = 16 << 20;

/** For opening what should be a file: a pipe that somebody put in its place is not waited for. */
export const READING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export function blobsFolder(folder: string, algorithm: string): string {
	return within(folder, "blobs", algorithm);
}

export function blobPath(folder: string, digest: Digest): string {
	return within(blobsFolder(folder, algorithmOf(digest)), hexOf(digest));
}

/** A folder or file of our own within the store. */
export function ownPath(folder: string, ...names: readonly string[]): string {
	return within(folder, "wherry", ...names);
}

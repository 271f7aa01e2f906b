import { statSync } from "node:fs";
import type { Repository } from "../oci/content.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import { MANIFEST_BYTES_MAX } from "../oci/limits.ts";
import { isManifestType, MediaType } from "../oci/media-types.ts";
import { fetchBlob } from "./fetch-blob.ts";
import { parseLinks, readLinks } from "./graph.ts";
import type { ImageStore } from "./image-store.ts";
import { entryNamed, readIndex } from "./index-file.ts";
import { blobPath } from "./layout.ts";
import { readBlob } from "./read.ts";

/** One repository's view of the store: its tags, and the content that all of them share. */
export class StoredRepository implements Repository {
	readonly name: string;
	readonly #store: ImageStore;

	constructor(store: ImageStore, name: string) {
		this.#store = store;
		this.name = name;
	}

	/** Held to its digest as it comes: the last piece comes only when all were right. */
	fetch(descriptor: Descriptor, signal?: AbortSignal): AsyncIterable<Uint8Array> {
		return fetchBlob(this.#store.folder, descriptor, signal);
	}

	/** A manifest that is attached to another has to be listed as such as well. */
	async has(descriptor: Descriptor): Promise<boolean> {
		if (!(await this.#store.has(descriptor))) return false;
		if (this.#subjectOf(descriptor) === undefined) return true;
		return readIndex(this.#store.folder).entries.some(
			(entry) => entry.descriptor.digest === descriptor.digest,
		);
	}

	async put(descriptor: Descriptor, content: AsyncIterable<Uint8Array>): Promise<void> {
		await this.#store.put(descriptor, content);
		const subject = this.#subjectOf(descriptor);
		const { mediaType, digest, size } = descriptor;
		if (subject !== undefined) this.#store.attach({ mediaType, digest, size }, subject);
	}

	async tag(descriptor: Descriptor, tag: string): Promise<void> {
		this.#store.tag(descriptor, fullName(this.name, tag));
	}

	async resolve(tagOrDigest: string): Promise<Descriptor | undefined> {
		const { folder } = this.#store;
		const named = entryNamed(readIndex(folder), fullName(this.name, tagOrDigest))?.descriptor;
		if (named !== undefined || !isDigest(tagOrDigest)) return named;
		return resolveDigest(folder, tagOrDigest);
	}

	async referrers(digest: Digest, artifactType?: string): Promise<readonly Descriptor[]> {
		return this.#store
			.referrers(digest)
			.filter((one) => artifactType === undefined || one.artifactType === artifactType);
	}

	#subjectOf(descriptor: Descriptor): Digest | undefined {
		if (!isManifestType(descriptor.mediaType) || descriptor.size > MANIFEST_BYTES_MAX) return undefined;
		return readLinks(this.#store.folder, descriptor).subject;
	}
}

function fullName(repository: string, tagOrDigest: string): string {
	return `${repository}${isDigest(tagOrDigest) ? "@" : ":"}${tagOrDigest}`;
}

/**
 * The descriptor of a manifest that is in the store, with or without a name.
 *
 * @throws Fault DIGEST_MISMATCH, IO
 */
export function resolveDigest(folder: string, digest: Digest): Descriptor | undefined {
	const listed = readIndex(folder).entries.find((entry) => entry.descriptor.digest === digest);
	if (listed !== undefined) return listed.descriptor;
	const stat = statSync(blobPath(folder, digest), { throwIfNoEntry: false });
	if (stat === undefined || stat.size > MANIFEST_BYTES_MAX) return undefined;
	const unknown = { mediaType: MediaType.MANIFEST, digest, size: stat.size };
	const { mediaType, children } = parseLinks(readBlob(folder, unknown, MANIFEST_BYTES_MAX));
	if (mediaType !== undefined && isManifestType(mediaType)) return { ...unknown, mediaType };
	return mediaType === undefined && children.length > 0 ? unknown : undefined;
}

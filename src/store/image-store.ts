import { existsSync, statSync } from "node:fs";
import { Fault } from "../base/fault.ts";
import type { Repository } from "../oci/content.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { isManifestType } from "../oci/media-types.ts";
import { collect, type Collected, subjectOf } from "./collect.ts";
import { makeStore } from "./durable.ts";
import { withName, withoutOrphans, withUnnamed } from "./entries.ts";
import { isIntact } from "./fetch-blob.ts";
import { readLinks } from "./graph.ts";
import { type Entry, readIndex, spellings } from "./index-file.ts";
import { blobPath, ownPath } from "./layout.ts";
import { checkLayout } from "./layout-version.ts";
import { Lease, readLeases } from "./lease.ts";
import { whileLocked } from "./lock.ts";
import { missing } from "./refusals.ts";
import { StoredRepository } from "./stored-repository.ts";
import { writeBlob } from "./write-blob.ts";
import { changeIndex, makeEntry } from "./write-index.ts";

/** A manifest or index that index.json lists for itself, not as attached to another. */
export interface StoredImage extends Descriptor {
	/** `docker.io/library/hello:latest`, or with `@sha256:...`; as others wrote it, where they wrote it. */
	readonly name?: string;
	/** Who needs it, name or no name. */
	readonly pin?: string;
}

/**
 * The images of this machine: an OCI image layout that several processes may use at once. Nothing is
 * made before something is written; a store that may only be read can be read.
 *
 * What has been put is kept from garbage collection, by whatever process, until this one closes the
 * store or ends. What has been tagged stays.
 */
export class ImageStore {
	readonly folder: string;
	#lease: Lease | undefined;

	/** @throws Fault STORE_INVALID when the folder is a layout of another version, or none */
	static open(folder: string): ImageStore {
		checkLayout(folder);
		return new ImageStore(folder);
	}

	private constructor(folder: string) {
		this.folder = folder;
	}

	/** @param name `docker.io/library/hello` */
	repository(name: string): Repository {
		return new StoredRepository(this, name);
	}

	/** In the order in which they came. What is attached to others is not among them. */
	list(): readonly StoredImage[] {
		return readIndex(this.folder)
			.entries.filter((entry) => isImage(this.folder, entry))
			.map(imageOf);
	}

	/** What is attached to images, by a tag or as a referrer. */
	attached(): readonly StoredImage[] {
		return readIndex(this.folder)
			.entries.filter((entry) => !isImage(this.folder, entry))
			.map(imageOf);
	}

	/**
	 * Lets a name stand for a manifest, in one step. What the name stood for stays, under its digest,
	 * until it is pruned.
	 *
	 * @throws Fault IMAGE_NOT_FOUND when something of the image is not here; IO
	 */
	tag(descriptor: Descriptor, name: string): void {
		this.tagAll([{ descriptor, name }]);
	}

	/** As `tag`, of several at once: all or none. One without a name is kept all the same. */
	tagAll(tags: readonly { readonly descriptor: Descriptor; readonly name?: string }[]): void {
		this.#change(() => {
			for (const { descriptor } of tags) this.#mustBeWhole(descriptor);
			changeIndex(this.folder, ({ entries }) =>
				tags.reduce(
					(list, { descriptor, name }) =>
						name === undefined ? withUnnamed(list, descriptor) : withName(list, descriptor, name),
					entries,
				),
			);
		});
	}

	/**
	 * Takes a name away, and with the last name of an image in a repository the tags attached to it there.
	 * Its content stays until `collect`. False when there is no such name.
	 */
	untag(name: string): boolean {
		return this.#drop((entry) => entry.name !== undefined && spellings(name).includes(entry.name)) > 0;
	}

	/** Takes away what stands for an image without being a name or a pin. */
	forgetUnnamed(digest: Digest): boolean {
		return this.#drop((entry) => entry.descriptor.digest === digest && isUnnamed(this.folder, entry)) > 0;
	}

	/** Keeps an image for `owner`, whatever becomes of its names. */
	pin(descriptor: Descriptor, owner: string): void {
		this.#change(() => {
			this.#mustBeWhole(descriptor);
			const entry = makeEntry(descriptor, { pin: owner });
			changeIndex(this.folder, ({ entries }) => [...entries.filter(({ pin }) => pin !== owner), entry]);
		});
	}

	/** Ends what `pin` began. */
	unpin(owner: string): void {
		this.#drop(({ pin }) => pin === owner);
	}

	/**
	 * Removes what no name, no pin and no process that is writing needs.
	 *
	 * @throws Fault DIGEST_MISMATCH, IMAGE_NOT_FOUND when a manifest is spoilt: nothing is removed then
	 */
	collect(): Collected {
		return this.#change(() => collect(this.folder, readLeases(this.folder)));
	}

	/** What `collect` would remove if these entries were gone. */
	collectable(without: readonly StoredImage[]): Collected {
		const gone = new Set(without.map(({ digest, name }) => `${name} ${digest}`));
		return this.#change(() =>
			collect(this.folder, readLeases(this.folder), {
				ignore: ({ descriptor, name, pin }) => pin === undefined && gone.has(`${name} ${descriptor.digest}`),
			}),
		);
	}

	/** Whether the blob is here and right; it then stays as long as this store is open. */
	async has(descriptor: Descriptor): Promise<boolean> {
		if (!existsSync(blobPath(this.folder, descriptor.digest))) return false;
		this.#hold(descriptor.digest);
		return isIntact(this.folder, descriptor);
	}

	/** As ContentSink says. A spoilt file of the same digest is put right. */
	async put(descriptor: Descriptor, content: AsyncIterable<Uint8Array>): Promise<void> {
		const lease = this.#hold(descriptor.digest);
		await writeBlob(this.folder, lease.temporaryFile(), descriptor, content);
	}

	/** Lists a manifest as attached to another. */
	attach(descriptor: Descriptor, subject: Digest): void {
		this.#change(() => {
			changeIndex(this.folder, ({ entries }) =>
				entries.some((one) => one.name === undefined && one.descriptor.digest === descriptor.digest)
					? entries
					: [...entries, makeEntry(descriptor, { subject })],
			);
		});
	}

	/**
	 * Manifests that name `digest` as their subject, with their artifact type and annotations.
	 *
	 * @throws Fault DIGEST_MISMATCH when one of them is spoilt
	 */
	referrers(digest: Digest): readonly Descriptor[] {
		const seen = new Map<Digest, Descriptor>();
		for (const { descriptor, name, subject } of readIndex(this.folder).entries) {
			if (subject === undefined ? name !== undefined : subject !== digest) continue;
			if (!isManifestType(descriptor.mediaType) || seen.has(descriptor.digest)) continue;
			const links = readLinks(this.folder, descriptor);
			if (links.subject !== digest) continue;
			const { artifactType, annotations } = links;
			seen.set(descriptor.digest, {
				...descriptor,
				...(artifactType !== undefined && { artifactType }),
				...(annotations !== undefined && { annotations }),
			});
		}
		return [...seen.values()];
	}

	/** A new file on the store's disk, swept away after this process if it is left there. */
	temporaryFile(): string {
		return this.#leased(() => undefined).temporaryFile();
	}

	/** Ends the protection of what was put and not tagged. */
	close(): void {
		const lease = this.#lease;
		this.#lease = undefined;
		if (lease !== undefined) this.#change(() => lease.end());
	}

	#change<Result>(act: () => Result): Result {
		makeStore(this.folder);
		return whileLocked(ownPath(this.folder, "lock"), act);
	}

	#hold(digest: Digest): Lease {
		return this.#leased((lease) => lease.hold(digest));
	}

	#leased(act: (lease: Lease) => void): Lease {
		return this.#change(() => {
			this.#lease ??= Lease.begin(this.folder);
			act(this.#lease);
			return this.#lease;
		});
	}

	#drop(isIt: (entry: Entry) => boolean): number {
		if (!readIndex(this.folder).entries.some(isIt)) return 0;
		return this.#change(() => {
			let dropped = 0;
			changeIndex(this.folder, ({ entries }) => {
				const left = withoutOrphans(
					entries.filter((entry) => !isIt(entry)),
					entries.filter(isIt),
				);
				dropped = entries.length - left.length;
				return dropped === 0 ? entries : left;
			});
			return dropped;
		});
	}

	/** Whether all is here that a manifest names, by size: the bytes are checked when they are used. */
	#mustBeWhole(descriptor: Descriptor): void {
		const children = isManifestType(descriptor.mediaType) ? readLinks(this.folder, descriptor).children : [];
		for (const child of [descriptor, ...children]) {
			const file = blobPath(this.folder, child.digest);
			// few have the manifests of all platforms that an index names
			if (child !== descriptor && isManifestType(child.mediaType)) continue;
			if (statSync(file, { throwIfNoEntry: false })?.size !== child.size) throw missing(file, child);
		}
	}
}

function isUnnamed(folder: string, entry: Entry): boolean {
	return entry.name === undefined && entry.pin === undefined && isImage(folder, entry);
}

function imageOf({ descriptor, name, pin }: Entry): StoredImage {
	return Object.assign({}, descriptor, name !== undefined && { name }, pin !== undefined && { pin });
}

function isImage(folder: string, entry: Entry): boolean {
	try {
		return subjectOf(folder, entry) === undefined;
	} catch (error) {
		if (error instanceof Fault) return true; // spoilt: it is shown, and using it says so
		throw error;
	}
}

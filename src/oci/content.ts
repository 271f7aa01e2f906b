import type { Descriptor } from "./descriptor.ts";
import type { Digest } from "./digest.ts";

/** Where content comes from: a registry's repository, a store, an archive. */
export interface ContentSource {
	/**
	 * The content of `descriptor`, in pieces. Its digest is checked by nobody yet: whoever takes it
	 * does. Throws a Fault when it is not there, or does not come.
	 */
	fetch(descriptor: Descriptor, signal?: AbortSignal): AsyncIterable<Uint8Array>;
	/** Manifests here that name `digest` as their subject; those of another artifact type may be left out. */
	referrers(digest: Digest, artifactType?: string): Promise<readonly Descriptor[]>;
}

/** Where content goes. */
export interface ContentSink {
	has(descriptor: Descriptor): Promise<boolean>;
	/**
	 * Takes the content in, and holds it to `descriptor`'s digest and size: on any difference, and
	 * when `content` fails, nothing stays and it throws (DIGEST_MISMATCH). A manifest comes after all
	 * that it names.
	 */
	put(descriptor: Descriptor, content: AsyncIterable<Uint8Array>): Promise<void>;
	/**
	 * Takes it from another repository of the same sink without moving its bytes; false where that does
	 * not work and `put` is to be used.
	 */
	mount?(descriptor: Descriptor): Promise<boolean>;
}

/** A named collection in a registry, or the same in the store: what pull, push, sign and verify work on. */
export interface Repository extends ContentSource, ContentSink {
	/** `docker.io/library/hello`: registry and repository, no tag. */
	readonly name: string;
	/** What a tag or a digest stands for here; undefined when it is not here. */
	resolve(tagOrDigest: string): Promise<Descriptor | undefined>;
	/** Lets `tag` stand for a manifest that is here. */
	tag(descriptor: Descriptor, tag: string): Promise<void>;
}

/** How much of a long copy is done, for progress on a terminal. */
export interface CopyProgress {
	/** Content that will be moved. */
	started(descriptor: Descriptor): void;
	moved(descriptor: Descriptor, bytes: number): void;
	/** "there": the sink had it. */
	ended(descriptor: Descriptor, how: "moved" | "there" | "mounted"): void;
}

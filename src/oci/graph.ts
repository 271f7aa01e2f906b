import { Fault } from "../base/fault.ts";
import { pieceOf } from "./bytes.ts";
import type { ContentSink, ContentSource, CopyProgress } from "./content.ts";
import type { Descriptor } from "./descriptor.ts";
import type { Digest } from "./digest.ts";
import { Gate } from "./gate.ts";
import { ENTRIES_MAX, INDEX_DEPTH_MAX, MANIFEST_BYTES_MAX } from "./limits.ts";
import { isManifestType } from "./media-types.ts";
import { parseAny } from "./parse-manifest.ts";
import { candidates } from "./platform.ts";
import { readVerified } from "./verify.ts";

export interface CopyOptions {
	/** How many blobs move at the same time, at least 1. */
	readonly concurrency: number;
	readonly progress?: CopyProgress;
	readonly signal?: AbortSignal;
	/**
	 * Of an index take along only what could run as this platform (`candidates`), "" for wherry's own
	 * choice. The index itself is copied whole, so that its digest and signatures hold: the sink then
	 * keeps an index some of whose manifests it has not. Absent: everything.
	 */
	readonly platform?: string;
}

/**
 * Copies an image with all that it names, children before parents, each content once; what the sink has
 * is not moved again. pull, push, save and load are this, with other ends.
 *
 * Manifests are read whole and verified here; blobs are verified by the sink. On the first failure the
 * rest is given up, and nothing is left running when it throws.
 */
export async function copyGraph(
	from: ContentSource,
	to: ContentSink,
	root: Descriptor,
	options: CopyOptions,
): Promise<void> {
	const failure = new AbortController();
	const signal =
		options.signal === undefined ? failure.signal : AbortSignal.any([options.signal, failure.signal]);
	const walk = new Walk(from, to, options, signal);
	try {
		await walk.copy(root, 0);
	} catch (error) {
		failure.abort(error);
		await walk.settled();
		throw error;
	}
}

class Walk {
	readonly #from: ContentSource;
	readonly #to: ContentSink;
	readonly #options: CopyOptions;
	readonly #signal: AbortSignal;
	readonly #gate: Gate;
	/** What was begun, by digest. */
	readonly #begun = new Map<Digest, { readonly size: number; readonly done: Promise<void> }>();

	constructor(from: ContentSource, to: ContentSink, options: CopyOptions, signal: AbortSignal) {
		this.#from = from;
		this.#to = to;
		this.#options = options;
		this.#signal = signal;
		this.#gate = new Gate(options.concurrency);
	}

	/** @param depth how many indexes it lies in */
	copy(descriptor: Descriptor, depth: number): Promise<void> {
		const before = this.#begun.get(descriptor.digest);
		if (before !== undefined) return before.size === descriptor.size ? before.done : rejectSizes(descriptor);
		if (this.#begun.size >= CONTENTS_MAX) return rejectCount();
		const done = isManifestType(descriptor.mediaType)
			? this.#copyManifest(descriptor, depth)
			: this.#gate.run(() => this.#copyBlob(descriptor));
		this.#begun.set(descriptor.digest, { size: descriptor.size, done });
		return done;
	}

	/** Waits until all that was begun has ended, however. */
	async settled(): Promise<void> {
		await Promise.allSettled(Array.from(this.#begun.values(), ({ done }) => done));
	}

	async #copyManifest(descriptor: Descriptor, depth: number): Promise<void> {
		this.#signal.throwIfAborted();
		if (depth > INDEX_DEPTH_MAX)
			throw new Fault("IMAGE_INVALID", `cannot copy '${descriptor.digest}'`, {
				note: `it lies in more than ${INDEX_DEPTH_MAX} indexes`,
			});
		const bytes = await readVerified(this.#from, descriptor, MANIFEST_BYTES_MAX, this.#signal);
		const parsed = parseAny(bytes, descriptor.mediaType, descriptor.digest);
		if (parsed.kind === "manifest") {
			const { config, layers } = parsed.manifest;
			await Promise.all([config, ...layers].map((child) => this.copy(child, depth + 1)));
		} else {
			const { platform } = this.#options;
			const { manifests } = parsed.index;
			const wanted = platform === undefined ? manifests : candidates(parsed.index, platform);
			// one after the other: each holds its manifest in memory until its blobs are there
			for (const child of wanted) await this.copy(child, depth + 1);
		}
		await this.#put(descriptor, pieceOf(bytes));
	}

	async #copyBlob(descriptor: Descriptor): Promise<void> {
		await this.#put(descriptor, this.#from.fetch(descriptor, this.#signal));
	}

	async #put(descriptor: Descriptor, content: AsyncIterable<Uint8Array>): Promise<void> {
		const { progress } = this.#options;
		this.#signal.throwIfAborted();
		if (await this.#to.has(descriptor)) return progress?.ended(descriptor, "there");
		if (!isManifestType(descriptor.mediaType) && (await this.#to.mount?.(descriptor)) === true)
			return progress?.ended(descriptor, "mounted");
		this.#signal.throwIfAborted();
		progress?.started(descriptor);
		await this.#to.put(descriptor, this.#counted(descriptor, content));
		progress?.ended(descriptor, "moved");
	}

	async *#counted(
		descriptor: Descriptor,
		content: AsyncIterable<Uint8Array>,
	): AsyncGenerator<Uint8Array, void, undefined> {
		for await (const piece of content) {
			this.#signal.throwIfAborted();
			this.#options.progress?.moved(descriptor, piece.length);
			yield piece;
		}
	}
}

/** All contents of one copy together. */
const CONTENTS_MAX = 4 * ENTRIES_MAX;

async function rejectSizes({ digest }: Descriptor): Promise<never> {
	throw new Fault("IMAGE_INVALID", `cannot copy '${digest}'`, { note: "it is named with two sizes" });
}

async function rejectCount(): Promise<never> {
	throw new Fault("IMAGE_INVALID", "cannot copy the image", {
		note: `it names over ${CONTENTS_MAX} manifests and blobs`,
	});
}

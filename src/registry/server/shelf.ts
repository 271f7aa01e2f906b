import type { Digest } from "../../oci/digest.ts";

/** Where the bytes of blobs and manifests are: a folder, or memory. What they mean, a Catalogue knows. */
export interface Shelf {
	/** Begins to take in content whose digest is not known yet. */
	begin(): Promise<Draft>;
	/** Bytes `start` to `end`, both included and there. Fails when there is no such content. */
	read(digest: Digest, start: number, end: number): Promise<AsyncIterable<Uint8Array>>;
	/** What is there, with its size in bytes. */
	list(): AsyncIterable<readonly [Digest, number]>;
	/** At once, not some time later: who asks whether content is linked and removes it must not be interrupted. */
	remove(digest: Digest): void;
}

/** Content that is coming in. */
export interface Draft {
	readonly size_bytes: number;
	append(piece: Uint8Array): Promise<void>;
	/** Takes back what came behind `size_bytes`. */
	shorten(size_bytes: number): Promise<void>;
	/** What came so far. */
	read(): AsyncIterable<Uint8Array>;
	/**
	 * Makes it content that survives the machine's end. `link` is called in the moment that it is in its
	 * place, with nothing else in between: so no collector finds it unlinked.
	 */
	keep(digest: Digest, link: () => void): Promise<void>;
	discard(): Promise<void>;
}

/** All of it, in one piece. */
export async function readWhole(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
	const all: Uint8Array[] = [];
	for await (const piece of pieces) all.push(piece);
	return Buffer.concat(all);
}

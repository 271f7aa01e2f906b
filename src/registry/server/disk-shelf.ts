import { randomUUID } from "node:crypto";
import { createReadStream, renameSync, rmSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { algorithmOf, type Digest, hexOf, isDigest } from "../../oci/digest.ts";
import { Problem } from "./problem.ts";
import type { Draft, Shelf } from "./shelf.ts";

const PIECE_BYTES = 256 << 10;
const ALGORITHMS = ["sha256", "sha512"] as const;

/** Content as an image layout keeps it, `blobs/sha256/HEX`; what is coming in lies in `uploads/`. */
export class DiskShelf implements Shelf {
	readonly #folder: string;

	private constructor(folder: string) {
		this.#folder = folder;
	}

	/** Makes the folders, and throws away what an earlier process had begun to take in. */
	static async open(folder: string): Promise<DiskShelf> {
		await rm(join(folder, "uploads"), { recursive: true, force: true });
		await mkdir(join(folder, "uploads"), { recursive: true, mode: 0o700 });
		for (const algorithm of ALGORITHMS) await mkdir(join(folder, "blobs", algorithm), { recursive: true });
		return new DiskShelf(folder);
	}

	async begin(): Promise<Draft> {
		const path = join(this.#folder, "uploads", randomUUID());
		return new DiskDraft(path, await open(path, "wx+", 0o600), (digest) => this.#pathOf(digest));
	}

	async read(digest: Digest, start: number, end: number): Promise<AsyncIterable<Uint8Array>> {
		const handle = await openWhole(this.#pathOf(digest), end + 1);
		if (end < start) {
			await handle.close();
			return nothing();
		}
		return handle.createReadStream({ start, end, highWaterMark: PIECE_BYTES });
	}

	async *list(): AsyncIterable<readonly [Digest, number]> {
		for (const algorithm of ALGORITHMS)
			for (const hex of await readdir(join(this.#folder, "blobs", algorithm))) {
				const digest = `${algorithm}:${hex}`;
				if (isDigest(digest)) yield [digest, (await stat(this.#pathOf(digest))).size];
			}
	}

	remove(digest: Digest): void {
		rmSync(this.#pathOf(digest), { force: true });
	}

	#pathOf(digest: Digest): string {
		return join(this.#folder, "blobs", algorithmOf(digest), hexOf(digest));
	}
}

/**
 * Content that was taken in and is not there any more, or not all of it, is not served: the client is to
 * hear of it at once, instead of waiting for bytes that never come.
 */
async function openWhole(path: string, least_bytes: number): Promise<FileHandle> {
	try {
		const handle = await open(path);
		const { size } = await handle.stat();
		if (size >= least_bytes) return handle;
		await handle.close();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
	throw new Problem(404, "BLOB_UNKNOWN", "this registry has lost the content, or a part of it");
}

class DiskDraft implements Draft {
	readonly #path: string;
	readonly #handle: FileHandle;
	readonly #pathOf: (digest: Digest) => string;
	#size_bytes = 0;

	constructor(path: string, handle: FileHandle, pathOf: (digest: Digest) => string) {
		this.#path = path;
		this.#handle = handle;
		this.#pathOf = pathOf;
	}

	get size_bytes(): number {
		return this.#size_bytes;
	}

	async append(piece: Uint8Array): Promise<void> {
		for (let at = 0; at < piece.length;) {
			// at a position: what a failed write left behind is written over
			const { bytesWritten } = await this.#handle.write(piece, at, piece.length - at, this.#size_bytes + at);
			at += bytesWritten;
		}
		this.#size_bytes += piece.length;
	}

	async shorten(size_bytes: number): Promise<void> {
		await this.#handle.truncate(size_bytes);
		this.#size_bytes = size_bytes;
	}

	async *read(): AsyncIterable<Uint8Array> {
		if (this.#size_bytes === 0) return;
		yield* createReadStream(this.#path, { end: this.#size_bytes - 1, highWaterMark: PIECE_BYTES });
	}

	async keep(digest: Digest, link: () => void): Promise<void> {
		const place = this.#pathOf(digest);
		await this.#handle.truncate(this.#size_bytes);
		await this.#handle.sync();
		await this.#handle.close();
		renameSync(this.#path, place);
		link();
		await syncFolder(join(place, ".."));
	}

	async discard(): Promise<void> {
		await this.#handle.close().catch(() => undefined);
		await rm(this.#path, { force: true });
	}
}

async function syncFolder(path: string): Promise<void> {
	// Windows opens no folders, and needs none: its renames are in the journal
	if (process.platform === "win32") return;
	const handle = await open(path);
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

async function* nothing(): AsyncIterable<Uint8Array> {
	// an empty blob has no first byte to ask for
}

import { createHash, type Hash, randomUUID } from "node:crypto";
import type { Algorithm, Digest } from "../../oci/digest.ts";
import { algorithmOf } from "../../oci/digest.ts";
import { UPLOAD_IDLE_MS_MAX, UPLOADS_MAX } from "./limits.ts";
import { Problem } from "./problem.ts";
import type { Draft, Shelf } from "./shelf.ts";

/** Blobs that are coming in, each in a session of its own (distribution-spec, "Pushing blobs"). */
export class Uploads {
	readonly #shelf: Shelf;
	readonly #uploads = new Map<string, Upload>();
	readonly #sweeper: NodeJS.Timeout;

	/** `idle_ms_max`: a session that nothing was added to for so long is thrown away. */
	constructor(shelf: Shelf, idle_ms_max = UPLOAD_IDLE_MS_MAX) {
		this.#shelf = shelf;
		const sweep = () => void this.#sweep(idle_ms_max);
		this.#sweeper = setInterval(sweep, Math.min(idle_ms_max, 60_000)).unref();
	}

	/** @throws Problem 429 when there are too many */
	async begin(repository: string, algorithm: Algorithm): Promise<Upload> {
		if (this.#uploads.size >= UPLOADS_MAX)
			throw new Problem(429, "TOOMANYREQUESTS", `there are ${UPLOADS_MAX} uploads under way`, {
				"Retry-After": "5",
			});
		const upload = new Upload(repository, await this.#shelf.begin(), algorithm);
		this.#uploads.set(upload.id, upload);
		return upload;
	}

	/** @throws Problem BLOB_UPLOAD_UNKNOWN, of another repository's too */
	get(repository: string, id: string): Upload {
		const upload = this.#uploads.get(id);
		if (upload?.repository === repository) return upload;
		throw uploadUnknown();
	}

	/** Ends the session and drops what came. */
	async cancel(upload: Upload): Promise<void> {
		if (upload.ended) return;
		this.#uploads.delete(upload.id);
		upload.ended = true;
		await upload.draft.discard();
	}

	/** Ends the session; what came is content from now on. */
	async keep(upload: Upload, digest: Digest, link: () => void): Promise<void> {
		this.#uploads.delete(upload.id);
		upload.ended = true;
		try {
			await upload.draft.keep(digest, link);
		} catch (error) {
			await upload.draft.discard();
			throw error;
		}
	}

	/** Drops them all. */
	async close(): Promise<void> {
		clearInterval(this.#sweeper);
		for (const upload of this.#uploads.values()) await this.cancel(upload);
	}

	async #sweep(idle_ms_max: number): Promise<void> {
		for (const upload of this.#uploads.values())
			if (!upload.busy && Date.now() - upload.touched_ms > idle_ms_max) await this.cancel(upload);
	}
}

/** One session: what came so far, and its hash as it comes. */
export class Upload {
	readonly id = randomUUID();
	readonly repository: string;
	readonly draft: Draft;
	readonly #algorithm: Algorithm;
	#hash: Hash | undefined;
	/** Somebody writes: nobody else may. */
	busy = false;
	/** Kept or cancelled, perhaps while somebody writes. */
	ended = false;
	touched_ms = Date.now();

	constructor(repository: string, draft: Draft, algorithm: Algorithm) {
		this.repository = repository;
		this.draft = draft;
		this.#algorithm = algorithm;
		this.#hash = createHash(algorithm);
	}

	/** @throws Problem BLOB_UPLOAD_UNKNOWN once it was cancelled: what comes then would be kept by nobody */
	async append(piece: Uint8Array): Promise<void> {
		if (this.ended) throw uploadUnknown();
		await this.draft.append(piece);
		this.#hash?.update(piece);
		this.touched_ms = Date.now();
	}

	/** Takes back what came behind `size_bytes`, a piece that failed half-way as well. */
	async shorten(size_bytes: number): Promise<void> {
		await this.draft.shorten(size_bytes);
		this.#hash = undefined;
	}

	/** Whether all that came has this digest. */
	async has(digest: Digest): Promise<boolean> {
		const algorithm = algorithmOf(digest);
		const hash = algorithm === this.#algorithm ? this.#hash?.copy() : undefined;
		return `${algorithm}:${(hash ?? (await this.#rehash(algorithm))).digest("hex")}` === digest;
	}

	/** For a digest of another algorithm than was announced, or after something was taken back. */
	async #rehash(algorithm: Algorithm): Promise<Hash> {
		const hash = createHash(algorithm);
		for await (const piece of this.draft.read()) hash.update(piece);
		return hash;
	}
}

function uploadUnknown(): Problem {
	return new Problem(404, "BLOB_UPLOAD_UNKNOWN", "there is no such upload, or no more");
}

import type { Digest } from "../../oci/digest.ts";
import { MEMORY_BYTES_MAX } from "./limits.ts";
import { Problem } from "./problem.ts";
import type { Draft, Shelf } from "./shelf.ts";

/** Content in memory, gone with the process. Refuses more than `bytes_max` of it, drafts included. */
export class MemoryShelf implements Shelf {
	readonly #kept = new Map<Digest, Uint8Array>();
	readonly #room: Room;

	constructor(bytes_max = MEMORY_BYTES_MAX) {
		this.#room = { left_bytes: bytes_max };
	}

	async begin(): Promise<Draft> {
		return new MemoryDraft(this.#room, (digest, bytes) => {
			// the same content a second time needs no second room
			this.#room.left_bytes += this.#kept.get(digest)?.length ?? 0;
			this.#kept.set(digest, bytes);
		});
	}

	async read(digest: Digest, start: number, end: number): Promise<AsyncIterable<Uint8Array>> {
		const bytes = this.#kept.get(digest);
		if (bytes === undefined) throw new Error(`there is no content ${digest}`);
		return pieces([bytes.subarray(start, end + 1)]);
	}

	async *list(): AsyncIterable<readonly [Digest, number]> {
		for (const [digest, bytes] of this.#kept) yield [digest, bytes.length];
	}

	remove(digest: Digest): void {
		this.#room.left_bytes += this.#kept.get(digest)?.length ?? 0;
		this.#kept.delete(digest);
	}
}

interface Room {
	left_bytes: number;
}

class MemoryDraft implements Draft {
	readonly #room: Room;
	readonly #keep: (digest: Digest, bytes: Uint8Array) => void;
	#pieces: Uint8Array[] = [];
	#size_bytes = 0;

	constructor(room: Room, keep: (digest: Digest, bytes: Uint8Array) => void) {
		this.#room = room;
		this.#keep = keep;
	}

	get size_bytes(): number {
		return this.#size_bytes;
	}

	async append(piece: Uint8Array): Promise<void> {
		if (piece.length > this.#room.left_bytes)
			throw new Problem(507, "DENIED", "the registry keeps all in memory, and its room is used up");
		this.#room.left_bytes -= piece.length;
		this.#size_bytes += piece.length;
		this.#pieces.push(Uint8Array.from(piece));
	}

	async shorten(size_bytes: number): Promise<void> {
		this.#room.left_bytes += this.#size_bytes - size_bytes;
		this.#pieces = [Buffer.concat(this.#pieces).subarray(0, size_bytes)];
		this.#size_bytes = size_bytes;
	}

	read(): AsyncIterable<Uint8Array> {
		return pieces(this.#pieces);
	}

	async keep(digest: Digest, link: () => void): Promise<void> {
		this.#keep(digest, Buffer.concat(this.#pieces));
		this.#pieces = [];
		this.#size_bytes = 0;
		link();
	}

	async discard(): Promise<void> {
		await this.shorten(0);
	}
}

async function* pieces(list: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
	yield* list;
}

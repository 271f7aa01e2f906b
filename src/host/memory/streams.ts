import { Errno } from "../../sys/errno.ts";
import { bareStat, FileType, type Stat } from "../../sys/stat.ts";
import type { Stream } from "../../sys/stream.ts";
import { ByteQueue } from "./byte-queue.ts";

/** Bytes given beforehand, or pushed meanwhile, as standard input. */
export class MemorySource implements Stream {
	readonly kind = "stream";
	readonly type = FileType.UNKNOWN;
	readonly readable = true;
	readonly writable = false;
	nonblocking = false;
	readonly #queue = new ByteQueue();

	/** With `bytes` that is all there is; without, whoever made it pushes and ends. */
	constructor(bytes?: Uint8Array) {
		if (bytes === undefined) return;
		this.#queue.push(bytes);
		this.#queue.ended = true;
	}

	push(bytes: Uint8Array): void {
		this.#queue.push(bytes);
	}

	end(): void {
		this.#queue.ended = true;
	}

	/** Bytes that can be read without waiting; undefined at the end. */
	get available_bytes(): number | undefined {
		return this.#queue.length === 0 && this.#queue.ended ? undefined : this.#queue.length;
	}

	stat(): Stat {
		return bareStat(this.type);
	}

	/** AGAIN where others would wait: nobody in this thread could end the wait. */
	read(into: readonly Uint8Array[]): number {
		return this.available_bytes === 0 ? -Errno.AGAIN : this.#queue.take(into);
	}

	write(): number {
		return -Errno.BADF;
	}

	close(): void {}
}

/** Collects what is written to it, as standard output. */
export class MemorySink implements Stream {
	readonly kind = "stream";
	readonly type = FileType.UNKNOWN;
	readonly readable = false;
	readonly writable = true;
	nonblocking = false;
	readonly #queue = new ByteQueue();

	get bytes(): Uint8Array {
		const all = new Uint8Array(this.#queue.length);
		this.#queue.take([all], true);
		return all;
	}

	get text(): string {
		return new TextDecoder().decode(this.bytes);
	}

	stat(): Stat {
		return bareStat(this.type);
	}

	read(): number {
		return -Errno.BADF;
	}

	write(from: readonly Uint8Array[]): number {
		const before = this.#queue.length;
		for (const piece of from) this.#queue.push(piece);
		return this.#queue.length - before;
	}

	close(): void {}
}

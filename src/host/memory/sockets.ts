import { Errno } from "../../sys/errno.ts";
import type { Connection, Listener } from "../../sys/sockets.ts";
import { bareStat, FileType, type Stat } from "../../sys/stat.ts";
import { ByteQueue } from "./byte-queue.ts";

/** One end of a connection within this thread. Where others would wait it answers AGAIN. */
export class MemoryConnection implements Connection {
	readonly kind = "stream";
	readonly type = FileType.SOCKET_STREAM;
	readonly readable = true;
	readonly writable = true;
	nonblocking = false;
	readonly #incoming: ByteQueue;
	readonly #outgoing: ByteQueue;

	constructor(incoming: ByteQueue, outgoing: ByteQueue) {
		this.#incoming = incoming;
		this.#outgoing = outgoing;
	}

	/** Bytes that can be read without waiting; undefined at the end. */
	get available_bytes(): number | undefined {
		return this.#incoming.length === 0 && this.#incoming.ended ? undefined : this.#incoming.length;
	}

	stat(): Stat {
		return bareStat(this.type);
	}

	read(into: readonly Uint8Array[]): number {
		return this.receive(into, false, false);
	}

	receive(into: readonly Uint8Array[], peek: boolean, waitAll: boolean): number {
		const wanted = waitAll ? into.reduce((sum, buffer) => sum + buffer.length, 0) : 1;
		if (this.#incoming.length < wanted && !this.#incoming.ended) return -Errno.AGAIN;
		return this.#incoming.take(into, peek);
	}

	write(from: readonly Uint8Array[]): number {
		if (this.#outgoing.ended) return -Errno.PIPE;
		const before = this.#outgoing.length;
		for (const piece of from) this.#outgoing.push(piece);
		return this.#outgoing.length - before;
	}

	shutdown(read: boolean, write: boolean): Errno {
		if (read) this.#incoming.ended = true;
		if (write) this.#outgoing.ended = true;
		return Errno.SUCCESS;
	}

	close(): void {
		this.shutdown(true, true);
	}
}

/** The two ends of a new connection. */
export function connect(): [MemoryConnection, MemoryConnection] {
	const there = new ByteQueue();
	const back = new ByteQueue();
	return [new MemoryConnection(back, there), new MemoryConnection(there, back)];
}

/** A listener that this thread connects to. */
export class MemoryListener implements Listener {
	readonly kind = "listener";
	nonblocking = false;
	readonly #waiting: MemoryConnection[] = [];

	/** The caller's end; the other one waits to be accepted. */
	connect(): MemoryConnection {
		const [near, far] = connect();
		this.#waiting.push(far);
		return near;
	}

	/** Connections that wait to be accepted. */
	get pending(): number {
		return this.#waiting.length;
	}

	accept(): Connection | Errno {
		return this.#waiting.shift() ?? Errno.AGAIN;
	}

	close(): void {
		for (const connection of this.#waiting) connection.close();
	}
}

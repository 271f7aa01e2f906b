import type { ComponentGuest } from "../component-guest.ts";
import { ComponentError } from "../host-interface.ts";
import { Resource } from "../resource.ts";
import type { Wait } from "../waits.ts";
import type { InputStream } from "./input-stream.ts";
import { type StreamEnd, streamError } from "./io-error.ts";
import { Pollable, READY } from "./pollable.ts";

/** wasi:io: `blocking-write-and-flush` and its like for zeroes take so many bytes at most, and trap above. */
const BLOCKING_BYTES_MAX = 4_096;

/** What an output-stream is made from. An end is final: nothing is asked of it afterwards but `close`. */
export interface OutputSink {
	/** So many bytes are taken now, 0: wait; it is 0 also while what was written is being flushed. */
	room(): number | StreamEnd;
	/** At most `room()` bytes; they are copied or gone when it returns. */
	write(bytes: Uint8Array): StreamEnd | undefined;
	/** Begins to send on what was written. Absent: nothing is ever held back. */
	flush?(): StreamEnd | undefined;
	/** What to wait for until `room` would not answer 0. */
	wait(): Wait;
	/** Writes all of it and flushes, stopping the thread: used by guests that have it to themselves. */
	writeWaiting?(bytes: Uint8Array): StreamEnd | undefined;
	/** The guest has dropped the stream. */
	close?(): void;
}

/** wasi:io/streams `output-stream`. */
export class OutputStream extends Resource {
	readonly #sink: OutputSink;
	#ended = false;
	/** How many bytes `check-write` has permitted to be written yet. */
	#permit = 0;

	constructor(guest: ComponentGuest, sink: OutputSink) {
		super(guest);
		this.#sink = sink;
	}

	checkWrite(): bigint {
		return BigInt(this.#check());
	}

	/** Traps beyond what `check-write` permitted. */
	write(contents: Uint8Array): void {
		if (this.#ended) throw streamError(this.guest, "closed");
		if (contents.length > this.#permit)
			this.guest.trap(
				`it wrote ${contents.length} bytes to a stream where check-write had permitted ${this.#permit}`,
			);
		this.#permit -= contents.length;
		this.#put(contents);
	}

	blockingWriteAndFlush(contents: Uint8Array): void | Promise<void> {
		if (contents.length > BLOCKING_BYTES_MAX)
			this.guest.trap(
				`it gave blocking-write-and-flush ${contents.length} bytes, over ${BLOCKING_BYTES_MAX}`,
			);
		return this.#writeAll(contents);
	}

	flush(): void {
		if (this.#ended) throw streamError(this.guest, "closed");
		this.#permit = 0;
		this.#pass(this.#sink.flush?.());
	}

	blockingFlush(): void | Promise<void> {
		this.flush();
		if (this.#sink.flush === undefined) return undefined;
		const room = this.#whenRoom();
		if (room instanceof Promise) return room.then(() => undefined);
	}

	subscribe(): Pollable {
		return new Pollable(this.guest, () => this.wait);
	}

	/** Traps beyond what `check-write` permitted, as `write`. */
	writeZeroes(length: bigint): void {
		if (this.#ended) throw streamError(this.guest, "closed");
		if (length > this.#permit)
			this.guest.trap(
				`it wrote ${length} zeroes to a stream where check-write had permitted ${this.#permit}`,
			);
		this.write(new Uint8Array(Number(length)));
	}

	blockingWriteZeroesAndFlush(length: bigint): void | Promise<void> {
		if (length > BLOCKING_BYTES_MAX)
			this.guest.trap(`it gave blocking-write-zeroes-and-flush ${length} bytes, over ${BLOCKING_BYTES_MAX}`);
		return this.#writeAll(new Uint8Array(Number(length)));
	}

	/** Moves what is there of `source`, as much as there is room for; how much that was. */
	splice(source: InputStream, length: bigint): bigint {
		return BigInt(this.#move(source, length, this.#check()));
	}

	blockingSplice(source: InputStream, length: bigint): bigint | Promise<bigint> {
		const room = this.#whenRoom();
		return room instanceof Promise
			? room.then((bytes) => this.#moveSome(source, length, bytes))
			: this.#moveSome(source, length, room);
	}

	/** What to wait for until it can be written. */
	get wait(): Wait {
		return this.#ended || !this.isHeld ? READY : this.#sink.wait();
	}

	protected override dropped(): void {
		this.#sink.close?.();
	}

	#check(): number {
		if (this.#ended) throw streamError(this.guest, "closed");
		const room = this.#sink.room();
		if (typeof room !== "number") return this.#pass(room) ?? 0;
		this.#permit = room;
		return room;
	}

	#put(bytes: Uint8Array): void {
		if (bytes.length > 0) this.#pass(this.#sink.write(bytes));
	}

	#pass(end: StreamEnd | undefined): undefined {
		if (end === undefined) return;
		this.#ended = true;
		throw streamError(this.guest, end);
	}

	/** The room that there is, once there is some. */
	#whenRoom(): number | Promise<number> {
		for (;;) {
			const room = this.#check();
			if (room > 0) return room;
			const waited = this.guest.waits.until([this.wait]);
			if (waited instanceof Promise) return waited.then(() => this.#whenRoom());
		}
	}

	#writeAll(contents: Uint8Array): void | Promise<void> {
		if (this.#ended) throw streamError(this.guest, "closed");
		if (this.#sink.writeWaiting !== undefined && this.guest.world.readiness === undefined) {
			this.#pass(this.#sink.writeWaiting(contents));
			return undefined;
		}
		for (let rest = contents; rest.length > 0;) {
			const room = this.#whenRoom();
			if (room instanceof Promise) {
				const left = rest;
				return room.then(() => this.#writeAll(left));
			}
			this.#put(rest.subarray(0, room));
			rest = rest.subarray(room);
		}
		return this.#settle();
	}

	/** Flushes what was written. That the stream is closed by then is for the next call to learn. */
	#settle(): void | Promise<void> {
		try {
			const flushed = this.blockingFlush();
			return flushed instanceof Promise ? flushed.catch(unlessClosed) : flushed;
		} catch (cause) {
			unlessClosed(cause);
		}
	}

	/** As `splice`, but waits for `source`. */
	#moveSome(source: InputStream, length: bigint, room: number): bigint | Promise<bigint> {
		const wanted = smaller(length, room);
		const bytes = source.blockingRead(wanted);
		if (!(bytes instanceof Promise)) return this.#spliced(bytes);
		return bytes.then((read) => this.#spliced(read));
	}

	#spliced(bytes: Uint8Array): bigint | Promise<bigint> {
		const written = this.#writeAll(bytes);
		const count = BigInt(bytes.length);
		return written instanceof Promise ? written.then(() => count) : count;
	}

	#move(source: InputStream, length: bigint, room: number): number {
		if (room === 0) return 0;
		const bytes = source.read(smaller(length, room));
		this.#permit = 0;
		this.#put(bytes);
		return bytes.length;
	}
}

function unlessClosed(cause: unknown): void {
	if (!(cause instanceof ComponentError && (cause.payload as StreamError).tag === "closed")) throw cause;
}

interface StreamError {
	readonly tag: "closed" | "last-operation-failed";
}

function smaller(length: bigint, room: number): bigint {
	return length < BigInt(room) ? length : BigInt(room);
}

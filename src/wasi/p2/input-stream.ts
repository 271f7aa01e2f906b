import type { ComponentGuest } from "../component-guest.ts";
import { Resource } from "../resource.ts";
import type { Wait } from "../waits.ts";
import { type StreamEnd, streamError } from "./io-error.ts";
import { Pollable, READY } from "./pollable.ts";

/** What one read moves at most, however much the guest asks for. */
export const READ_BYTES_MAX = 65_536;

/** What an input-stream is made from. An end is final: nothing is asked of it afterwards. */
export interface InputSource {
	/**
	 * What is there now, from 1 to `max_bytes` bytes in an array of their own; an empty array: nothing yet.
	 * `max_bytes` is from 1 to READ_BYTES_MAX.
	 */
	read(max_bytes: number): Uint8Array | StreamEnd;
	/** What to wait for until `read` would answer something. */
	wait(): Wait;
	/** As `read`, but stops the thread until there is something: used by guests that have it to themselves. */
	readWaiting?(max_bytes: number): Uint8Array | StreamEnd;
	/** The guest has dropped the stream. */
	close?(): void;
}

/** wasi:io/streams `input-stream`. */
export class InputStream extends Resource {
	readonly #source: InputSource;
	#ended = false;

	constructor(guest: ComponentGuest, source: InputSource) {
		super(guest);
		this.#source = source;
	}

	read(length: bigint): Uint8Array {
		if (this.#ended) throw streamError(this.guest, "closed");
		if (length === 0n) return NOTHING;
		return this.#taken(this.#source.read(atMost(length)));
	}

	blockingRead(length: bigint): Uint8Array | Promise<Uint8Array> {
		if (this.#ended || length === 0n) return this.read(length);
		if (this.#source.readWaiting !== undefined && this.guest.world.readiness === undefined)
			return this.#taken(this.#source.readWaiting(atMost(length)));
		for (;;) {
			const bytes = this.read(length);
			if (bytes.length > 0) return bytes;
			const waited = this.guest.waits.until([this.wait]);
			if (waited instanceof Promise) return waited.then(() => this.blockingRead(length));
		}
	}

	skip(length: bigint): bigint {
		return BigInt(this.read(length).length);
	}

	blockingSkip(length: bigint): bigint | Promise<bigint> {
		const read = this.blockingRead(length);
		return read instanceof Promise ? read.then((bytes) => BigInt(bytes.length)) : BigInt(read.length);
	}

	subscribe(): Pollable {
		return new Pollable(this.guest, () => this.wait);
	}

	/** What to wait for until it can be read. */
	get wait(): Wait {
		return this.#ended || !this.isHeld ? READY : this.#source.wait();
	}

	protected override dropped(): void {
		this.#source.close?.();
	}

	#taken(read: Uint8Array | StreamEnd): Uint8Array {
		if (read instanceof Uint8Array) return read;
		this.#ended = true;
		throw streamError(this.guest, read);
	}
}

const NOTHING = new Uint8Array();

function atMost(length: bigint): number {
	return length > READ_BYTES_MAX ? READ_BYTES_MAX : Number(length);
}

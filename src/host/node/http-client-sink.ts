import type { ClientRequest } from "node:http";
import type { ByteSink, Field, HttpFailure } from "../../sys/http.ts";
import { WINDOW_BYTES } from "./http-client-body.ts";
import { latin1 } from "./latin1.ts";

/** Less than this in front of the network is as good as sent: nobody waits for a packet that is on its way. */
const FLUSH_BYTES = WINDOW_BYTES / 2;

/**
 * The body of a request that goes out. The head waits until it is known whether there are bytes at all, but not beyond
 * this turn of the event loop: a guest may wait for the answer before it writes.
 */
export class ClientSink implements ByteSink {
	readonly #message: ClientRequest;
	/** Called with each piece that is given on. */
	readonly #moved: () => void;
	#waiting_bytes = 0;
	#failure: HttpFailure | undefined;
	#isBegun = false;
	#isOver = false;
	#wake: (() => void)[] = [];

	constructor(message: ClientRequest, moved: () => void) {
		this.#message = message;
		this.#moved = moved;
		setImmediate(() => this.#begin());
	}

	/** From now on there is no room: the other side has gone. The first failure is final. */
	fail(failure: HttpFailure): void {
		this.#failure ??= failure;
		this.#awake();
	}

	room(): number | HttpFailure {
		return this.#failure ?? Math.max(0, WINDOW_BYTES - this.#waiting_bytes);
	}

	write(bytes: Uint8Array): void {
		const { length } = bytes;
		if (length === 0 || this.#failure !== undefined || this.#isOver) return;
		this.#begin();
		this.#waiting_bytes += length;
		this.#message.write(bytes, () => this.#written(length));
	}

	writable(): Promise<void> {
		return this.#until(() => this.room() !== 0);
	}

	flushed(): Promise<void> | undefined {
		const isFlushed = () => this.#waiting_bytes === 0 || this.#failure !== undefined;
		return isFlushed() || this.#waiting_bytes < FLUSH_BYTES ? undefined : this.#until(isFlushed);
	}

	end(trailers: readonly Field[] | undefined): HttpFailure | undefined {
		if (this.#failure !== undefined || this.#isOver) return this.#failure;
		if (trailers !== undefined && trailers.length > 0) {
			this.#begin();
			this.#message.addTrailers(trailers.map(([name, value]): [string, string] => [name, latin1(value)]));
		}
		this.#isOver = true;
		this.#message.end();
		return undefined;
	}

	abort(): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#message.destroy();
	}

	/** The head goes out, and says that a body follows: in the length that it announces, or in chunks. */
	#begin(): void {
		if (this.#isBegun || this.#isOver || this.#failure !== undefined) return;
		this.#isBegun = true;
		this.#message.useChunkedEncodingByDefault = true;
		this.#message.flushHeaders();
	}

	#written(length: number): void {
		this.#waiting_bytes -= length;
		this.#moved();
		this.#awake();
	}

	async #until(isSo: () => boolean): Promise<void> {
		while (!isSo()) await new Promise<void>((resolve) => this.#wake.push(resolve));
	}

	#awake(): void {
		const wake = this.#wake;
		if (wake.length === 0) return;
		this.#wake = [];
		for (const resolve of wake) resolve();
	}
}

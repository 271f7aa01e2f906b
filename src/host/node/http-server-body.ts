import type { Readable } from "node:stream";
import type { ByteSource, Field, HttpFailure } from "../../sys/http.ts";

/** What a body is read from, and who is to know of it. */
export interface BodyOwner {
	readonly limit_bytes: number;
	/** Called before the first byte is waited for: a client may wait for a "100 Continue". */
	wanted(): void;
	/** The body has turned out to be over its limit. */
	tooLarge(): void;
	trailers(): readonly Field[] | undefined;
}

/** The body of a request. Nothing is taken from the connection before it is asked for. */
export class RequestBody implements ByteSource {
	readonly #stream: Readable;
	readonly #owner: BodyOwner;
	#taken_bytes = 0;
	#end: "end" | HttpFailure | undefined;
	#waiting: PromiseWithResolvers<void> | undefined;
	#started = false;
	/** When the guest began to wait for bytes that have not come; undefined: it does not. */
	waitingSince_ms: number | undefined;

	constructor(stream: Readable, owner: BodyOwner) {
		this.#stream = stream;
		this.#owner = owner;
	}

	get isReadable(): boolean {
		this.#start();
		return this.#end !== undefined || this.#stream.readableLength > 0;
	}

	get trailers(): readonly Field[] | undefined {
		return this.#end === "end" ? this.#owner.trailers() : undefined;
	}

	read(max_bytes: number): Uint8Array | "end" | HttpFailure {
		this.#start();
		if (this.#end !== undefined) return this.#end;
		const there = this.#stream.readableLength;
		// at the end this makes the stream say so, a little later
		const chunk = this.#stream.read(there === 0 ? undefined : Math.min(there, max_bytes)) as Buffer | null;
		if (chunk === null) return NOTHING_YET;
		this.#taken_bytes += chunk.length;
		if (this.#taken_bytes <= this.#owner.limit_bytes) return chunk;
		this.#finish({ tag: "HTTP-request-body-size", val: BigInt(this.#owner.limit_bytes) });
		this.#owner.tooLarge();
		return this.#end ?? NOTHING_YET;
	}

	async readable(): Promise<void> {
		if (this.isReadable) return;
		this.waitingSince_ms ??= performance.now();
		this.#waiting ??= Promise.withResolvers();
		await this.#waiting.promise;
	}

	cancel(): void {
		this.#finish({ tag: "connection-terminated" });
	}

	/** Ends it from our side: a client that is too slow, or has gone. */
	fail(failure: HttpFailure): void {
		this.#finish(failure);
	}

	#start(): void {
		if (this.#started) return;
		this.#started = true;
		const stream = this.#stream;
		stream.on("readable", () => this.#wake());
		stream.on("end", () => this.#finish("end"));
		stream.on("error", () => this.#finish({ tag: "connection-terminated" }));
		stream.on("close", () => this.#finish({ tag: "connection-terminated" }));
		if (stream.destroyed) this.#finish({ tag: "connection-terminated" });
		else this.#owner.wanted();
	}

	/** The first ending counts. */
	#finish(end: "end" | HttpFailure): void {
		this.#end ??= end;
		this.#wake();
	}

	#wake(): void {
		// what makes an empty stream tell its end is a read
		if (this.#end === undefined && this.#stream.readableLength === 0) this.#stream.read();
		if (this.#end === undefined && this.#stream.readableLength === 0) return;
		this.waitingSince_ms = undefined;
		this.#waiting?.resolve();
		this.#waiting = undefined;
	}
}

const NOTHING_YET = new Uint8Array(0);

import type { ByteSource, HttpFailure } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { ComponentError } from "../host-interface.ts";
import { HttpFields } from "../http/fields.ts";
import { Resource } from "../resource.ts";
import { Fields } from "./http-fields.ts";
import { bodyInput, bodyOutput, EARLY_BYTES_MAX, LateSink } from "./http-streams.ts";
import { InputStream, READ_BYTES_MAX } from "./input-stream.ts";
import { OutputStream } from "./output-stream.ts";
import { Pollable } from "./pollable.ts";

/** wasi:http/types `incoming-body`. */
export class IncomingBody extends Resource {
	readonly #source: ByteSource;
	#stream: InputStream | undefined;
	#isFinished = false;

	constructor(guest: ComponentGuest, source: ByteSource) {
		super(guest);
		this.#source = source;
	}

	/** Once. */
	stream(): InputStream {
		if (this.#stream !== undefined) throw new ComponentError(undefined);
		this.#stream = new InputStream(this.guest, bodyInput(this.#source));
		return this.#stream;
	}

	/** Traps while the stream is held. */
	static finish(this: void, body: IncomingBody): FutureTrailers {
		body.#isFinished = true;
		body[Symbol.dispose]();
		return new FutureTrailers(body.guest, body.#source);
	}

	protected override dropped(): void {
		if (this.#stream?.isHeld === true)
			this.guest.trap("it dropped an incoming-body of which it still held the stream");
		if (!this.#isFinished) this.#source.cancel();
	}
}

/** The second answer of a future, which answers once. */
export const ANSWERED = { tag: "err", val: undefined } as const;

/** wasi:http/types `future-trailers`. What was not read of the body is read and dropped. */
export class FutureTrailers extends Resource {
	readonly #source: ByteSource;
	#isAnswered = false;
	#ended: "end" | HttpFailure | undefined;

	constructor(guest: ComponentGuest, source: ByteSource) {
		super(guest);
		this.#source = source;
	}

	subscribe(): Pollable {
		return new Pollable(this.guest, () => ({
			type: "promise",
			isReady: () => this.#isAnswered || this.#end() !== undefined,
			when: () => this.#whenEnd(),
		}));
	}

	get(): unknown {
		if (this.#isAnswered) return ANSWERED;
		const end = this.#end();
		if (end === undefined) return undefined;
		this.#isAnswered = true;
		if (end !== "end") return { tag: "ok", val: { tag: "err", val: end } };
		const { trailers } = this.#source;
		const fields = trailers === undefined ? undefined : new Fields(this.guest, HttpFields.received(trailers));
		return { tag: "ok", val: { tag: "ok", val: fields } };
	}

	/** Reads what is there; how the body ended, if it has. */
	#end(): "end" | HttpFailure | undefined {
		while (this.#ended === undefined) {
			const read = this.#source.read(READ_BYTES_MAX);
			if (!(read instanceof Uint8Array)) this.#ended = read;
			else if (read.length === 0) return undefined;
		}
		return this.#ended;
	}

	async #whenEnd(): Promise<void> {
		while (this.isHeld && !this.#isAnswered && this.#end() === undefined) await this.#source.readable();
	}

	protected override dropped(): void {
		if (this.#ended === undefined) this.#source.cancel();
	}
}

/** wasi:http/types `outgoing-body`. */
export class OutgoingBody extends Resource {
	readonly #sink: LateSink;
	#stream: OutputStream | undefined;
	#isFinished = false;

	constructor(guest: ComponentGuest, sink: LateSink) {
		super(guest, 1 + EARLY_BYTES_MAX / 1024);
		this.#sink = sink;
	}

	/** Once. */
	write(): OutputStream {
		if (this.#stream !== undefined) throw new ComponentError(undefined);
		this.#stream = new OutputStream(this.guest, bodyOutput(this.#sink));
		return this.#stream;
	}

	/** Traps while the stream is held. */
	static finish(this: void, body: OutgoingBody, trailers: Fields | undefined): void {
		body.#isFinished = true;
		body[Symbol.dispose]();
		const failure = body.#sink.end(trailers?.give().list);
		if (failure !== undefined) throw new ComponentError(failure);
	}

	/** A body that is dropped and was not finished is not complete: its message is broken off. */
	protected override dropped(): void {
		if (this.#stream?.isHeld === true)
			this.guest.trap("it dropped an outgoing-body of which it still held the stream");
		if (!this.#isFinished) this.#sink.abort();
	}
}

/** The bodies of messages as sources and sinks of wasi:io's streams. */
import type { ByteSink, ByteSource, Field, HttpFailure } from "../../sys/http.ts";
import { CONNECTION_TERMINATED } from "../http/failures.ts";
import type { Wait } from "../waits.ts";
import type { InputSource } from "./input-stream.ts";
import { type StreamEnd, StreamFailure } from "./io-error.ts";
import type { OutputSink } from "./output-stream.ts";
import { READY } from "./pollable.ts";

export function bodyInput(source: ByteSource): InputSource {
	return {
		read: (max_bytes) => {
			const read = source.read(max_bytes);
			return read instanceof Uint8Array ? read : read === "end" ? "closed" : broken(read);
		},
		wait: () => ({ type: "promise", isReady: () => source.isReadable, when: () => source.readable() }),
	};
}

export function bodyOutput(sink: ByteSink): OutputSink {
	return new BodyOutput(sink);
}

class BodyOutput implements OutputSink {
	readonly #sink: ByteSink;
	#flushing: Promise<void> | undefined;

	constructor(sink: ByteSink) {
		this.#sink = sink;
	}

	room(): number | StreamEnd {
		const room = this.#sink.room();
		if (typeof room !== "number") return broken(room);
		return this.#flushing === undefined ? room : 0;
	}

	write(bytes: Uint8Array): StreamEnd | undefined {
		this.#sink.write(bytes);
		const room = this.#sink.room();
		return typeof room === "number" ? undefined : broken(room);
	}

	flush(): StreamEnd | undefined {
		if (this.#flushing !== undefined) return undefined;
		this.#flushing = this.#whenFlushed();
		return undefined;
	}

	#whenFlushed(): Promise<void> | undefined {
		const flushed = this.#sink.flushed();
		return flushed === undefined ? undefined : this.#until(flushed);
	}

	async #until(flushed: Promise<void>): Promise<void> {
		await flushed;
		this.#flushing = undefined;
	}

	wait(): Wait {
		if (this.#flushing === undefined && this.#sink.room() !== 0) return READY;
		return {
			type: "promise",
			isReady: () => this.room() !== 0,
			when: () => this.#flushing ?? this.#sink.writable(),
		};
	}
}

function broken(failure: HttpFailure): StreamFailure {
	return new StreamFailure(`the message broke off: ${failure.tag}`, failure);
}

/** How much may be written to a body before its message is sent. */
export const EARLY_BYTES_MAX = 64 * 1024;

/** The same bytes, in an array of at least `length`. */
function withRoom(bytes: Uint8Array | undefined, length: number): Uint8Array {
	if (bytes !== undefined && bytes.length >= length) return bytes;
	const larger = new Uint8Array(Math.max(length, 2 * (bytes?.length ?? 0)));
	if (bytes !== undefined) larger.set(bytes);
	return larger;
}

/** A body whose message is not sent yet: what is written waits here, within limits, until it is. */
export class LateSink implements ByteSink {
	#sink: ByteSink | undefined;
	/** Copied together: a guest may write them one by one. */
	#early: Uint8Array | undefined;
	#early_bytes = 0;
	#end: { readonly trailers: readonly Field[] | undefined } | "aborted" | undefined;
	#wake: (() => void) | undefined;
	#attached: Promise<void> | undefined;

	get isComplete(): boolean {
		return this.#end !== undefined && this.#end !== "aborted";
	}

	/** Whether it is complete and has no bytes. */
	get isEmpty(): boolean {
		return this.isComplete && this.#early_bytes === 0;
	}

	/** The message is sent: from now on everything goes to `sink`. */
	attach(sink: ByteSink): void {
		this.#sink = sink;
		if (this.#early !== undefined) sink.write(this.#early.subarray(0, this.#early_bytes));
		this.#early = undefined;
		if (this.#end === "aborted") sink.abort();
		else if (this.#end !== undefined) sink.end(this.#end.trailers);
		this.#wake?.();
	}

	room(): number | HttpFailure {
		if (this.#sink !== undefined) return this.#sink.room();
		return this.#end === undefined ? EARLY_BYTES_MAX - this.#early_bytes : CONNECTION_TERMINATED;
	}

	write(bytes: Uint8Array): void {
		if (this.#sink !== undefined) return this.#sink.write(bytes);
		const length = this.#early_bytes + bytes.length;
		this.#early = withRoom(this.#early, length);
		this.#early.set(bytes, this.#early_bytes);
		this.#early_bytes = length;
	}

	async writable(): Promise<void> {
		while (this.#sink === undefined && this.room() === 0) {
			this.#attached ??= new Promise((resolve) => (this.#wake = resolve));
			await this.#attached;
		}
		await this.#sink?.writable();
	}

	flushed(): Promise<void> | undefined {
		return this.#sink?.flushed();
	}

	end(trailers: readonly Field[] | undefined): HttpFailure | undefined {
		this.#end ??= { trailers };
		return this.#sink?.end(trailers);
	}

	/** Nothing more comes, and the message is not complete. */
	abort(): void {
		if (this.#end !== undefined) return;
		this.#end = "aborted";
		this.#early = undefined;
		this.#wake?.();
		this.#sink?.abort();
	}
}

import type { ByteSink, Field, HttpFailure } from "../../sys/http.ts";

/**
 * A body that is held to the `content-length` in front of it: one byte more, or an end too early, breaks the message
 * off, so that no reader takes a part for the whole (RFC 9110 §8.6).
 */
export function announced(
	sink: ByteSink,
	length: number | undefined,
	failureOf: (sent_bytes: number) => HttpFailure,
): ByteSink {
	return length === undefined ? sink : new AnnouncedSink(sink, length, failureOf);
}

/** The body of an answer that has none, whatever its headers say (HEAD, 204, 304): what is written is dropped. */
export function unsent(sink: ByteSink): ByteSink {
	return new UnsentSink(sink);
}

class AnnouncedSink implements ByteSink {
	readonly #sink: ByteSink;
	readonly #length: number;
	readonly #failureOf: (sent_bytes: number) => HttpFailure;
	#sent_bytes = 0;
	#failure: HttpFailure | undefined;

	constructor(sink: ByteSink, length: number, failureOf: (sent_bytes: number) => HttpFailure) {
		this.#sink = sink;
		this.#length = length;
		this.#failureOf = failureOf;
	}

	room(): number | HttpFailure {
		return this.#failure ?? this.#sink.room();
	}

	write(bytes: Uint8Array): void {
		if (this.#failure !== undefined) return;
		this.#sent_bytes += bytes.length;
		if (this.#sent_bytes > this.#length) this.#fail();
		else this.#sink.write(bytes);
	}

	writable(): Promise<void> {
		return this.#failure === undefined ? this.#sink.writable() : Promise.resolve();
	}

	flushed(): Promise<void> | undefined {
		return this.#failure === undefined ? this.#sink.flushed() : undefined;
	}

	end(trailers: readonly Field[] | undefined): HttpFailure | undefined {
		if (this.#failure === undefined && this.#sent_bytes < this.#length) this.#fail();
		return this.#failure ?? this.#sink.end(trailers);
	}

	abort(): void {
		if (this.#failure === undefined) this.#sink.abort();
	}

	#fail(): void {
		this.#failure = this.#failureOf(this.#sent_bytes);
		this.#sink.abort();
	}
}

class UnsentSink implements ByteSink {
	readonly #sink: ByteSink;

	constructor(sink: ByteSink) {
		this.#sink = sink;
	}

	room(): number | HttpFailure {
		return UNSENT_ROOM_BYTES;
	}

	write(): void {}

	writable(): Promise<void> {
		return Promise.resolve();
	}

	flushed(): undefined {}

	end(): HttpFailure | undefined {
		return this.#sink.end(undefined);
	}

	abort(): void {
		this.#sink.abort();
	}
}

const UNSENT_ROOM_BYTES = 64 * 1024;

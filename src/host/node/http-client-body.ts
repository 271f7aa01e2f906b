/** The bodies of responses as they come from Node: at most a window of each is in memory. */
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { ByteSource, Field, HttpFailure } from "../../sys/http.ts";

/** How much of a body may wait here for its reader or for the network. */
export const WINDOW_BYTES = 64 * 1024;

export interface SourceRules {
	/** Silence from the other side after which the body is given up; undefined: none. */
	readonly silence_ms?: number | undefined;
	/** What an early end, an error of Node's, or too long a silence is in the words of wasi:http. */
	readonly failureOf: (error: Error | undefined) => HttpFailure;
	readonly silence: HttpFailure;
	/** The trailers as they came; a failure where they are too many. */
	readonly trailersOf: (raw: readonly string[]) => readonly Field[] | HttpFailure;
}

/** The body of a message that came in. Takes over the message: nobody else may read from it. */
export class MessageSource implements ByteSource {
	readonly #message: IncomingMessage;
	readonly #rules: SourceRules;
	readonly #chunks: Uint8Array[] = [];
	#queued_bytes = 0;
	#end: "end" | HttpFailure | undefined;
	#trailers: readonly Field[] | undefined;
	#timer: NodeJS.Timeout | undefined;
	#wake: (() => void) | undefined;
	#when: Promise<void> | undefined;

	constructor(message: IncomingMessage, rules: SourceRules) {
		this.#message = message;
		this.#rules = rules;
		message.on("data", (chunk: Uint8Array) => this.#take(chunk));
		message.on("end", () => this.#complete());
		message.on("error", (error) => this.#finish(rules.failureOf(error)));
		message.on("close", () => this.#finish(rules.failureOf(undefined)));
		this.#watch();
	}

	get isReadable(): boolean {
		return this.#chunks.length > 0 || this.#end !== undefined;
	}

	get trailers(): readonly Field[] | undefined {
		return this.#trailers;
	}

	read(max_bytes: number): Uint8Array | "end" | HttpFailure {
		const first = this.#chunks[0];
		if (first === undefined) return this.#end ?? NOTHING;
		const bytes = first.length <= max_bytes ? first : first.subarray(0, max_bytes);
		if (bytes === first) this.#chunks.shift();
		else this.#chunks[0] = first.subarray(max_bytes);
		this.#queued_bytes -= bytes.length;
		if (this.#queued_bytes === 0 && this.#message.isPaused()) {
			this.#message.resume();
			this.#timer?.refresh();
		}
		return bytes;
	}

	readable(): Promise<void> {
		if (this.isReadable) return Promise.resolve();
		this.#when ??= new Promise((resolve) => (this.#wake = resolve));
		return this.#when;
	}

	cancel(): void {
		this.#chunks.length = 0;
		this.#queued_bytes = 0;
		clearTimeout(this.#timer);
		// what is here already need not be thrown away with its connection
		if (this.#message.complete) this.#message.resume();
		else this.#message.destroy();
	}

	#take(chunk: Uint8Array): void {
		this.#chunks.push(chunk);
		this.#queued_bytes += chunk.length;
		if (this.#queued_bytes >= WINDOW_BYTES) this.#message.pause();
		this.#timer?.refresh();
		this.#awake();
	}

	#complete(): void {
		const raw = this.#message.rawTrailers;
		const trailers = raw.length === 0 ? undefined : this.#rules.trailersOf(raw);
		if (trailers !== undefined && "tag" in trailers) return this.#finish(trailers);
		this.#trailers = trailers;
		this.#finish("end");
	}

	/** The first end is final. */
	#finish(how: "end" | HttpFailure): void {
		this.#end ??= how;
		clearTimeout(this.#timer);
		this.#awake();
	}

	#watch(): void {
		const { silence_ms } = this.#rules;
		if (silence_ms === undefined) return;
		this.#timer = setTimeout(() => {
			// a reader that is slow is no silence of the other side
			if (this.#message.isPaused()) return this.#watch();
			this.#finish(this.#rules.silence);
			this.#message.destroy();
		}, silence_ms);
		this.#timer.unref();
	}

	#awake(): void {
		this.#wake?.();
		this.#wake = undefined;
		this.#when = undefined;
	}
}

const NOTHING = new Uint8Array(0);

/** Fields as Node has them, in turn a name and a value, as WASI has them. */
export function fieldsOf(raw: readonly string[]): Field[] {
	const fields: Field[] = [];
	for (let index = 0; index + 1 < raw.length; index += 2)
		fields.push([(raw[index] ?? "").toLowerCase(), Buffer.from(raw[index + 1] ?? "", "latin1")]);
	return fields;
}

import { latin1 } from "./latin1.ts";
import type { ByteSink, Field, HttpFailure } from "../../sys/http.ts";

/** How an answer leaves: by HTTP/1.1 or HTTP/2. Names and values one after the other. */
export interface Wire {
	/** Everything at once: what a small answer is. The body in latin1. */
	whole(status: number, headers: string[], body: string): void;
	sendHead(status: number, headers: string[]): void;
	/** False: wait for `onDrain`. */
	write(bytes: Uint8Array): boolean;
	end(trailers: readonly Field[] | undefined): void;
	/** Breaks off, so that the client notices. */
	abort(): void;
	/** Whether the client is at this answer: of those asked for one after the other without waiting, it reads one first. */
	readonly isNext: boolean;
}

/** The most that is taken at once, and held for one answer in this process beside the connection's own buffer. */
const ROOM_BYTES = 64 * 1024;
/** A first piece up to this waits for a second, so that a small answer is one write with a known length. */
const SMALL_BYTES = 16 * 1024;

export interface ResponsePlan {
	readonly limit_bytes: number;
	/** What a content-length among the headers says. */
	readonly announced_bytes: number | undefined;
	/** An answer that is known whole when its head goes says its length. */
	readonly countsItself: boolean;
}

/** The body of an answer. Its head is sent with the first of it, and with all of it where that is little. */
export class ResponseBody implements ByteSink {
	readonly #wire: Wire;
	readonly #status: number;
	readonly #headers: string[];
	readonly #plan: ResponsePlan;
	#state: "head" | "open" | "ended" | "failed" = "head";
	/** What was written before the head went; in latin1. */
	#first: string | undefined;
	#failure: HttpFailure | undefined;
	#full = false;
	#isReplaced = false;
	#isSent = false;
	#waiting: PromiseWithResolvers<void> | undefined;
	sent_bytes = 0;
	/** Since when the client has read nothing of what is ready for it; all of it may be ready. */
	fullSince_ms: number | undefined;

	constructor(wire: Wire, status: number, headers: string[], plan: ResponsePlan) {
		this.#wire = wire;
		this.#status = status;
		this.#headers = headers;
		this.#plan = plan;
		// what comes before the event loop turns goes together; a head alone does not wait for longer
		if (held.push(this) === 1) setImmediate(sendHeld);
	}

	get hasEnded(): boolean {
		return this.#state === "ended" || this.#state === "failed";
	}

	/** Whether a byte of the answer has gone. */
	get hasBegun(): boolean {
		return this.#isSent;
	}

	room(): number | HttpFailure {
		if (this.#failure !== undefined) return this.#failure;
		return this.#full ? 0 : ROOM_BYTES;
	}

	write(bytes: Uint8Array): void {
		if (this.hasEnded || bytes.length === 0) return;
		this.sent_bytes += bytes.length;
		const { limit_bytes, announced_bytes = limit_bytes } = this.#plan;
		if (this.sent_bytes > Math.min(limit_bytes, announced_bytes)) return this.#overflow();
		if (this.#state === "head" && this.#first === undefined && bytes.length <= SMALL_BYTES) {
			this.#first = latin1(bytes);
			return;
		}
		this.#send(bytes);
	}

	/** What is held back for a moment counts as gone: only a full connection is waited for. */
	flushed(): Promise<void> | undefined {
		return this.#full ? this.writable() : undefined;
	}

	async writable(): Promise<void> {
		if (this.room() !== 0) return;
		this.#waiting ??= Promise.withResolvers();
		await this.#waiting.promise;
	}

	end(trailers: readonly Field[] | undefined): HttpFailure | undefined {
		if (this.hasEnded) return this.#failure;
		const announced = this.#plan.announced_bytes;
		if (announced !== undefined && announced !== this.sent_bytes) {
			this.abort();
			return (this.#failure = { tag: "HTTP-response-body-size", val: BigInt(this.sent_bytes) });
		}
		if (this.#state === "head" && trailers === undefined) {
			if (this.#plan.countsItself) this.#headers.push("content-length", String(this.sent_bytes));
			this.#state = "ended";
			this.#isSent = true;
			this.fullSince_ms ??= performance.now();
			this.#wire.whole(this.#status, this.#headers, this.#first ?? "");
			return undefined;
		}
		this.#sendHead();
		this.#state = "ended";
		this.fullSince_ms ??= performance.now();
		this.#wire.end(trailers);
		return undefined;
	}

	abort(): void {
		const hasBegun = this.hasBegun;
		this.fail({ tag: "connection-terminated" });
		// of what is still held back the client has seen nothing: something else may take its place
		if (hasBegun) this.#wire.abort();
		else setImmediate(abortUnlessReplaced, this);
	}

	/** Another answer was sent instead. */
	replace(): void {
		this.#isReplaced = true;
		this.fail({ tag: "connection-terminated" });
	}

	abortUnlessReplaced(): void {
		if (!this.#isReplaced) this.#wire.abort();
	}

	/** The client has gone, or is taken for gone. */
	fail(failure: HttpFailure): void {
		if (this.hasEnded) return;
		this.#state = "failed";
		this.#failure = failure;
		this.#wake();
	}

	/** The connection takes more. */
	onDrain(): void {
		this.#full = false;
		this.fullSince_ms = undefined;
		this.#wake();
	}

	/** Sends what was held back. */
	sendFirst(): void {
		if (this.#state === "head") this.#sendHead();
	}

	#send(bytes: Uint8Array): void {
		this.#sendHead();
		if (!this.#wire.write(bytes)) this.#hold();
	}

	#sendHead(): void {
		if (this.#state !== "head") return;
		this.#state = "open";
		this.#isSent = true;
		this.#wire.sendHead(this.#status, this.#headers);
		if (this.#first !== undefined && !this.#wire.write(Buffer.from(this.#first, "latin1"))) this.#hold();
		this.#first = undefined;
	}

	#hold(): void {
		this.#full = true;
		this.fullSince_ms ??= performance.now();
	}

	#overflow(): void {
		this.abort();
		this.#failure = { tag: "HTTP-response-body-size", val: BigInt(this.sent_bytes) };
	}

	#wake(): void {
		this.#waiting?.resolve();
		this.#waiting = undefined;
	}
}

/** Of this round of the event loop. */
let held: ResponseBody[] = [];

function sendHeld(): void {
	const bodies = held;
	held = [];
	for (const body of bodies) body.sendFirst();
}

function abortUnlessReplaced(body: ResponseBody): void {
	body.abortUnlessReplaced();
}

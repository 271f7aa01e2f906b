import { validateHeaderName, validateHeaderValue } from "node:http";
import type { Readable, Writable } from "node:stream";
import type { ByteSource, Exchange, Field, HttpFailure } from "../../sys/http.ts";
import { type BodyOwner, RequestBody } from "./http-server-body.ts";
import { HOP_BY_HOP, type ReadHead } from "./http-server-head.ts";
import type { HttpServerLimits } from "./http-server-limits.ts";
import { ResponseBody, type Wire } from "./http-server-response.ts";

/** What the exchanges of one server share. */
export interface ExchangeHost {
	readonly limits: HttpServerLimits;
	/** Connections are closed after what they are in the middle of. */
	readonly isDraining: boolean;
	/** Once for each exchange, when the client has all of its answer, or has gone. */
	readonly ended: (exchange: ServedExchange) => void;
}

/**
 * One request of a client and its answer. What is seldom asked for (headers, the signal, the id) is made when it is
 * asked for.
 */
export abstract class ServedExchange implements Exchange, BodyOwner {
	readonly head: ReadHead;
	/** The client's address. */
	readonly address: string;
	/** As in `HTTP/1.1`. */
	readonly version: string;
	readonly began_ms = performance.now();
	/** Of the answer; 0: there is none yet. */
	status = 0;
	/** The client went before it had everything. */
	wasAborted = false;
	/** Whoever runs the guest keeps what it knows of this request here. */
	task: unknown = undefined;
	protected readonly host: ExchangeHost;
	readonly #stream: Readable;
	readonly #hasBody: boolean;
	#body: RequestBody | undefined;
	#answer: ResponseBody | undefined;
	#abort: AbortController | undefined;
	#isOver = false;
	#id: string | undefined;

	constructor(
		host: ExchangeHost,
		head: ReadHead,
		stream: Readable,
		facts: { address: string; version: string; hasBody: boolean },
	) {
		this.host = host;
		this.head = head;
		this.#stream = stream;
		this.address = facts.address;
		this.version = facts.version;
		this.#hasBody = facts.hasBody;
	}

	protected abstract readonly wire: Wire;
	abstract wanted(): void;
	abstract trailers(): readonly Field[] | undefined;

	/** Told to the client, and written beside what went wrong, when something did. */
	get id(): string {
		return (this.#id ??= nextId());
	}

	/** The id, if anybody was told it. */
	get knownId(): string | undefined {
		return this.#id;
	}

	get body(): ByteSource | undefined {
		if (!this.#hasBody) return undefined;
		return (this.#body ??= new RequestBody(this.#stream, this));
	}

	get limit_bytes(): number {
		return this.host.limits.requestBody_bytes;
	}

	get signal(): AbortSignal {
		if (this.#abort === undefined) {
			this.#abort = new AbortController();
			if (this.#isOver) this.#abort.abort();
		}
		return this.#abort.signal;
	}

	get hasResponded(): boolean {
		return this.#answer !== undefined;
	}

	/** Whether nothing more can be said to the client. */
	get isOver(): boolean {
		return this.#isOver;
	}

	get sent_bytes(): number {
		return this.#answer?.sent_bytes ?? 0;
	}

	respond(status: number, headers: readonly Field[]): ResponseBody {
		if (this.#answer !== undefined) throw new Error("the request has been answered already");
		const flat = flattened(headers, status);
		const announced = announcedLength(flat);
		this.status = status;
		const bodiless = this.head.method === "HEAD" || status === 204 || status === 304;
		this.#answer = new ResponseBody(this.wire, status, flat, {
			limit_bytes: this.host.limits.responseBody_bytes,
			announced_bytes: bodiless ? undefined : announced,
			countsItself: !bodiless && announced === undefined,
		});
		if (this.#isOver) this.#answer.fail(GONE);
		return this.#answer;
	}

	/**
	 * Answers for the guest. Where it has begun to answer itself, that is broken off; where its answer still waits to be
	 * sent, ours takes its place.
	 */
	refuse(status: number, text: string, headers: readonly string[] = []): void {
		if (this.#isOver) return;
		if (this.#answer?.hasBegun === true) {
			if (!this.#answer.hasEnded) this.#answer.abort();
			return;
		}
		this.#answer?.replace();
		const bytes = Buffer.from(`${text}\n`);
		const flat = ["content-type", "text/plain; charset=utf-8", ...headers];
		this.status = status;
		const plan = { limit_bytes: Infinity, announced_bytes: undefined, countsItself: true };
		this.#answer = new ResponseBody(this.wire, status, flat, plan);
		this.#answer.write(bytes);
		this.#answer.end(undefined);
	}

	/** Ends what the guest does with this request: it was too slow, or its client has gone. */
	stop(failure: HttpFailure): void {
		this.#body?.fail(failure);
		this.#answer?.fail(failure);
		this.#abort?.abort();
	}

	tooLarge(): void {
		this.refuse(413, "the body of the request is too large");
	}

	/** Whether the client has kept us waiting for longer than it may: with its body, or with taking the answer. */
	isIdle(now_ms: number): boolean {
		// an answer behind another one is not kept waiting by its client
		if (this.#answer?.fullSince_ms !== undefined && !this.wire.isNext) this.#answer.fullSince_ms = now_ms;
		const since = this.#body?.waitingSince_ms ?? this.#answer?.fullSince_ms;
		return since !== undefined && now_ms - since > this.host.limits.idle_ms;
	}

	/** For a client that has kept us waiting. */
	expire(): void {
		const isSending = this.#body?.waitingSince_ms !== undefined;
		if (isSending) this.refuse(408, "the body of the request did not come in time", CLOSE);
		this.stop({ tag: "connection-timeout" });
		if (!isSending) this.wire.abort();
	}

	protected drained(): void {
		this.#answer?.onDrain();
	}

	/** The answer is out, or the client has gone. */
	protected over(wasAborted: boolean): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.wasAborted = wasAborted;
		if (wasAborted) this.stop(GONE);
		this.host.ended(this);
	}
}

const CLOSE = ["connection", "close"];
const GONE: HttpFailure = { tag: "connection-terminated" };

/** For listeners: one function for all, no closure for each. */
export const EXCHANGE = Symbol("exchange");

export type Carrying<Stream extends Readable | Writable> = Stream & { [EXCHANGE]?: ServedExchange };

/** Ids that no other process gives, and whose next one nobody needs to guess. */
function nextId(): string {
	ids ??= { prefix: crypto.getRandomValues(Buffer.alloc(6)).toString("hex"), count: 0 };
	ids.count += 1;
	return `${ids.prefix}-${ids.count.toString(16).padStart(4, "0")}`;
}

let ids: { readonly prefix: string; count: number } | undefined;

/** Throws where a guest's head cannot be sent as it is: it has to be told, rather than repaired. */
function flattened(headers: readonly Field[], status: number): string[] {
	if (!Number.isInteger(status) || status < 200 || status > 999)
		throw new RangeError(`${status} is no status of an answer`);
	const flat: string[] = [];
	for (const [given, value] of headers) {
		// guests may write names as they like; by any other spelling these would slip through
		const name = given.toLowerCase();
		if (HOP_BY_HOP.has(name)) continue;
		// RFC 9110 §8.6: what has no body says no length
		if (name === "content-length" && status === 204) continue;
		const text = Buffer.from(value.buffer, value.byteOffset, value.length).toString("latin1");
		validateHeaderName(name);
		validateHeaderValue(name, text);
		flat.push(name, text);
	}
	return flat;
}

function announcedLength(flat: readonly string[]): number | undefined {
	let announced: number | undefined;
	for (let at = 0; at < flat.length; at += 2) {
		if (flat[at] !== "content-length") continue;
		const text = flat[at + 1] ?? "";
		if (announced !== undefined || !/^\d{1,15}$/.test(text))
			throw new RangeError(`'${text}' is no length of an answer`);
		announced = Number(text);
	}
	return announced;
}

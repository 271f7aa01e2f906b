import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type {
	ByteSink,
	Field,
	HttpFailure,
	HttpRequestHead,
	HttpResponse,
	HttpSending,
	HttpSent,
} from "../../sys/http.ts";
import { fieldsOf, MessageSource } from "./http-client-body.ts";
import { latin1 } from "./latin1.ts";
import { ConnectFailure } from "./http-client-connect.ts";
import { failureOf, PROTOCOL_ERROR, READ_TIMEOUT, UPGRADE_FAILED } from "./http-client-errors.ts";
import { ClientSink } from "./http-client-sink.ts";

export interface Wire {
	readonly http: typeof import("node:http");
	readonly agent: Agent;
}

/** What a server's head or trailers may hold: as much as a guest may put together itself. */
const FIELDS_MAX = 1_000;
const HEADER_BYTES_MAX = 128 * 1024;
/** So many answers of 1xx before the real one are passed over. */
const INFORMATIONAL_MAX = 32;
/** Where the guest sets none. */
const TIMEOUT_MS = 600_000;
/** The longest that Node's timers know. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * A request on the wire. One without a body that changes nothing is asked once more where a kept connection turns out to
 * be closed: the server may have let go of it at the same moment.
 */
export function sendOn(wire: Wire, request: HttpSending): HttpSent {
	const first = new SentRequest(wire, request);
	if (request.hasBody || !SAFE_METHODS.has(request.head.method)) return first;
	let current = first;
	const answer = async () => {
		const response = await first.response;
		if (!first.wasStale) return response;
		current = new SentRequest(wire, request);
		return current.response;
	};
	return {
		body: first.body,
		response: answer(),
		get isOver() {
			return current.isOver;
		},
		cancel: () => current.cancel(),
	};
}

/** RFC 9110 §9.2.1. */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

class SentRequest implements HttpSent {
	readonly response: Promise<HttpResponse | HttpFailure>;
	readonly body: ByteSink;
	readonly #timeouts: HttpSending["timeouts"];
	readonly #answer = Promise.withResolvers<HttpResponse | HttpFailure>();
	readonly #message: ClientRequest;
	readonly #sink: ClientSink | undefined;
	/** Aborted at the end: a connection that is still being made is given up. */
	readonly #over = new AbortController();
	#firstByte: NodeJS.Timeout | undefined;
	#informational = 0;
	#hasAnswer = false;
	#isOver = false;
	#wasStale = false;

	constructor(wire: Wire, request: HttpSending) {
		this.#timeouts = request.timeouts;
		this.response = this.#answer.promise;
		this.#message = open(wire, request, this.#over.signal);
		this.#listen(this.#message);
		if (request.hasBody) this.#sink = new ClientSink(this.#message, () => this.#firstByte?.refresh());
		else this.#message.end();
		this.body = this.#sink ?? NO_BODY;
	}

	get isOver(): boolean {
		return this.#isOver;
	}

	/** Whether it failed on a connection of an earlier request, before anything came back. */
	get wasStale(): boolean {
		return this.#wasStale;
	}

	cancel(): void {
		this.#refuse({ tag: "connection-terminated" });
	}

	#listen(message: ClientRequest): void {
		message.on("socket", () => this.#watch());
		message.on("information", () => this.#inform());
		message.on("upgrade", (_, socket) => {
			socket.destroy();
			this.#finish(UPGRADE_FAILED);
		});
		message.on("response", (response) => this.#respond(response));
		message.on("error", (error) => this.#broke(error));
		message.on("close", () => this.#finish({ tag: "connection-terminated" }));
	}

	/** From the connection on, and again with each piece of the request, the server has so long for its first byte. */
	#watch(): void {
		if (this.#isOver) return;
		const limit_ms = milliseconds(this.#timeouts.firstByte_ns);
		this.#firstByte = setTimeout(() => this.#refuse(READ_TIMEOUT), limit_ms);
	}

	#inform(): void {
		this.#informational += 1;
		if (this.#informational > INFORMATIONAL_MAX) this.#refuse(PROTOCOL_ERROR);
	}

	#respond(response: IncomingMessage): void {
		clearTimeout(this.#firstByte);
		if (response.rawHeaders.length / 2 > FIELDS_MAX) return this.#refuse(HEADERS_TOO_LARGE);
		this.#hasAnswer = true;
		const body = new MessageSource(response, {
			silence_ms: milliseconds(this.#timeouts.betweenBytes_ns),
			silence: READ_TIMEOUT,
			failureOf: (error) => failureOf(error, true),
			trailersOf,
		});
		this.#answer.resolve({ status: response.statusCode ?? 0, headers: fieldsOf(response.rawHeaders), body });
	}

	#broke(error: Error): void {
		this.#wasStale = this.#message.reusedSocket && !this.#hasAnswer && !this.#isOver;
		this.#finish(error instanceof ConnectFailure ? error.failure : failureOf(error, this.#hasAnswer));
	}

	#refuse(failure: HttpFailure): void {
		this.#finish(failure);
		this.#message.destroy();
	}

	/** The end of it, well or not: where the answer has come, it stands. */
	#finish(failure: HttpFailure): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#over.abort();
		clearTimeout(this.#firstByte);
		this.#answer.resolve(failure);
		this.#sink?.fail(failure);
	}
}

function open(
	wire: Wire,
	{ head, host, port, gate, timeouts }: HttpSending,
	signal: AbortSignal,
): ClientRequest {
	const options: RequestOptions & { readonly destination: object } = {
		agent: wire.agent,
		protocol: `${head.scheme}:`,
		host,
		port,
		path: head.pathWithQuery,
		method: head.method,
		setHost: false,
		maxHeaderSize: HEADER_BYTES_MAX,
		destination: { gate, timeout_ms: milliseconds(timeouts.connect_ns), signal },
	};
	const message = wire.http.request(options);
	// Node would write it in capitals, and methods are told apart by case (RFC 9110 §9.1)
	message.method = head.method;
	// it would drop those above without a word: they are counted when they have come
	message.maxHeadersCount = 0;
	setHeaders(message, head);
	return message;
}

function setHeaders(message: ClientRequest, { authority, headers }: HttpRequestHead): void {
	const byName = new Map<string, { readonly name: string; readonly values: string[] }>();
	for (const [name, value] of headers) {
		const lower = name.toLowerCase();
		const same = byName.get(lower);
		if (same === undefined) byName.set(lower, { name, values: [latin1(value)] });
		else same.values.push(latin1(value));
	}
	message.setHeader("Host", authority);
	for (const { name, values } of byName.values()) message.setHeader(name, values);
}

const HEADERS_TOO_LARGE: HttpFailure = { tag: "HTTP-response-header-section-size", val: undefined };

function trailersOf(raw: readonly string[]): readonly Field[] | HttpFailure {
	if (raw.length / 2 > FIELDS_MAX) return { tag: "HTTP-response-trailer-section-size", val: undefined };
	return fieldsOf(raw);
}

/** For Node's timers: at least one, at most what they know. */
function milliseconds(time_ns: bigint | undefined): number {
	if (time_ns === undefined) return TIMEOUT_MS;
	const time_ms = time_ns / 1_000_000n;
	if (time_ms >= TIMER_MS_MAX) return TIMER_MS_MAX;
	return time_ms < 1n ? 1 : Number(time_ms);
}

/** The body of a request that was sent without one. */
const NO_BODY: ByteSink = {
	room: () => ({ tag: "connection-terminated" }),
	write: () => undefined,
	writable: () => Promise.resolve(),
	flushed: () => undefined,
	end: () => undefined,
	abort: () => undefined,
};

import { Fault } from "../../base/fault.ts";
import type { ClientLimits } from "./limits.ts";
import { prepareNetwork } from "./network.ts";
import { Patience, Stalled } from "./patience.ts";

/** One request to one place. Nothing is followed, authorised or sent again here. */
export interface Exchange {
	readonly method: "GET" | "HEAD" | "POST" | "PATCH" | "PUT" | "DELETE";
	readonly url: URL;
	/** Names in lower case. */
	readonly headers?: Readonly<Record<string, string>>;
	/** Whole in memory, so that it can be sent again. */
	readonly body?: Uint8Array | undefined;
	/** Until the headers of the answer. Absent: `answer_ms`. */
	readonly within_ms?: number;
	readonly signal?: AbortSignal | undefined;
}

/** The answer's head, and its body while it comes. One of the methods must be called, once. */
export interface Answer {
	readonly status: number;
	readonly headers: Headers;
	readonly url: URL;
	/** The body, piece by piece. Leaving the loop early ends the connection. */
	pieces(): AsyncGenerator<Uint8Array, void, undefined>;
	/** At most this many bytes of the body; more are cut off. */
	start(bytes_max: number): Promise<Uint8Array<ArrayBuffer>>;
	/** Reads a short rest, so that the connection serves again; a long one ends it. */
	discard(): Promise<void>;
}

/** The registry cannot be reached, or the connection broke. */
export class Unreachable extends Fault {
	/** Whether it may go better a moment later. */
	readonly passing: boolean;
	/** Whether the other side hung up on us, or did not speak HTTP: it may speak TLS. */
	readonly misunderstood: boolean;

	constructor(url: URL, why: string, passing: boolean, cause?: unknown, code = "") {
		super("REGISTRY_UNREACHABLE", `cannot reach '${url.host}'`, {
			note: why,
			help: helpFor(why, url),
			cause,
		});
		this.passing = passing;
		this.misunderstood = /^(?:UND_ERR_SOCKET|ECONNRESET|HPE_)/.test(code);
	}
}

/**
 * Sends and answers when the head of the answer is there.
 *
 * @throws Unreachable; the reason of `signal` when that ended it
 */
export async function exchange(request: Exchange, limits: ClientLimits): Promise<Answer> {
	const { method, url, body, signal } = request;
	prepareNetwork(url);
	const patience = new Patience(limits);
	const both = signal === undefined ? patience.signal : AbortSignal.any([signal, patience.signal]);
	const within_ms = request.within_ms ?? limits.answer_ms;
	patience.expect(within_ms, "no answer came");
	try {
		const response = await fetch(url, {
			method,
			headers: headersOf(request),
			...(body === undefined ? {} : bodyOf(body, patience, within_ms)),
			redirect: "manual",
			signal: both,
		});
		return new FetchAnswer(response, url, patience, signal);
	} catch (cause) {
		throw problemOf(cause, url, signal);
	} finally {
		patience.rest();
	}
}

const PIECE_BYTES = 1 << 20;
const DISCARD_BYTES_MAX = 64 << 10;

/** Each piece that goes restarts the wait; behind the last one the answer has all its time. */
function bodyOf(body: Uint8Array, patience: Patience, within_ms: number): RequestInit {
	if (body.length <= PIECE_BYTES) return { body: body as Uint8Array<ArrayBuffer> };
	async function* pieces(): AsyncGenerator<Uint8Array> {
		for (let at = 0; at < body.length; at += PIECE_BYTES) {
			patience.expect(within_ms, "data went too slowly");
			yield body.subarray(at, at + PIECE_BYTES);
		}
		patience.expect(within_ms, "no answer came");
	}
	return { body: pieces(), duplex: "half" } as unknown as RequestInit;
}

function headersOf({ headers, body }: Exchange): Record<string, string> {
	const length = body === undefined ? {} : { "content-length": String(body.length) };
	// what is packed on the way is not what a digest or a range speaks of
	return { "user-agent": "wherry", "accept-encoding": "identity", ...length, ...headers };
}

class FetchAnswer implements Answer {
	readonly status: number;
	readonly headers: Headers;
	readonly url: URL;
	/** Held until its body is read: fetch cancels the body of a response that nobody holds any more. */
	readonly #response: Response;
	readonly #patience: Patience;
	readonly #signal: AbortSignal | undefined;

	constructor(response: Response, url: URL, patience: Patience, signal: AbortSignal | undefined) {
		this.status = response.status;
		this.headers = response.headers;
		this.url = url;
		this.#response = response;
		this.#patience = patience;
		this.#signal = signal;
	}

	async *pieces(): AsyncGenerator<Uint8Array, void, undefined> {
		const reader = this.#response.body?.getReader();
		if (reader === undefined) return;
		try {
			for (;;) {
				const piece = await this.#next(reader);
				if (piece === undefined) return;
				yield piece;
			}
		} finally {
			await reader.cancel().catch(() => undefined);
		}
	}

	async start(bytes_max: number): Promise<Uint8Array<ArrayBuffer>> {
		const kept: Uint8Array[] = [];
		let size = 0;
		for await (const piece of this.pieces()) {
			kept.push(piece);
			size += piece.length;
			if (size >= bytes_max) break;
		}
		return joined(kept, Math.min(size, bytes_max));
	}

	async discard(): Promise<void> {
		await this.start(DISCARD_BYTES_MAX).catch(() => undefined);
	}

	async #next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
		let piece: Uint8Array | undefined;
		try {
			await this.#patience.during(
				reader.read().then(({ value }) => {
					piece = value;
					return value?.length ?? 0;
				}),
			);
		} catch (cause) {
			throw problemOf(cause, this.url, this.#signal);
		}
		return piece;
	}
}

function joined(pieces: readonly Uint8Array[], size_bytes: number): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(size_bytes);
	let at = 0;
	for (const piece of pieces) {
		bytes.set(piece.subarray(0, size_bytes - at), at);
		at += piece.length;
	}
	return bytes;
}

/** What fetch threw, as one of ours. */
function problemOf(thrown: unknown, url: URL, signal: AbortSignal | undefined): unknown {
	if (thrown instanceof Fault) return thrown;
	if (signal?.aborted === true) return signal.reason;
	if (thrown instanceof Stalled) return new Unreachable(url, thrown.message, true, thrown);
	const cause = (thrown as Error).cause as { code?: string | number; message?: string } | undefined;
	const code = String(cause?.code ?? "");
	const known = Object.hasOwn(WORDS, code) ? WORDS[code] : undefined;
	const said = cause?.message ?? (thrown as Error).message;
	const why =
		known ?? (said === "bad port" ? `port ${url.port} belongs to another service: fetch refuses it` : said);
	return new Unreachable(url, why, !LASTING.test(code), thrown, code);
}

const NOTHING_LISTENS = "nothing listens there";

/** What the codes of the system, of TLS and of undici say to a person. */
const WORDS: Readonly<Record<string, string>> = {
	ECONNREFUSED: NOTHING_LISTENS,
	ENOTFOUND: "there is no such host",
	EAI_AGAIN: "the host's name cannot be looked up now",
	ECONNRESET: "the connection broke",
	EPIPE: "the connection broke",
	UND_ERR_SOCKET: "the connection broke",
	ETIMEDOUT: "no connection came about in time",
	UND_ERR_CONNECT_TIMEOUT: "no connection came about in time",
	UND_ERR_HEADERS_OVERFLOW: "the head of its answer is longer than 16 KiB",
	UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "its answer is not as long as it said",
	ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS",
	EPROTO: "it does not speak TLS",
	DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself",
	SELF_SIGNED_CERT_IN_CHAIN: "its certificate goes back to nobody that this machine trusts",
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate goes back to nobody that this machine trusts",
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate goes back to nobody that this machine trusts",
	CERT_HAS_EXPIRED: "its certificate has expired",
	ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host",
};

/** Codes of what is no better a moment later. */
const LASTING = /^(?:ECONNREFUSED|ENOTFOUND|EPROTO|ERR_|.*CERT.*|UNABLE_|UND_ERR_HEADERS_OVERFLOW|HPE_)/;

const LOOPBACK = /^(?:localhost|127\.[\d.]+|\[::1\])$/;

function helpFor(why: string, url: URL): string {
	if (why.includes("does not speak TLS")) return `--insecure ${url.host}    if it really speaks plain HTTP`;
	if (why.includes("certificate"))
		return "NODE_EXTRA_CA_CERTS=ca.pem wherry ...    to trust the authority that signed it";
	if (why === NOTHING_LISTENS && LOOPBACK.test(url.hostname) && url.port !== "")
		return `wherry registry serve --port ${url.port}    if there should be one on this machine`;
	return `curl -v ${url.origin}/v2/    to see how far this machine gets`;
}

/** Exchanges of HTTP/2: the streams of node:http2. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Field } from "../../sys/http.ts";
import { type Carrying, EXCHANGE, type ExchangeHost, ServedExchange } from "./http-server-exchange.ts";
import { fieldsOf, type ReadHead } from "./http-server-head.ts";
import type { Wire } from "./http-server-response.ts";

type Stream = Carrying<ServerHttp2Stream>;

// RFC 9113 §7
const NO_ERROR = 0;
const INTERNAL_ERROR = 2;

export class Http2Exchange extends ServedExchange implements Wire {
	readonly #stream: Stream;
	readonly #expectsContinue: boolean;
	#trailers: readonly Field[] | undefined;

	constructor(
		host: ExchangeHost,
		head: ReadHead,
		stream: Stream,
		facts: { hasBody: boolean; expectsContinue: boolean },
	) {
		super(host, head, stream, {
			address: stream.session?.socket.remoteAddress ?? "",
			version: "2.0",
			hasBody: facts.hasBody,
		});
		this.#stream = stream;
		this.#expectsContinue = facts.expectsContinue;
		stream[EXCHANGE] = this;
		stream.on("close", onClose);
		stream.on("error", nothing);
		if (facts.hasBody) stream.on("trailers", onTrailers);
	}

	protected get wire(): Wire {
		return this;
	}

	get isNext(): boolean {
		return true;
	}

	wanted(): void {
		if (this.#expectsContinue && !this.#stream.headersSent)
			this.#stream.additionalHeaders({ ":status": 100 });
	}

	trailers(): readonly Field[] | undefined {
		return this.#trailers;
	}

	whole(status: number, headers: string[], body: string): void {
		if (!this.#isOpen) return;
		if (body === "") return this.#stream.respond(grouped(status, headers), { endStream: true });
		this.#stream.respond(grouped(status, headers));
		this.#stream.end(body, "latin1");
	}

	sendHead(status: number, headers: string[]): void {
		if (this.#isOpen) this.#stream.respond(grouped(status, headers), { waitForTrailers: true });
	}

	write(bytes: Uint8Array): boolean {
		if (!this.#isOpen || this.#stream.write(bytes)) return true;
		if (this.#stream.listenerCount("drain") === 0) this.#stream.on("drain", onDrain);
		return false;
	}

	end(trailers: readonly Field[] | undefined): void {
		this.#stream.once("wantTrailers", () => {
			if (trailers === undefined) this.#stream.close(NO_ERROR);
			else this.#stream.sendTrailers(groupedFields(trailers));
		});
		this.#stream.end();
	}

	abort(): void {
		this.#stream.close(INTERNAL_ERROR);
	}

	closed(): void {
		this.over(!this.#stream.writableFinished || this.#stream.rstCode !== NO_ERROR);
	}

	onDrain(): void {
		this.drained();
	}

	setTrailers(raw: readonly string[]): void {
		this.#trailers = fieldsOf(raw);
	}

	get #isOpen(): boolean {
		return !this.#stream.destroyed && !this.#stream.closed;
	}
}

function grouped(status: number, flat: readonly string[]): OutgoingHttpHeaders {
	const headers = Object.create(null) as Record<string, string | string[]>;
	headers[":status"] = String(status);
	for (let at = 0; at + 1 < flat.length; at += 2) {
		const name = flat[at] ?? "";
		const value = flat[at + 1] ?? "";
		// about the connection, which HTTP/2 has frames for
		if (name === "connection") continue;
		const before = headers[name];
		if (before === undefined) headers[name] = value;
		else if (typeof before === "string") headers[name] = [before, value];
		else before.push(value);
	}
	return headers;
}

function groupedFields(fields: readonly Field[]): OutgoingHttpHeaders {
	const { ":status": _status, ...trailers } = grouped(
		200,
		fields.flatMap(([name, value]) => [name, Buffer.from(value).toString("latin1")]),
	);
	return trailers;
}

function onClose(this: Stream): void {
	(this[EXCHANGE] as Http2Exchange | undefined)?.closed();
}

function onDrain(this: Stream): void {
	(this[EXCHANGE] as Http2Exchange | undefined)?.onDrain();
}

function onTrailers(
	this: Stream,
	_headers: IncomingHttpHeaders,
	_flags: number,
	raw: readonly string[] = [],
): void {
	(this[EXCHANGE] as Http2Exchange | undefined)?.setTrailers(raw);
}

/** What goes wrong with a stream closes it, and that is heard of. */
function nothing(): void {}

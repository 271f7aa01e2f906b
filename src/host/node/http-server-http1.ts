/** Exchanges of HTTP/1.0 and 1.1, as node:http parses them. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Field } from "../../sys/http.ts";
import { type Carrying, EXCHANGE, type ExchangeHost, ServedExchange } from "./http-server-exchange.ts";
import { fieldsOf, type ReadHead } from "./http-server-head.ts";
import type { Wire } from "./http-server-response.ts";

type Response = Carrying<ServerResponse> & { readonly req: IncomingMessage };

/** What is left of a body that nobody wants is read for so long, so that the client sees the answer. */
const LINGER_MS = 1000;

export class Http1Exchange extends ServedExchange implements Wire {
	readonly #request: IncomingMessage;
	readonly #response: Response;
	readonly #expectsContinue: boolean;

	constructor(
		host: ExchangeHost,
		head: ReadHead,
		request: IncomingMessage,
		response: Response,
		expectsContinue: boolean,
	) {
		super(host, head, request, {
			address: request.socket.remoteAddress ?? "",
			version: request.httpVersion,
			hasBody: hasBody(request),
		});
		this.#request = request;
		this.#response = response;
		this.#expectsContinue = expectsContinue;
		response[EXCHANGE] = this;
		response.on("close", onClose);
	}

	protected get wire(): Wire {
		return this;
	}

	get isNext(): boolean {
		return this.#response.socket !== null;
	}

	wanted(): void {
		if (this.#expectsContinue && !this.#response.headersSent) this.#response.writeContinue();
	}

	trailers(): readonly Field[] | undefined {
		const { rawTrailers } = this.#request;
		return rawTrailers.length === 0 ? undefined : fieldsOf(rawTrailers);
	}

	whole(status: number, headers: string[], body: string): void {
		this.#writeHead(status, headers);
		this.#response.end(body, "latin1");
	}

	sendHead(status: number, headers: string[]): void {
		this.#writeHead(status, headers);
		this.#response.flushHeaders();
	}

	write(bytes: Uint8Array): boolean {
		if (this.#response.write(bytes)) return true;
		if (this.#response.listenerCount("drain") === 0) this.#response.on("drain", onDrain);
		return false;
	}

	end(trailers: readonly Field[] | undefined): void {
		if (trailers !== undefined && this.#response.chunkedEncoding)
			this.#response.addTrailers(
				trailers.map(([name, value]): [string, string] => [name, Buffer.from(value).toString("latin1")]),
			);
		this.#response.end();
	}

	abort(): void {
		this.#request.socket.destroy();
	}

	closed(): void {
		const { socket, complete } = this.#request;
		this.over(!this.#response.writableFinished);
		if (complete || socket.destroyed) return;
		this.#request.resume();
		setTimeout(() => {
			if (!this.#request.complete) socket.destroy();
		}, LINGER_MS).unref();
	}

	onDrain(): void {
		this.drained();
	}

	#writeHead(status: number, headers: string[]): void {
		if (this.host.isDraining) this.#response.shouldKeepAlive = false;
		this.#response.writeHead(status, headers);
	}
}

/** RFC 9112 §6: a request has a body where one of these says so. */
function hasBody({ headers }: IncomingMessage): boolean {
	if (headers["transfer-encoding"] !== undefined) return true;
	const length = headers["content-length"];
	return length !== undefined && length !== "0";
}

function onClose(this: Response): void {
	(this[EXCHANGE] as Http1Exchange | undefined)?.closed();
}

function onDrain(this: Response): void {
	(this[EXCHANGE] as Http1Exchange | undefined)?.onDrain();
}

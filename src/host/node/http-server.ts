/**
 * The HTTP server of `wherry serve`: node:http and node:http2, which parse and frame, and in front of them what a server
 * on a hostile network needs: bounds on everything, and nothing passed on that two readers could read differently.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { ExchangeHost, ServedExchange } from "./http-server-exchange.ts";
import { Http1Exchange } from "./http-server-http1.ts";
import { Http2Exchange } from "./http-server-http2.ts";
import { type RawHead, ReadHead, readHead, type Refusal } from "./http-server-head.ts";
import type { HttpServerLimits } from "./http-server-limits.ts";

export interface HttpServerPlan {
	readonly limits: HttpServerLimits;
	/** In PEM. Undefined: no TLS, and HTTP/1.1 alone. */
	readonly tls: { readonly cert: string; readonly key: string } | undefined;
	/** Answers a request. It neither throws nor rejects. */
	readonly onExchange: (exchange: ServedExchange) => void;
	/** The exchange is over; once for each. */
	readonly onEnded: (exchange: ServedExchange) => void;
	/** What was answered without becoming an exchange. */
	readonly onRefused: (refused: RefusedRequest) => void;
}

export interface RefusedRequest {
	readonly address: string;
	/** Undefined: it could not be read. */
	readonly method: string | undefined;
	readonly target: string | undefined;
	readonly version: string;
	readonly status: number;
}

/** Where it listens: a socket that was opened before, by its descriptor, or an address; port 0: one that is free. */
export type ListenPlace = { readonly fd: number } | { readonly host: string; readonly port: number };

export interface RunningServer {
	readonly port: number;
	/** Connections there are, idle ones included. */
	readonly connections: number;
	/** Exchanges that are not over. */
	readonly live: ReadonlySet<ServedExchange>;
	/** Accepts nothing more; what is under way is finished. Resolves when all connections are closed. */
	drain(): Promise<void>;
	/** Breaks everything off. */
	close(): void;
}

/** How often slow clients are looked for. Each may take longer than its limit by this. */
const SWEEP_MS = 250;
/** Of the system's queue of connections that are not accepted yet. */
const BACKLOG = 1024;

/** Starts a server. Resolves when it listens; rejects with the system's error. */
export async function startHttpServer(plan: HttpServerPlan, place: ListenPlace): Promise<RunningServer> {
	const core = new ServerCore(plan);
	const server =
		plan.tls === undefined ? createServer(optionsOf(plan.limits)) : await tlsServer(core, plan.tls);
	core.attach(server);
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen({ ...place, backlog: BACKLOG }, () => {
			server.off("error", reject);
			resolve();
		});
	});
	return core;
}

class ServerCore implements ExchangeHost, RunningServer {
	readonly plan: HttpServerPlan;
	readonly live = new Set<ServedExchange>();
	readonly #sessions = new Set<ServerHttp2Session>();
	readonly #sockets = new Set<Duplex>();
	/** Connections that were given up. */
	readonly #given = new WeakSet<Duplex>();
	#server: Server | undefined;
	#sweeper: NodeJS.Timeout | undefined;
	isDraining = false;

	constructor(plan: HttpServerPlan) {
		this.plan = plan;
	}

	get limits(): HttpServerLimits {
		return this.plan.limits;
	}

	get port(): number {
		return (this.#server?.address() as AddressInfo | null)?.port ?? 0;
	}

	get connections(): number {
		return this.#sockets.size;
	}

	attach(server: Server): void {
		this.#server = server;
		server.maxHeadersCount = 0; // it would leave the rest out without a word; we count ourselves
		server.maxConnections = this.limits.connections;
		server.on("request", (request, response) => this.#take(request, response, false));
		server.on("checkContinue", (request, response) => this.#take(request, response, true));
		server.on("checkExpectation", (request, response) => {
			if (!this.#given.has(request.socket)) this.#refuse1(request, response, UNKNOWN_EXPECTATION);
		});
		server.on("connect", (request, socket) => {
			this.#refuseRaw(socket, 501, request.method);
		});
		server.on("clientError", (error: NodeJS.ErrnoException, socket) => this.#onClientError(error, socket));
		server.on("connection", (socket: Socket) => {
			this.#sockets.add(socket);
			socket.once("close", () => this.#sockets.delete(socket));
		});
		this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
	}

	/** A connection that speaks HTTP/2. */
	async takeHttp2(socket: Duplex): Promise<void> {
		const { performServerHandshake } = await import("node:http2");
		const { header_bytes, streams, headers, keepAlive_ms } = this.limits;
		const session = performServerHandshake(socket, {
			maxHeaderListPairs: headers + PSEUDO_HEADERS,
			maxSendHeaderBlockLength: 1024 * 1024,
			settings: { maxConcurrentStreams: streams, maxHeaderListSize: header_bytes, enablePush: false },
			maxSessionMemory: SESSION_MEMORY_MB,
		});
		this.#sessions.add(session);
		session.once("close", () => this.#sessions.delete(session));
		session.on("error", () => socket.destroy());
		session.on("stream", (stream, headers2, flags, raw) => this.#takeStream(stream, headers2, flags, raw));
		// frames of a stream keep it alive; one without any stream is idle
		session.setTimeout(keepAlive_ms, () => session.close());
		if (this.isDraining) session.close();
	}

	ended(exchange: ServedExchange): void {
		this.live.delete(exchange);
		this.plan.onEnded(exchange);
		if (this.isDraining && this.live.size === 0) setImmediate(() => this.#server?.closeIdleConnections());
	}

	async drain(): Promise<void> {
		this.isDraining = true;
		const closed = new Promise<void>((resolve) => this.#server?.close(() => resolve()));
		this.#server?.closeIdleConnections();
		for (const session of this.#sessions) session.close();
		await closed;
		clearInterval(this.#sweeper);
	}

	close(): void {
		clearInterval(this.#sweeper);
		this.#server?.close();
		for (const socket of this.#sockets) socket.destroy();
	}

	#take(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
		if (this.#given.has(request.socket)) return;
		// the parser takes 2.0 here as well, which has no such line
		if (request.httpVersionMajor !== 1) return this.#refuse1(request, response, NOT_HTTP_1);
		const head = readHead(rawHeadOf(request, this.plan.tls !== undefined), this.limits);
		if (!(head instanceof ReadHead)) return this.#refuse1(request, response, head);
		if (head.authority === "" && request.httpVersion !== "1.0")
			return this.#refuse1(request, response, NO_HOST);
		const withRequest = response as ServerResponse & { req: IncomingMessage };
		this.#begin(new Http1Exchange(this, head, request, withRequest, expectsContinue));
	}

	#takeStream(
		stream: ServerHttp2Stream,
		headers: IncomingHttpHeaders,
		flags: number,
		rawHeaders: readonly string[],
	): void {
		const raw: RawHead = {
			method: headers[":method"] ?? "",
			scheme: this.plan.tls === undefined ? "http" : "https",
			target: headers[":path"] ?? "",
			authority: headers[":authority"],
			rawHeaders,
		};
		const head = readHead(raw, { ...this.limits, headers: this.limits.headers + PSEUDO_HEADERS });
		if (!(head instanceof ReadHead)) return this.#refuse2(stream, raw, head);
		const expectsContinue = headers.expect === "100-continue";
		const hasBody = (flags & END_STREAM) === 0;
		this.#begin(new Http2Exchange(this, head, stream, { hasBody, expectsContinue }));
	}

	#begin(exchange: ServedExchange): void {
		this.live.add(exchange);
		const length = Number(exchange.head.header("content-length") ?? 0);
		if (length > this.limits.requestBody_bytes) exchange.tooLarge();
		else this.plan.onExchange(exchange);
	}

	/** Looks for clients that keep us waiting. */
	#sweep(): void {
		const now_ms = performance.now();
		for (const exchange of this.live) if (exchange.isIdle(now_ms)) exchange.expire();
	}

	/** What follows on the connection is not looked at: it may be a part of what was refused. */
	#refuse1(request: IncomingMessage, response: ServerResponse, { status, why }: Refusal): void {
		this.#given.add(request.socket);
		response.writeHead(status, ["content-type", "text/plain; charset=utf-8", "connection", "close"]);
		response.end(`${why}\n`);
		this.plan.onRefused({
			address: request.socket.remoteAddress ?? "",
			method: request.method,
			target: request.url,
			version: request.httpVersion,
			status,
		});
	}

	#refuse2(stream: ServerHttp2Stream, { method, target }: RawHead, { status, why }: Refusal): void {
		stream.on("error", () => stream.destroy());
		stream.respond({ ":status": status, "content-type": "text/plain; charset=utf-8" });
		stream.end(`${why}\n`);
		const address = stream.session?.socket.remoteAddress ?? "";
		this.plan.onRefused({ address, method, target, version: "2.0", status });
	}

	/** What the parser did not take, or what did not come in time. */
	#onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
		if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
		// of an answer that is under way, nothing may be said in the middle
		const { _httpMessage: answer } = socket as { _httpMessage?: ServerResponse };
		if (answer?.headersSent === true) return void socket.destroy();
		this.#refuseRaw(socket, statusOfError(error.code), undefined);
	}

	#refuseRaw(socket: Duplex, status: number, method: string | undefined): void {
		socket.on("error", () => socket.destroy());
		socket.end(
			`HTTP/1.1 ${status} ${REASONS.get(status) ?? "Error"}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
		);
		// a client that sends on must not keep us
		setTimeout(() => socket.destroy(), SWEEP_MS).unref();
		const address = (socket as Partial<Socket>).remoteAddress ?? "";
		this.plan.onRefused({ address, method, target: undefined, version: "1.1", status });
	}
}

/** `:method`, `:scheme`, `:authority`, `:path`. */
const PSEUDO_HEADERS = 4;
/** NGHTTP2_FLAG_END_STREAM */
const END_STREAM = 1;
const SESSION_MEMORY_MB = 16;

const UNKNOWN_EXPECTATION: Refusal = { status: 417, why: "the expectation is unknown" };
const NOT_HTTP_1: Refusal = { status: 505, why: "this is not HTTP/1.1" };
const NO_HOST: Refusal = { status: 400, why: "the host is missing" };

const REASONS: ReadonlyMap<number, string> = new Map([
	[400, "Bad Request"],
	[408, "Request Timeout"],
	[413, "Content Too Large"],
	[431, "Request Header Fields Too Large"],
	[501, "Not Implemented"],
]);

function statusOfError(code: string | undefined): number {
	switch (code) {
		case "HPE_HEADER_OVERFLOW":
			return 431;
		case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
			return 413;
		case "ERR_HTTP_REQUEST_TIMEOUT":
			return 408;
		default:
			return 400;
	}
}

function rawHeadOf(request: IncomingMessage, isSecure: boolean): RawHead {
	return {
		method: request.method ?? "",
		scheme: isSecure ? "https" : "http",
		target: request.url ?? "",
		isOld: request.httpVersionMinor === 0,
		authority: request.httpVersionMinor === 0 && request.headers.host === undefined ? "" : undefined,
		rawHeaders: request.rawHeaders,
	};
}

function optionsOf(limits: HttpServerLimits) {
	return {
		// the target and the first line count as well
		maxHeaderSize: limits.header_bytes,
		headersTimeout: limits.headers_ms,
		// a body may take as long as it moves: see the sweep
		requestTimeout: 0,
		connectionsCheckingInterval: SWEEP_MS,
		keepAliveTimeout: limits.keepAlive_ms,
		// we look ourselves, so that the refusal is logged
		requireHostHeader: false,
		insecureHTTPParser: false,
		noDelay: true,
		// requests without a body need no stream
		optimizeEmptyRequests: true,
		shouldUpgradeCallback: () => false,
	};
}

async function tlsServer(core: ServerCore, tls: { cert: string; key: string }): Promise<Server> {
	const { createServer: createSecureServer } = await import("node:https");
	const server = createSecureServer({
		...optionsOf(core.limits),
		...tls,
		minVersion: "TLSv1.2",
		ALPNProtocols: ["h2", "http/1.1"],
		handshakeTimeout: core.limits.headers_ms,
	});
	const [http1] = server.listeners("secureConnection");
	server.removeAllListeners("secureConnection");
	server.on("secureConnection", (socket: TLSSocket) => {
		if (socket.alpnProtocol === "h2") void core.takeHttp2(socket);
		else http1?.call(server, socket);
	});
	server.on("tlsClientError", (_error, socket) => socket.destroy());
	return server;
}

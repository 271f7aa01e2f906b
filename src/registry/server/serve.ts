import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { printable } from "../../base/fault.ts";
import type { Login } from "./access.ts";
import { answer } from "./answer.ts";
import { readBody } from "./body.ts";
import type { Answer, Holdings } from "./exchange.ts";
import { checkSender, isLoopback } from "./guard.ts";
import {
	CONNECTIONS_MAX,
	HEADER_BYTES_MAX,
	HEADERS_MAX,
	HEADERS_MS_MAX,
	IDLE_MS_MAX,
	KEEP_ALIVE_MS,
	URL_CHARACTERS_MAX,
} from "./limits.ts";
import { Problem } from "./problem.ts";
import { respond } from "./respond.ts";
import { parseAddress } from "./route.ts";

export interface Listening {
	/** An address of this machine: `127.0.0.1`. */
	readonly address: string;
	/** 0 for a free one. */
	readonly port: number;
	/** Certificate and key, PEM: then it speaks HTTPS. */
	readonly tls?: { readonly cert: string; readonly key: string };
	readonly login?: Login;
	/** Told of each request, one line without its end. */
	readonly log?: (line: string) => void;
}

export interface RunningRegistry {
	/** `http://127.0.0.1:5000` */
	readonly url: string;
	/** Settles when no request is under way any more; after `grace_ms` those that are, are cut off. */
	stop(grace_ms: number): Promise<void>;
}

/** Serves what is in `holdings`. Rejects with the system's error where it cannot listen. */
export async function serve(holdings: Holdings, listening: Listening): Promise<RunningRegistry> {
	const server = makeServer(listening.tls);
	server.maxConnections = CONNECTIONS_MAX;
	server.maxHeadersCount = HEADERS_MAX;
	server.timeout = IDLE_MS_MAX;
	// longer than clients keep theirs: nobody sends on a connection that we are about to close
	server.keepAliveTimeout = KEEP_ALIVE_MS;
	await listen(server, listening);
	const url = urlOf(server, listening);
	server.on("request", (request, response) => {
		void handle(holdings, listening, url, request, response);
	});
	return { url, stop: async (grace_ms) => stop(server, grace_ms) };
}

function makeServer(tls: Listening["tls"]): Server {
	// a body may take long; how slow it may be, readBody says
	const options = { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: HEADERS_MS_MAX, requestTimeout: 0 };
	return tls === undefined ? createServer(options) : createSecureServer({ ...options, ...tls });
}

async function listen(server: Server, { address, port }: Listening): Promise<void> {
	await new Promise<void>((settle, refuse) => {
		server.once("error", refuse);
		server.listen({ host: address, port }, () => {
			server.off("error", refuse);
			settle();
		});
	});
}

function urlOf(server: Server, { tls }: Listening): string {
	const { address, port, family } = server.address() as AddressInfo;
	return `${tls === undefined ? "http" : "https"}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

async function stop(server: Server, grace_ms: number): Promise<void> {
	const closed = new Promise<void>((settle) => {
		server.close(() => {
			settle();
		});
	});
	// those that are busy now are idle some time later
	const idle = setInterval(() => {
		server.closeIdleConnections();
	}, 50);
	const end = setTimeout(() => {
		server.closeAllConnections();
	}, grace_ms);
	await closed;
	clearTimeout(end);
	clearInterval(idle);
}

async function handle(
	holdings: Holdings,
	listening: Listening,
	url: string,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const start_ms = Date.now();
	let status: number | string = "cut off";
	try {
		const answered = await answerOrProblem(holdings, listening, url, request);
		({ status } = answered);
		await respond(request, response, answered);
	} catch {
		// the client went away, or what was to be sent is not all there: it must not look whole
		response.destroy();
	}
	const { method, url: target = "" } = request;
	listening.log?.(
		printable(
			`${new Date(start_ms).toISOString()} ${status} ${method} ${target} ${Date.now() - start_ms} ms`,
		),
	);
}

async function answerOrProblem(
	holdings: Holdings,
	listening: Listening,
	url: string,
	request: IncomingMessage,
): Promise<Answer> {
	try {
		const target = request.url ?? "";
		const anyName = listening.tls !== undefined || !isLoopback(listening.address);
		if (target.length > URL_CHARACTERS_MAX)
			throw new Problem(414, "NAME_INVALID", `an address has up to ${URL_CHARACTERS_MAX} characters`);
		const host = checkSender(request.headers, { url, anyName });
		const { route, query } = parseAddress(target);
		const asked = {
			method: request.method ?? "",
			query,
			headers: request.headers,
			body: (bytes_max: number) => readBody(request, bytes_max),
		};
		const scheme = listening.tls === undefined ? "http" : "https";
		const answered = await answer(holdings, listening.login, route, asked, `${scheme}://${host}/token`);
		return request.method === "GET" ? await withOpenBody(answered) : answered;
	} catch (error) {
		if (request.destroyed && !request.complete) throw error;
		return problemAnswer(error instanceof Problem ? error : machineProblem(error, listening.log));
	}
}

/** Content that cannot be read is a problem to tell: once the headers are sent, that cannot be told. */
async function withOpenBody(answered: Answer): Promise<Answer> {
	const { body } = answered;
	if (body === undefined || typeof body === "string" || body instanceof Uint8Array) return answered;
	const pieces = await body.open();
	return { ...answered, body: { ...body, open: () => Promise.resolve(pieces) } };
}

function problemAnswer(problem: Problem): Answer {
	const { status, headers, text } = problem;
	return { status, headers: { "Content-Type": "application/json", ...headers }, body: text };
}

/** A full disk, a file that is gone, or a mistake of ours: told in the log, not to the client. */
function machineProblem(error: unknown, log: Listening["log"]): Problem {
	log?.(printable(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`));
	const { code, errcode } = error as { code?: string; errcode?: number };
	const isFull = code === "ENOSPC" || code === "EDQUOT" || errcode === SQLITE_FULL;
	return isFull
		? new Problem(507, "DENIED", "the registry's disk is full")
		: new Problem(500, "UNSUPPORTED", "the registry failed; its log says why");
}

const SQLITE_FULL = 13;

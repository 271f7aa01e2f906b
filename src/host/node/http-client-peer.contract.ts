/** A client of HTTP and servers of any kind for it, on loopback. */
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createRawServer, type AddressInfo, type Server, type Socket } from "node:net";
import { after } from "node:test";
import type {
	ByteSource,
	ConnectGate,
	Field,
	HttpClient,
	HttpFailure,
	HttpResponse,
	HttpSent,
	HttpTimeouts,
} from "../../sys/http.ts";
import { prepareHttpClient } from "./http-client.ts";

export const makeClient = await prepareHttpClient({ extraCertificates: [] });
const client = makeClient();
export const closers: (() => void)[] = [() => client.close()];
after(() => {
	for (const close of closers) close();
});

export const text = new TextEncoder();

export interface Asked {
	readonly port: number;
	readonly host?: string;
	readonly method?: string;
	readonly path?: string;
	readonly headers?: readonly (readonly [string, string])[];
	readonly hasBody?: boolean;
	readonly timeouts?: HttpTimeouts;
	readonly gate?: ConnectGate;
	readonly client?: HttpClient;
}

export function send(asked: Asked): HttpSent {
	const { port, host = "server.test", headers = [] } = asked;
	return (asked.client ?? client).send({
		head: {
			method: asked.method ?? "GET",
			scheme: "http",
			authority: `${host}:${port}`,
			pathWithQuery: asked.path ?? "/",
			headers: headers.map(([name, value]): Field => [name, text.encode(value)]),
		},
		host,
		port,
		hasBody: asked.hasBody ?? false,
		timeouts: asked.timeouts ?? {},
		gate: asked.gate ?? (() => ["127.0.0.1"]),
	});
}

export async function answered(sent: HttpSent): Promise<HttpResponse> {
	const response = await sent.response;
	assert.ok(!("tag" in response), `it failed: ${JSON.stringify(response)}`);
	return response;
}

export async function failed(sent: HttpSent): Promise<HttpFailure> {
	const response = await sent.response;
	assert.ok("tag" in response, "it did not fail");
	return response;
}

export async function read(
	source: ByteSource,
): Promise<{ readonly length: number; readonly text: string; readonly end: unknown }> {
	const chunks: Uint8Array[] = [];
	for (;;) {
		const bytes = source.read(16_384);
		if (!(bytes instanceof Uint8Array)) {
			const whole = Buffer.concat(chunks);
			return { length: whole.length, text: whole.toString("latin1"), end: bytes };
		}
		if (bytes.length === 0) await source.readable();
		else chunks.push(bytes);
	}
}

export async function listening(server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	closers.push(() => server.close());
	return (server.address() as AddressInfo).port;
}

export function httpServer(
	answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<number> {
	return listening(createServer(answer));
}

/** A server of its own making, which is told what came first. */
export function rawServer(speak: (socket: Socket, request: string) => void): Promise<number> {
	return listening(
		createRawServer((socket) => {
			socket.on("error", () => undefined);
			socket.once("data", (bytes) => speak(socket, bytes.toString("latin1")));
		}),
	);
}

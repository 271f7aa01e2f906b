/** The servers that tests of wasi:http/client ask: what the suite's own runner offers, on loopback. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { freePort } from "../support/free-port.ts";

/** As a manifest says it. */
export interface ServerSpec {
	readonly name: string;
	/** "closed": an address at which nobody listens. */
	readonly kind?: "closed";
	readonly endpoints?: readonly Endpoint[];
}

interface Endpoint {
	readonly method: string;
	readonly path: string;
	readonly mode?: "echo-body" | "echo-headers";
	readonly response?: {
		readonly status: number;
		readonly body?: string;
		readonly chunks?: readonly string[];
		readonly headers?: Readonly<Record<string, string>>;
		readonly trailers?: Readonly<Record<string, string>>;
	};
}

export interface Endpoints {
	/** What the guest finds them by: `HTTP_SERVER_MAIN`, and `HOST:PORT`. */
	readonly env: Readonly<Record<string, string>>;
	close(): void;
}

export async function startEndpoints(specs: readonly ServerSpec[]): Promise<Endpoints> {
	const servers: Server[] = [];
	const env: Record<string, string> = {};
	for (const { name, kind, endpoints = [] } of specs) {
		let port: number;
		if (kind === "closed") port = await freePort();
		else {
			const server = createServer((request, response) => void answer(endpoints, request, response));
			await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
			servers.push(server);
			({ port } = server.address() as AddressInfo);
		}
		env[`HTTP_SERVER_${name.toUpperCase()}`] = `127.0.0.1:${port}`;
	}
	return {
		env,
		close() {
			for (const server of servers) {
				server.close();
				server.closeAllConnections();
			}
		},
	};
}

async function answer(
	endpoints: readonly Endpoint[],
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const body: Buffer[] = [];
	try {
		for await (const piece of request) body.push(piece as Buffer);
	} catch {
		return; // the client has broken its request off
	}
	response.setHeader("connection", "close");
	const found = endpoints.find(({ method, path }) => method === request.method && path === request.url);
	if (found === undefined) response.writeHead(404).end();
	else if (found.mode === "echo-body") response.writeHead(200).end(Buffer.concat(body));
	else if (found.mode === "echo-headers") response.writeHead(200, echoOf(request)).end();
	else configured(found, response);
}

function configured({ response: wanted }: Endpoint, response: ServerResponse): void {
	const { status, body = "", chunks, headers = {}, trailers = {} } = wanted ?? { status: 200 };
	if (chunks === undefined) {
		response.writeHead(status, headers).end(body);
		return;
	}
	const announced = Object.keys(trailers).length === 0 ? {} : { trailer: Object.keys(trailers).join(", ") };
	response.writeHead(status, { ...headers, ...announced });
	for (const chunk of chunks) response.write(chunk);
	response.addTrailers(trailers);
	response.end();
}

function echoOf(request: IncomingMessage): Record<string, string | string[]> {
	const echo: Record<string, string | string[]> = {
		"x-request-method": request.method ?? "",
		"x-request-path": request.url ?? "",
	};
	for (const [name, values] of Object.entries(request.headersDistinct))
		if (values !== undefined) echo[`x-echo-${name}`] = values;
	for (const [name, value] of Object.entries(request.trailers))
		if (value !== undefined) echo[`x-trailer-${name}`] = value;
	return echo;
}

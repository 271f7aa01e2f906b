/** A real HTTP server on loopback that answers as a test wants: mostly as no registry should. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

import { Fault } from "../../src/base/fault.ts";
import type { Credentials } from "../../src/registry/client/credentials.ts";
import type { ClientLimits } from "../../src/registry/client/limits.ts";
import { Registry, type RegistryOptions } from "../../src/registry/client/registry.ts";

export interface SeenRequest {
	readonly method: string;
	/** With the query. */
	readonly path: string;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: Buffer;
}

export interface OddServer {
	/** `127.0.0.1:40001`. */
	readonly host: string;
	/** What came, in order. */
	readonly seen: readonly SeenRequest[];
}

/** Answers a request; what it does not end stays open until the test ends. */
export type Answering = (request: SeenRequest, response: ServerResponse) => unknown;

/** Starts one; it ends with the test, whatever is still open. */
export async function startOddServer(test: TestContext, answer: Answering): Promise<OddServer> {
	const seen: SeenRequest[] = [];
	async function take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
		response.on("error", () => undefined);
		const body = await readWhole(incoming);
		const { method = "", url: path = "", headers } = incoming;
		const request = { method, path, headers, body };
		seen.push(request);
		answer(request, response);
	}
	const server = createServer((incoming, response) => {
		void take(incoming, response);
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	test.after(() => {
		server.closeAllConnections();
		server.close();
	});
	return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** What came of a body before its connection broke. */
async function readWhole(incoming: IncomingMessage): Promise<Buffer> {
	const pieces: Buffer[] = [];
	incoming.on("data", (piece: Buffer) => pieces.push(piece));
	await new Promise<void>((settle) => {
		incoming
			.once("end", settle)
			.once("close", settle)
			.once("error", () => undefined);
	});
	return Buffer.concat(pieces);
}

/** Bounds that are reached within a test's patience. */
export const SHORT_LIMITS: Partial<ClientLimits> = {
	answer_ms: 2000,
	finish_ms: 1000,
	stall_ms: 600,
	stall_bytes: 1000,
	attempts: 3,
	backoff_ms: 1,
	backoff_max_ms: 20,
};

/** A client for it that gives up soon. */
export function impatient(
	{ host }: OddServer,
	options: Partial<RegistryOptions> = {},
	limits: Partial<ClientLimits> = {},
): Registry {
	return new Registry(host, {
		credentials: async () => undefined,
		...options,
		limits: { ...SHORT_LIMITS, ...limits },
	});
}

export function known(username: string, password: string): () => Promise<Credentials> {
	return async () => ({ kind: "password", username, password, from: "the test" });
}

/** The code of the Fault that `act` rejects with, and its lines. */
export async function faultOf(act: Promise<unknown>): Promise<{ code: string; text: string }> {
	try {
		await act;
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
		return { code: error.code, text: [error.message, ...error.notes, ...error.helps].join("\n") };
	}
	throw new Error("nothing was thrown");
}

export async function collected(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const pieces: Uint8Array[] = [];
	for await (const piece of content) pieces.push(piece);
	return Buffer.concat(pieces);
}

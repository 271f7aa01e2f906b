import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Answer } from "./exchange.ts";

/** For a body that nobody wants any more: what comes within this time is thrown away, then the connection ends. */
const LINGER_MS = 5000;

/** Sends the answer; to HEAD, all but its body. Rejects when it could not be sent whole. */
export async function respond(
	request: IncomingMessage,
	response: ServerResponse,
	answer: Answer,
): Promise<void> {
	const { status, headers = {}, body = "" } = answer;
	const size_bytes = typeof body === "string" ? Buffer.byteLength(body) : sizeOf(body);
	response.writeHead(status, {
		"Docker-Distribution-API-Version": "registry/2.0",
		...(status !== 204 && status !== 304 && { "Content-Length": String(size_bytes) }),
		"X-Content-Type-Options": "nosniff",
		...headers,
	});
	lingerOver(request, response);
	if (request.method === "HEAD" || size_bytes === 0) response.end();
	else if (typeof body === "string" || body instanceof Uint8Array) response.end(body);
	else await pipeline(Readable.from(await body.open(), { objectMode: false }), response);
}

function sizeOf(body: Exclude<Answer["body"], string | undefined>): number {
	return body instanceof Uint8Array ? body.length : body.size_bytes;
}

function lingerOver(request: IncomingMessage, response: ServerResponse): void {
	response.once("finish", () => {
		if (request.complete) return;
		const end = setTimeout(() => request.socket.destroy(), LINGER_MS).unref();
		request.once("end", () => {
			clearTimeout(end);
		});
		request.resume();
	});
}

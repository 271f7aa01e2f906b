import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { readBody } from "./body.ts";

const WINDOW_MS = 1000;

/** A server that reads what comes and answers how much that was, at `pace_ms` a piece. */
async function counting(context: TestContext, pace_ms = 0): Promise<number> {
	const count = async (asked: IncomingMessage, response: ServerResponse) => {
		let bytes = 0;
		for await (const piece of readBody(asked, 1 << 20, WINDOW_MS)) {
			bytes += piece.length;
			await new Promise((wake) => setTimeout(wake, pace_ms));
		}
		response.end(String(bytes));
	};
	const server = createServer((asked, response) => {
		count(asked, response).catch(() => response.destroy());
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	context.after(() => {
		server.closeAllConnections();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

/** Sends these pieces, the next each `gap_ms`; the answer, or undefined when it was cut off. */
async function send(port: number, pieces: readonly number[], gap_ms: number): Promise<string | undefined> {
	const sending = request({ port, host: "127.0.0.1", method: "PUT" });
	const answer = new Promise<string | undefined>((settle) => {
		sending.on("close", () => {
			settle(undefined);
		});
		sending.on("error", () => undefined);
		sending.on("response", (response) => {
			response.setEncoding("utf8").on("data", settle);
		});
	});
	for (const size of pieces) {
		if (sending.destroyed) break;
		sending.write(Buffer.alloc(size));
		await new Promise((wake) => setTimeout(wake, gap_ms));
	}
	if (!sending.destroyed) sending.end();
	return answer;
}

test("a body that comes at once is read", async (context) => {
	assert.equal(await send(await counting(context), [100_000], 0), "100000");
});

test("a body that hardly comes is cut off, though each byte of it is in time", async (context) => {
	assert.equal(
		await send(
			await counting(context),
			Array.from({ length: 100 }, () => 1),
			WINDOW_MS / 20,
		),
		undefined,
	);
});

test("a body that comes slowly, but comes, is read", async (context) => {
	const pieces = Array.from({ length: 8 }, () => 8192);
	assert.equal(await send(await counting(context), pieces, WINDOW_MS / 50), "65536");
});

test("that we are slow is not the sender's fault", async (context) => {
	assert.equal(await send(await counting(context, WINDOW_MS * 1.2), [10, 10], 1), "20");
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { exchange } from "./exchange.ts";
import { CLIENT_LIMITS } from "./limits.ts";

test("the body of an answer is there still when it is read late, whatever was collected meanwhile", async (context) => {
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc") as () => void;
	const body = "x".repeat(50_000);
	const server = createServer((_request, response) => response.writeHead(400).end(body)).listen(
		0,
		"127.0.0.1",
	);
	context.after(() => server.close());
	await once(server, "listening");
	const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
	const answer = await exchange({ method: "GET", url, headers: {} }, CLIENT_LIMITS);
	for (let round = 0; round < 5; round++) {
		collect();
		await pause(10); // what is collected is told of in a task of its own
	}
	const bytes = await answer.start(1 << 20);
	assert.equal(Buffer.from(bytes).toString(), body);
});

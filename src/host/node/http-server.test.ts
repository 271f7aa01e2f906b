import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { test, type TestContext } from "node:test";
import type { ServedExchange } from "./http-server-exchange.ts";
import { DEFAULT_HTTP_LIMITS, type HttpServerLimits } from "./http-server-limits.ts";
import { type RefusedRequest, type RunningServer, startHttpServer } from "./http-server.ts";

interface Serving {
	readonly server: RunningServer;
	readonly refused: RefusedRequest[];
	readonly ended: ServedExchange[];
}

async function serving(
	context: TestContext,
	answer: (exchange: ServedExchange) => void | Promise<void>,
	limits: Partial<HttpServerLimits> = {},
): Promise<Serving> {
	const refused: RefusedRequest[] = [];
	const ended: ServedExchange[] = [];
	const server = await startHttpServer(
		{
			limits: { ...DEFAULT_HTTP_LIMITS, ...limits },
			tls: undefined,
			onExchange: (exchange) => void answer(exchange),
			onEnded: (exchange) => ended.push(exchange),
			onRefused: (request) => refused.push(request),
		},
		{ host: "127.0.0.1", port: 0 },
	);
	context.after(() => {
		server.close();
	});
	return { server, refused, ended };
}

/** Sends bytes as they are; answers what came until the server closed, or until `until` was there. */
async function raw(server: RunningServer, sent: string | readonly string[], until?: RegExp): Promise<string> {
	const socket = await dial(server);
	let came = "";
	socket.on("data", (piece) => (came += piece));
	for (const piece of typeof sent === "string" ? [sent] : sent) socket.write(piece, "latin1");
	const closed = new Promise<void>((resolve) => {
		socket.once("close", () => {
			resolve();
		});
	});
	const found = new Promise<void>((resolve) => {
		socket.on("data", () => {
			if (until?.test(came) === true) resolve();
		});
	});
	await Promise.race([closed, found]);
	socket.destroy();
	return came;
}

async function dial(server: RunningServer): Promise<Socket> {
	const socket = connect(server.port, "127.0.0.1");
	socket.setEncoding("latin1");
	socket.on("error", () => {});
	await once(socket, "connect");
	return socket;
}

function say(exchange: ServedExchange, text = "hello", status = 200): void {
	const body = exchange.respond(status, [["content-type", Buffer.from("text/plain")]]);
	body.write(Buffer.from(text));
	body.end(undefined);
}

async function readAll(exchange: ServedExchange): Promise<Buffer | string> {
	const pieces: Uint8Array[] = [];
	for (;;) {
		const piece = exchange.body?.read(65_536) ?? "end";
		if (piece === "end") return Buffer.concat(pieces);
		if (!(piece instanceof Uint8Array)) return piece.tag;
		pieces.push(piece);
		await exchange.body?.readable();
	}
}

const CLOSE = "Host: a\r\nConnection: close\r\n";

test("an answer that is small goes with its length, in one piece", async (t) => {
	const { server } = await serving(t, (exchange) => say(exchange));
	const came = await raw(server, `GET / HTTP/1.1\r\n${CLOSE}\r\n`);
	assert.match(
		came,
		/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/plain\r\ncontent-length: 5\r\n[^]*\r\n\r\nhello$/,
	);
});

test("an answer in pieces goes in chunks, with trailers behind them", async (t) => {
	const { server } = await serving(t, async (exchange) => {
		const body = exchange.respond(200, [["trailer", Buffer.from("x-sum")]]);
		body.write(Buffer.from("one"));
		await sleep(5);
		body.write(Buffer.from("two"));
		assert.equal(body.end([["x-sum", Buffer.from("6")]]), undefined);
	});
	const came = await raw(server, `GET / HTTP/1.1\r\n${CLOSE}\r\n`);
	assert.match(came, /transfer-encoding: chunked/i);
	assert.match(came, /3\r\none\r\n3\r\ntwo\r\n0\r\nx-sum: 6\r\n\r\n$/);
});

test("a head alone is sent before its body comes", async (t) => {
	const { server } = await serving(
		t,
		(exchange) => void exchange.respond(200, [["x-early", Buffer.from("1")]]),
	);
	assert.match(await raw(server, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", /\r\n\r\n/), /x-early: 1/);
});

for (const [method, status] of [
	["HEAD", 200],
	["GET", 204],
	["GET", 304],
] as const)
	test(`${method} with ${status} has no body, and the next request on the connection is read`, async (t) => {
		const { server } = await serving(t, (exchange) => say(exchange, "hello", status));
		const came = await raw(server, [
			`${method} /1 HTTP/1.1\r\nHost: a\r\n\r\n`,
			`${method} /2 HTTP/1.1\r\n${CLOSE}\r\n`,
		]);
		assert.equal(came.split(`HTTP/1.1 ${status} `).length, 3);
		assert.doesNotMatch(came, /hello|chunked/);
		if (status === 204) assert.doesNotMatch(came, /content-length/);
	});

/** What two readers could take for two different things, or is too much. */
const REFUSED: readonly (readonly [string, string, number])[] = [
	[
		"a length beside chunks",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		400,
	],
	["two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400],
	["a length that is no number", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello", 400],
	[
		"an encoding that is not chunked",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		400,
	],
	[
		"chunks under another encoding",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
		400,
	],
	[
		"a coding beside chunks",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		400,
	],
	["chunks of HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
	["HTTP/2 without its frames", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505],
	["a space before a colon", "GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n", 400],
	["a header that goes on in the next line", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", 400],
	["lines that end in a line feed alone", "GET / HTTP/1.1\nHost: a\n\n", 400],
	["a NUL in a header", "GET / HTTP/1.1\r\nHost: a\r\nX: \u0000\r\n\r\n", 400],
	["no host", "GET / HTTP/1.1\r\n\r\n", 400],
	["two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
	["no HTTP", "\u0016\u0003\u0001\u0002\u0000", 400],
	["a tunnel", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501],
	["an expectation that nobody knows", "GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-maybe\r\n\r\n", 417],
	["10,000 headers", `GET / HTTP/1.1\r\nHost: a\r\n${"a:\r\n".repeat(10_000)}\r\n`, 431],
	["129 headers", `GET / HTTP/1.1\r\nHost: a\r\n${"a:\r\n".repeat(128)}\r\n`, 431],
	["a header of 40 KB", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(40_000)}\r\n\r\n`, 431],
	["a URL of 9 KB", `GET /${"x".repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414],
	[
		"extensions of chunks without an end",
		`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;${"x".repeat(20_000)}`,
		413,
	],
];

for (const [what, sent, status] of REFUSED)
	test(`${what}: ${status}, and the connection is closed`, async (t) => {
		let seen = 0;
		const { server, refused, ended } = await serving(t, async (exchange) => {
			seen += 1;
			await readAll(exchange);
			say(exchange);
		});
		const came = await raw(server, `${sent}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`);
		// of a body that turns out wrong, the head was a request: its answer is not sent, or is the refusal
		assert.match(came, new RegExp(`^(?:HTTP/1\\.1 ${status} [^]*)?$`), came);
		assert.equal(came.split("HTTP/1.1 ").length <= 2, true);
		assert.equal(
			ended.some(({ head }) => head.pathWithQuery === "/smuggled"),
			false,
		);
		assert.ok(refused.some((one) => one.status === status) || seen === 1);
	});

test("a request after a request of one piece is answered after it", async (t) => {
	const { server } = await serving(t, async (exchange) => {
		if (exchange.head.pathWithQuery === "/slow") await sleep(30);
		say(exchange, exchange.head.pathWithQuery);
	});
	const came = await raw(server, `GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /fast HTTP/1.1\r\n${CLOSE}\r\n`);
	assert.deepEqual(
		[...came.matchAll(/\r\n\r\n(\/[a-z]+)/g)].map(([, path]) => path),
		["/slow", "/fast"],
	);
});

test("a body comes in pieces, with its trailers", async (t) => {
	let trailers: unknown;
	const { server } = await serving(t, async (exchange) => {
		const body = await readAll(exchange);
		trailers = exchange.body?.trailers?.map(([name, value]) => [name, String(value)]);
		say(exchange, `${body.length}`);
	});
	const chunks = "3\r\none\r\n3\r\ntwo\r\n0\r\nX-Sum: 6\r\n\r\n";
	const came = await raw(server, `POST / HTTP/1.1\r\n${CLOSE}Transfer-Encoding: chunked\r\n\r\n${chunks}`);
	assert.match(came, /\r\n\r\n6$/);
	assert.deepEqual(trailers, [["x-sum", "6"]]);
});

test("a body is asked for only when it is read", async (t) => {
	const { server } = await serving(t, async (exchange) => {
		if (exchange.head.pathWithQuery === "/read") await readAll(exchange);
		say(exchange);
	});
	const head = (path: string) =>
		`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`;
	assert.match(await raw(server, head("/unread")), /^HTTP\/1\.1 200 OK[^]*Connection: close/);
	assert.match(await raw(server, head("/read"), /100/), /^HTTP\/1\.1 100 Continue\r\n\r\n/);
});

test("a body that is announced too large is refused before it is read", async (t) => {
	let seen = 0;
	const { server } = await serving(t, () => void (seen += 1), { requestBody_bytes: 10 });
	const came = await raw(server, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
	assert.match(came, /^HTTP\/1\.1 413 /);
	assert.equal(seen, 0);
});

test("a body that turns out too large is refused, and its guest learns why", async (t) => {
	let read: unknown;
	const { server } = await serving(
		t,
		async (exchange) => {
			read = await readAll(exchange);
		},
		{ requestBody_bytes: 10 },
	);
	const chunk = "8\r\n12345678\r\n";
	const came = await raw(
		server,
		`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`,
		/413/,
	);
	assert.match(came, /^HTTP\/1\.1 413 /);
	assert.equal(read, "HTTP-request-body-size");
});

test("an answer that grows over its limit is broken off", async (t) => {
	let failure: unknown;
	const { server } = await serving(
		t,
		async (exchange) => {
			const body = exchange.respond(200, []);
			for (let room = body.room(); typeof room === "number"; room = body.room()) {
				body.write(Buffer.alloc(1000));
				await body.writable();
			}
			failure = body.room();
		},
		{ responseBody_bytes: 100_000 },
	);
	const came = await raw(server, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	assert.ok(came.length < 110_000);
	assert.doesNotMatch(came, /\r\n0\r\n\r\n$/);
	assert.deepEqual(failure, { tag: "HTTP-response-body-size", val: 101_000n });
});

for (const [what, length, sent] of [
	["shorter", "6", "hello"],
	["longer", "4", "hello"],
] as const)
	test(`an answer ${what} than it announced is broken off`, async (t) => {
		let failure: unknown;
		const { server } = await serving(t, (exchange) => {
			const body = exchange.respond(200, [["content-length", Buffer.from(length)]]);
			body.write(Buffer.from(sent));
			failure = body.end(undefined);
		});
		await raw(server, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
		assert.equal((failure as { tag: string }).tag, "HTTP-response-body-size");
	});

test("a client that does not finish its head is told so", async (t) => {
	const { server, refused } = await serving(t, () => {}, { headers_ms: 100 });
	const came = await raw(server, "GET / HTTP/1.1\r\nHost:");
	assert.match(came, /^HTTP\/1\.1 408 /);
	assert.deepEqual(
		refused.map(({ status }) => status),
		[408],
	);
});

test("a client that drips its head a byte at a time is told so", async (t) => {
	const { server } = await serving(t, () => {}, { headers_ms: 200 });
	const socket = await dial(server);
	let came = "";
	socket.on("data", (piece) => (came += piece));
	socket.write("GET / HTTP/1.1\r\nX: ");
	const drip = setInterval(() => socket.write("x"), 20);
	await once(socket, "close");
	clearInterval(drip);
	assert.match(came, /^HTTP\/1\.1 408 /);
});

test("a client that stops within its body is told so, and its guest is", async (t) => {
	let read: unknown;
	const { server } = await serving(
		t,
		async (exchange) => {
			read = await readAll(exchange);
		},
		{ idle_ms: 100 },
	);
	const came = await raw(server, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
	assert.match(came, /^HTTP\/1\.1 408 /);
	assert.equal(read, "connection-timeout");
});

test("a client that reads nothing of its answer is let go, and what is held for it is bounded", async (t) => {
	let written = 0;
	const { server, ended } = await serving(
		t,
		async (exchange) => {
			const body = exchange.respond(200, []);
			for (let room = body.room(); typeof room === "number"; room = body.room()) {
				if (room > 0) body.write(Buffer.alloc(room));
				written += room;
				await body.writable();
			}
		},
		{ idle_ms: 200 },
	);
	const socket = await dial(server);
	socket.pause();
	socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	while (ended.length === 0) await sleep(20);
	assert.ok(ended[0]?.wasAborted);
	assert.ok(written < 32 * 1024 * 1024, `${written} bytes were taken`);
	socket.destroy();
});

test("a client that reads none of many small answers is let go", async (t) => {
	const { server, ended } = await serving(t, (exchange) => say(exchange, "x".repeat(16_000)), {
		idle_ms: 200,
	});
	const socket = await dial(server);
	socket.pause();
	socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2000));
	while (!ended.some(({ wasAborted }) => wasAborted)) await sleep(20);
	while (server.connections > 0) await sleep(20);
	assert.equal(server.live.size, 0);
	socket.destroy();
});

test("a guest learns that its client has gone", async (t) => {
	const aborted = Promise.withResolvers<string>();
	const { server, ended } = await serving(t, async (exchange) => {
		exchange.signal.addEventListener("abort", () => aborted.resolve("aborted"));
		aborted.resolve(`${String(await readAll(exchange))} ${exchange.signal.aborted}`);
	});
	const socket = await dial(server);
	socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
	while (server.live.size === 0) await sleep(5);
	socket.destroy();
	assert.match(await aborted.promise, /aborted|terminated true/);
	while (ended.length === 0) await sleep(5);
	assert.deepEqual([ended[0]?.wasAborted, ended[0]?.status, server.live.size], [true, 0, 0]);
});

test("what nobody reads of a body does not stop the answer, nor what comes after it", async (t) => {
	const { server } = await serving(t, (exchange) => say(exchange));
	const body = "x".repeat(200_000);
	const came = await raw(server, [
		`POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
		`GET /2 HTTP/1.1\r\n${CLOSE}\r\n`,
	]);
	assert.equal(came.split("HTTP/1.1 200 OK").length, 3);
});

for (const [what, headers] of [
	["a line's end in a header", [["x", Buffer.from("a\r\nb: c")]]],
	[
		"two lengths",
		[
			["content-length", Buffer.from("1")],
			["content-length", Buffer.from("1")],
		],
	],
	["a length that is none", [["content-length", Buffer.from("-1")]]],
] as const)
	test(`a guest cannot answer with ${what}`, async (t) => {
		const { server } = await serving(t, (exchange) => {
			try {
				const body = exchange.respond(200, headers);
				body.end(undefined);
			} catch {
				exchange.refuse(500, "no");
			}
		});
		const came = await raw(server, `GET / HTTP/1.1\r\n${CLOSE}\r\n`);
		assert.match(came, /^HTTP\/1\.1 500 /);
		assert.doesNotMatch(came, /b: c/);
	});

test("what a guest says of the connection is left out", async (t) => {
	const { server } = await serving(t, (exchange) => {
		const body = exchange.respond(200, [
			["transfer-encoding", Buffer.from("gzip")],
			["upgrade", Buffer.from("h2c")],
			["keep-alive", Buffer.from("x")],
		]);
		body.end(undefined);
	});
	const came = await raw(server, `GET / HTTP/1.1\r\n${CLOSE}\r\n`);
	assert.doesNotMatch(came, /gzip|h2c|keep-alive: x/);
});

test("draining finishes what is under way, closes what is idle and accepts nothing more", async (t) => {
	const go = Promise.withResolvers<void>();
	const { server } = await serving(t, async (exchange) => {
		await go.promise;
		say(exchange);
	});
	const { port } = server;
	const idle = await dial(server);
	const busy = raw(server, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	while (server.live.size === 0) await sleep(5);
	const drained = server.drain();
	await once(idle, "close");
	const late = connect(port, "127.0.0.1");
	await assert.rejects(once(late, "connect"), /ECONNREFUSED/);
	go.resolve();
	assert.match(await busy, /^HTTP\/1\.1 200 OK[^]*Connection: close[^]*hello$/);
	await drained;
});

test("so many connections and no more", async (t) => {
	const { server } = await serving(t, (exchange) => say(exchange), { connections: 2 });
	const [one, two] = [await dial(server), await dial(server)];
	const three = await dial(server);
	await once(three, "close");
	one.write(`GET / HTTP/1.1\r\n${CLOSE}\r\n`);
	assert.match(String((await once(one, "data"))[0]), /200 OK/);
	two.destroy();
});

import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createRawServer, type AddressInfo, type Server, type Socket } from "node:net";
import { after, test } from "node:test";
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

const makeClient = await prepareHttpClient({ extraCertificates: [] });
const client = makeClient();
const closers: (() => void)[] = [() => client.close()];
after(() => {
	for (const close of closers) close();
});

const text = new TextEncoder();

interface Asked {
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

function send(asked: Asked): HttpSent {
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

async function answered(sent: HttpSent): Promise<HttpResponse> {
	const response = await sent.response;
	assert.ok(!("tag" in response), `it failed: ${JSON.stringify(response)}`);
	return response;
}

async function failed(sent: HttpSent): Promise<HttpFailure> {
	const response = await sent.response;
	assert.ok("tag" in response, "it did not fail");
	return response;
}

async function read(
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

async function listening(server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	closers.push(() => server.close());
	return (server.address() as AddressInfo).port;
}

function httpServer(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
	return listening(createServer(answer));
}

/** A server of its own making, which is told what came first. */
function rawServer(speak: (socket: Socket, request: string) => void): Promise<number> {
	return listening(
		createRawServer((socket) => {
			socket.on("error", () => undefined);
			socket.once("data", (bytes) => speak(socket, bytes.toString("latin1")));
		}),
	);
}

/** Answers with what it was sent, word for word. */
const mirror = await rawServer((socket, request) => {
	socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${request.length}\r\nConnection: close\r\n\r\n${request}`);
});

const requests: readonly { readonly name: string; readonly asked: Partial<Asked>; readonly sent: RegExp }[] =
	[
		{
			name: "a GET says nothing of a body",
			asked: {},
			sent: /^GET \/ HTTP\/1\.1\r\nHost: server\.test:\d+\r\nConnection: keep-alive\r\n\r\n$/,
		},
		{
			name: "a POST without a body says so",
			asked: { method: "POST" },
			sent: /\r\nContent-Length: 0\r\n\r\n$/,
		},
		{ name: "methods keep their case", asked: { method: "coucou" }, sent: /^coucou \/ / },
		{
			name: "headers keep case, order and each value",
			asked: {
				headers: [
					["X-A", "1"],
					["x-b", "2"],
					["x-a", "3"],
				],
			},
			sent: /\r\nX-A: 1\r\nX-A: 3\r\nx-b: 2\r\n/,
		},
		{
			name: "a query goes out as it is",
			asked: { path: "/a%2Fb?x=1&y=%20" },
			sent: /^GET \/a%2Fb\?x=1&y=%20 /,
		},
	];
for (const { name, asked, sent } of requests) {
	test(`on the wire: ${name}`, async () => {
		const { body } = await answered(send({ port: mirror, ...asked }));
		assert.match((await read(body)).text, sent);
	});
}

test("a body goes out in chunks, and its trailers behind", async () => {
	let trailers: unknown;
	const port = await httpServer((request, response) => {
		let body = "";
		request.on("data", (chunk: Buffer) => (body += chunk.toString()));
		request.on("end", () => {
			trailers = request.rawTrailers;
			response.end(`${request.headers["transfer-encoding"]} ${body}`);
		});
	});
	const sent = send({ port, method: "GET", hasBody: true });
	sent.body.write(text.encode("one "));
	await sent.body.flushed();
	sent.body.write(text.encode("two"));
	assert.equal(sent.body.end([["x-sum", text.encode("7")]]), undefined);
	assert.equal((await read((await answered(sent)).body)).text, "chunked one two");
	assert.deepEqual(trailers, ["x-sum", "7"]);
});

test("the answer can come before the body is written", async () => {
	const port = await httpServer((request, response) => {
		response.flushHeaders();
		request.pipe(response);
	});
	const sent = send({ port, method: "POST", hasBody: true });
	const { body } = await answered(sent);
	sent.body.write(text.encode("late"));
	sent.body.end(undefined);
	assert.equal((await read(body)).text, "late");
});

test("trailers come with the end; names in lower case, values as bytes", async () => {
	const port = await rawServer((socket) =>
		socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Ä: no\r\n\r\n", "utf8"),
	);
	assert.deepEqual(await failed(send({ port })), { tag: "HTTP-protocol-error" });
	const good = await rawServer((socket) =>
		socket.end(
			Buffer.from(
				"HTTP/1.1 299 Fine\r\nX-Name: \xe9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 9\r\n\r\n",
				"latin1",
			),
		),
	);
	const response = await answered(send({ port: good }));
	assert.equal(response.status, 299);
	assert.deepEqual([...(response.headers[0]?.[1] ?? [])], [0xe9]);
	assert.deepEqual(await read(response.body), { length: 2, text: "hi", end: "end" });
	assert.deepEqual(
		response.body.trailers?.map(([name, value]) => [name, Buffer.from(value).toString()]),
		[["x-sum", "9"]],
	);
});

const bodiless: readonly { readonly name: string; readonly method: string; readonly head: string }[] = [
	{ name: "HEAD", method: "HEAD", head: "200 OK\r\nContent-Length: 1000" },
	{ name: "204", method: "GET", head: "204 No Content" },
	{ name: "304", method: "GET", head: "304 Not Modified\r\nContent-Length: 1000" },
	{
		name: "a real answer behind 100 and 103",
		method: "GET",
		head: "103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0",
	},
];
for (const { name, method, head } of bodiless) {
	test(`no body: ${name}`, async () => {
		const port = await rawServer((socket) => socket.write(`HTTP/1.1 ${head}\r\n\r\n`));
		assert.deepEqual(await read((await answered(send({ port, method }))).body), {
			length: 0,
			text: "",
			end: "end",
		});
	});
}

const hostile: readonly {
	readonly name: string;
	readonly speak: (socket: Socket) => void;
	readonly tag: string;
	readonly timeouts?: HttpTimeouts;
}[] = [
	{
		name: "garbage",
		speak: (socket) => socket.end("\u0000\u0001nonsense\r\n\r\n"),
		tag: "HTTP-protocol-error",
	},
	{ name: "nothing", speak: (socket) => socket.end(), tag: "connection-terminated" },
	{ name: "a reset", speak: (socket) => socket.resetAndDestroy(), tag: "connection-terminated" },
	{
		name: "half a head",
		speak: (socket) => socket.end("HTTP/1.1 200 OK\r\nX-"),
		tag: "connection-terminated",
	},
	{
		name: "headers without end",
		speak: (socket) => endless(socket, "HTTP/1.1 200 OK\r\n", "X-Name: value\r\n".repeat(100)),
		tag: "HTTP-response-header-section-size",
	},
	{
		name: "a header without end",
		speak: (socket) => endless(socket, "HTTP/1.1 200 OK\r\nX-Name: ", "v".repeat(4_096)),
		tag: "HTTP-response-header-section-size",
	},
	{
		name: "a thousand and one headers",
		speak: (socket) => socket.end(`HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(1_001)}\r\n`),
		tag: "HTTP-response-header-section-size",
	},
	{
		name: "two lengths that differ",
		speak: (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
		tag: "HTTP-protocol-error",
	},
	{
		name: "a length and chunks",
		speak: (socket) =>
			socket.end("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		tag: "HTTP-response-transfer-coding",
	},
	{
		name: "1xx without end",
		speak: (socket) => endless(socket, "", "HTTP/1.1 102 Processing\r\n\r\n".repeat(10)),
		tag: "HTTP-protocol-error",
	},
	{
		name: "an upgrade that nobody asked for",
		speak: (socket) =>
			socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"),
		tag: "HTTP-upgrade-failed",
	},
	{
		name: "silence",
		speak: () => undefined,
		tag: "connection-read-timeout",
		timeouts: { firstByte_ns: 30_000_000n },
	},
	{
		name: "a slow drip of a head",
		speak: (socket) => drip(socket, "HTTP/1.1 200 OK\r\nX-Long: "),
		tag: "connection-read-timeout",
		timeouts: { firstByte_ns: 60_000_000n },
	},
];
for (const { name, speak, tag, timeouts } of hostile) {
	test(`a hostile server: ${name} is ${tag}`, async () => {
		const port = await rawServer(speak);
		assert.equal((await failed(send({ port, ...(timeouts === undefined ? {} : { timeouts }) }))).tag, tag);
	});
}

const shortBodies: readonly {
	readonly name: string;
	readonly speak: (socket: Socket) => void;
	readonly tag: string;
	readonly timeouts?: HttpTimeouts;
}[] = [
	{
		name: "an early end",
		speak: (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
		tag: "HTTP-response-incomplete",
	},
	{
		name: "chunks without the last",
		speak: (socket) => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
		tag: "HTTP-response-incomplete",
	},
	{
		name: "a chunk of no length",
		speak: (socket) => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n"),
		tag: "HTTP-response-incomplete",
	},
	{
		name: "silence in the middle",
		speak: (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
		tag: "connection-read-timeout",
		timeouts: { betweenBytes_ns: 30_000_000n },
	},
];
for (const { name, speak, tag, timeouts } of shortBodies) {
	test(`a body that breaks off is no whole one: ${name}`, async () => {
		const port = await rawServer(speak);
		const { body } = await answered(send({ port, ...(timeouts === undefined ? {} : { timeouts }) }));
		const got = await read(body);
		assert.equal(got.text, "half");
		assert.equal((got.end as HttpFailure).tag, tag);
	});
}

/** Sends on as long as somebody listens. */
function endless(socket: Socket, head: string, more: string): void {
	socket.write(head);
	const write = () => {
		while (!socket.destroyed && socket.write(more));
		if (!socket.destroyed) socket.once("drain", write);
	};
	write();
}

function drip(socket: Socket, head: string): void {
	socket.write(head);
	const timer = setInterval(() => socket.write("x"), 10);
	socket.on("close", () => clearInterval(timer));
}

test("nobody listens there: connection-refused", async () => {
	const server = createRawServer();
	const port = await listening(server);
	await new Promise((resolve) => server.close(resolve));
	assert.deepEqual(await failed(send({ port })), { tag: "connection-refused" });
});

test("what the gate refuses is not connected to", async () => {
	let connections = 0;
	const port = await rawServer(() => (connections += 1));
	const gate: ConnectGate = () => ({ tag: "HTTP-request-denied" });
	assert.deepEqual(await failed(send({ port, gate })), { tag: "HTTP-request-denied" });
	assert.equal(connections, 0);
});

test("a connection goes to the gate's address, whatever the name means elsewhere", async () => {
	const port = await httpServer((_, response) => response.end("mine"));
	const asked: string[] = [];
	const gate: ConnectGate = (host) => {
		asked.push(host);
		return Promise.resolve(["127.0.0.1"]);
	};
	const { body } = await answered(send({ port, host: "localhost.invalid", gate }));
	assert.equal((await read(body)).text, "mine");
	assert.deepEqual(asked, ["localhost.invalid"]);
});

test("of several addresses the first that answers is taken", async () => {
	const port = await httpServer((_, response) => response.end("here"));
	const { body } = await answered(send({ port, gate: () => ["::1", "127.0.0.1"] }));
	assert.equal((await read(body)).text, "here");
});

test("connections are kept for the same name only", async () => {
	let connections = 0;
	const server = createServer((_, response) => response.end("ok"));
	server.on("connection", () => (connections += 1));
	const port = await listening(server);
	const own = makeClient();
	closers.push(() => own.close());
	for (const host of ["one.test", "one.test", "two.test"]) {
		await read((await answered(send({ port, host, client: own }))).body);
		await new Promise((resolve) => setImmediate(resolve));
	}
	assert.equal(connections, 2);
});

test("a kept connection that the server has closed is no failure of a GET", async () => {
	let first = true;
	const port = await listening(
		createRawServer((socket) => {
			socket.on("error", () => undefined);
			const kept = first;
			first = false;
			let heard = 0;
			socket.on("data", () => {
				heard += 1;
				if (kept && heard === 2) socket.resetAndDestroy();
				else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
			});
		}),
	);
	for (let count = 0; count < 2; count += 1) {
		assert.equal((await read((await answered(send({ port }))).body)).text, "ok");
		await new Promise((resolve) => setImmediate(resolve));
	}
});

for (const pause_ms of [0, 20]) {
	test(`an answer that nobody asked for, ${pause_ms} ms behind the right one, is nobody's`, async () => {
		const port = await rawServer((socket) => {
			socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright");
			const more = () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong");
			if (pause_ms === 0) more();
			else setTimeout(more, pause_ms);
		});
		for (let count = 0; count < 3; count += 1) {
			assert.equal((await read((await answered(send({ port }))).body)).text, "right");
			await new Promise((resolve) => setTimeout(resolve, 40));
		}
	});
}

test("a gate that never answers is a connection-timeout", async () => {
	const gate: ConnectGate = () => new Promise(() => undefined);
	const sent = send({ port: 1, gate, timeouts: { connect_ns: 20_000_000n } });
	assert.deepEqual(await failed(sent), { tag: "connection-timeout" });
});

test("a connection that nobody wants any more is not made", async () => {
	const asked = Promise.withResolvers<void>();
	const answer = Promise.withResolvers<readonly string[]>();
	let connections = 0;
	const server = createServer();
	server.on("connection", () => (connections += 1));
	const port = await listening(server);
	const gate: ConnectGate = () => {
		asked.resolve();
		return answer.promise;
	};
	const sent = send({ port, host: "given-up.test", gate });
	await asked.promise;
	sent.cancel();
	answer.resolve(["127.0.0.1"]);
	await answered(send({ port: mirror }));
	assert.equal(connections, 0);
});

test("what is cancelled is over, and the server sees the end of it", async () => {
	const gone = Promise.withResolvers<void>();
	const port = await httpServer((request) => request.on("close", () => gone.resolve()));
	const sent = send({ port, method: "POST", hasBody: true });
	sent.body.write(text.encode("part"));
	await sent.body.flushed();
	await new Promise((resolve) => setTimeout(resolve, 20));
	sent.cancel();
	assert.ok(sent.isOver);
	assert.deepEqual(await failed(sent), { tag: "connection-terminated" });
	await gone.promise;
});

test("an aborted body is not one that has ended", async () => {
	const how = Promise.withResolvers<string>();
	const port = await httpServer((request) => {
		request.on("error", () => how.resolve("broken off"));
		request.on("end", () => how.resolve("complete"));
		request.resume();
	});
	const sent = send({ port, method: "POST", hasBody: true });
	sent.body.write(text.encode("part"));
	await new Promise((resolve) => setTimeout(resolve, 20));
	sent.body.abort();
	assert.equal(await how.promise, "broken off");
});

test("bodies of any length pass both ways in a window", async () => {
	const port = await httpServer((request, response) => request.pipe(response));
	const sent = send({ port, method: "POST", hasBody: true });
	const total_bytes = 24 * 1024 * 1024;
	const piece = new Uint8Array(50_000).fill(7);
	let most_bytes = 0;
	const writing = (async () => {
		for (let left_bytes = total_bytes; left_bytes > 0;) {
			const room = sent.body.room();
			assert.equal(typeof room, "number");
			if (room === 0) await sent.body.writable();
			const bytes = piece.subarray(0, Math.min(Number(room), left_bytes, piece.length));
			sent.body.write(bytes);
			left_bytes -= bytes.length;
		}
		assert.equal(sent.body.end(undefined), undefined);
	})();
	const { body } = await answered(sent);
	let got_bytes = 0;
	for (;;) {
		const bytes = body.read(1_000_000);
		if (!(bytes instanceof Uint8Array)) break;
		if (bytes.length === 0) await body.readable();
		got_bytes += bytes.length;
		most_bytes = Math.max(most_bytes, bytes.length);
	}
	await writing;
	assert.equal(got_bytes, total_bytes);
	assert.ok(most_bytes <= 65_536);
});

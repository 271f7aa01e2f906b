import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createServer as createRawServer } from "node:net";
import { test } from "node:test";
import type { ConnectGate } from "../../sys/http.ts";
import {
	answered,
	type Asked,
	closers,
	failed,
	httpServer,
	listening,
	makeClient,
	rawServer,
	read,
	send,
	text,
} from "./http-client-peer.contract.ts";

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

test("a reader that is slow is no silence of the server", async () => {
	const port = await httpServer((_, response) => response.end(Buffer.alloc(400_000)));
	const { body } = await answered(send({ port, timeouts: { betweenBytes_ns: 20_000_000n } }));
	await new Promise((resolve) => setTimeout(resolve, 100));
	const { length, end } = await read(body);
	assert.deepEqual([length, end], [400_000, "end"]);
});

test("what nobody reads is not taken: the server waits", async () => {
	const offered_bytes = 128 * 1024 * 1024;
	let given_bytes = 0;
	const port = await rawServer((socket) => {
		socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${offered_bytes}\r\n\r\n`);
		const piece = Buffer.alloc(65_536);
		const give = () => {
			while (given_bytes < offered_bytes && socket.write(piece)) given_bytes += piece.length;
			socket.once("drain", give);
		};
		give();
	});
	const sent = send({ port });
	const { body } = await answered(sent);
	for (let before = -1; before !== given_bytes;) {
		before = given_bytes;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	assert.ok(body.isReadable);
	// what the kernel holds for both ends
	assert.ok(given_bytes < 32 * 1024 * 1024, `${given_bytes} bytes were taken`);
	sent.cancel();
});

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

import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import type { HttpFailure, HttpTimeouts } from "../../sys/http.ts";
import { answered, failed, rawServer, read, send } from "./http-client-peer.contract.ts";

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

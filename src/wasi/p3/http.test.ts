import assert from "node:assert/strict";
import { test } from "node:test";

import { MemoryBody, MemoryExchange } from "../../host/memory/http.ts";
import type { Field, HttpClient, HttpFailure, HttpSending } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { ComponentError } from "../host-interface.ts";
import { ResponseMissing } from "../http/handler.ts";
import { type Any, bytes, errorOf, guestWith, headersOf, text } from "../p2/http-caller.contract.ts";
import { preview3 } from "./host.ts";
import { serveExchange3 } from "./http-service.ts";
import { CHUNK_BYTES, DONE, type GuestStream } from "./streams.ts";

const typesOf = (guest: ComponentGuest): Any => preview3(guest).get("wasi:http/types@0.3");
const sendOf = (guest: ComponentGuest): Any => preview3(guest).get("wasi:http/client@0.3");

/** A guest's stream of these pieces; after them it ends, fails or, "open", says nothing more. */
function streamOf(pieces: readonly string[], then: "end" | "open" = "end") {
	const left = pieces.map(bytes);
	const dropped = Promise.withResolvers<void>();
	return {
		most: 0,
		isDropped: false,
		async read({ count }: { readonly count: number }) {
			this.most = Math.max(this.most, count);
			const piece = left.shift();
			if (piece !== undefined) return { value: piece, done: false };
			if (then === "open") await dropped.promise;
			return { done: true };
		},
		[Symbol.dispose]() {
			this.isDropped = true;
			dropped.resolve();
		},
	} satisfies GuestStream & { most: number; isDropped: boolean };
}

const noTrailers = () => Promise.resolve({ tag: "ok", val: undefined });

/** Serves one request by a function in place of a component. */
async function serve(
	handle: (types: Any, request: Any) => Any,
	exchange: MemoryExchange,
	guest = guestWith(),
): Promise<void> {
	const call = async (_interface: string | undefined, _name: string, [request]: readonly unknown[]) =>
		handle(typesOf(guest), request);
	await serveExchange3({ call }, "wasi:http/handler@0.3.0", guest, exchange);
}

async function readAll(body: MemoryBody): Promise<string> {
	let all = "";
	for (;;) {
		const piece = body.read(CHUNK_BYTES);
		if (!(piece instanceof Uint8Array)) return all + (piece === "end" ? "" : `<${piece.tag}>`);
		if (piece.length === 0) await body.readable();
		all += text(piece);
	}
}

test("a service answers: status, headers, body and trailers; it sees the request as it came", async () => {
	const incoming = MemoryBody.of(bytes("ask"), [["x-sum", bytes("3")]]);
	const exchange = new MemoryExchange({ method: "POST", headers: [["x-in", bytes("1")]] }, incoming);
	let sent: unknown;
	await serve(async (types, request) => {
		assert.deepEqual(
			[request.getMethod(), request.getScheme(), request.getAuthority(), request.getPathWithQuery()],
			[{ tag: "post" }, { tag: "HTTP" }, "service.test", "/"],
		);
		const headers = request.getHeaders();
		assert.deepEqual(headers.get("X-IN").map(text), ["1"]);
		assert.deepEqual(
			errorOf(() => headers.set("x", [])),
			{ tag: "immutable" },
		);
		const [stream, after] = types.Request.consumeBody(request, Promise.resolve(DONE));
		let asked = "";
		for await (const piece of stream) asked += text(piece);
		const trailers = await after;
		const [response, done] = types.Response.new(
			headersOf(types, [["x-out", "2"]]),
			streamOf([asked, "ed"]),
			Promise.resolve(trailers),
		);
		response.setStatusCode(201);
		sent = done;
		return response;
	}, exchange);
	const { response } = exchange;
	assert.ok(response !== undefined);
	assert.deepEqual([response.status, await readAll(response.body)], [201, "asked"]);
	assert.deepEqual(response.body.trailers, [["x-sum", bytes("3")]]);
	assert.deepEqual(await sent, DONE);
});

const MISSING: readonly {
	readonly name: string;
	readonly handle: (types: Any) => Any;
	readonly reason: RegExp;
	/** Of what was sent all the same. */
	readonly body?: string;
}[] = [
	{
		name: "answers an error",
		handle: () => {
			throw new ComponentError({ tag: "loop-detected" });
		},
		reason: /'loop-detected'/,
	},
	{ name: "answers 101", handle: (types) => respond(types, undefined, 101), reason: /answered with 101/ },
	{
		name: "announces more than it sends",
		handle: (types) => respond(types, ["short"], 200, [["content-length", "100"]]),
		reason: /HTTP-response-body-size/,
		body: "short<connection-terminated>",
	},
	{
		name: "ends its body with an error",
		handle: (types) =>
			types.Response.new(
				headersOf(types, []),
				streamOf(["part"]),
				Promise.resolve({ tag: "err", val: { tag: "internal-error" } }),
			)[0],
		reason: /internal-error/,
		body: "part<connection-terminated>",
	},
];

function respond(
	types: Any,
	pieces: readonly string[] | undefined,
	status: number,
	headers: readonly (readonly [string, string])[] = [],
): Any {
	const contents = pieces === undefined ? undefined : streamOf(pieces);
	const [response] = types.Response.new(headersOf(types, headers), contents, noTrailers());
	response.setStatusCode(status);
	return response;
}

for (const { name, handle, reason, body } of MISSING) {
	test(`no response: a guest that ${name}`, async () => {
		const exchange = new MemoryExchange({});
		await assert.rejects(serve(handle, exchange), (cause) => {
			assert.ok(cause instanceof ResponseMissing);
			assert.match(cause.reason, reason);
			return true;
		});
		assert.equal(exchange.response && (await readAll(exchange.response.body)), body);
	});
}

test("a body that nobody reads on is cancelled, and one that is never taken", async () => {
	const [left, ignored] = [new MemoryBody(), new MemoryBody()];
	left.write(bytes("begun"));
	await serve(
		async (types, request) => {
			const [stream, after] = types.Request.consumeBody(request, Promise.resolve(DONE));
			const reader = stream[Symbol.asyncIterator]();
			assert.equal(text((await reader.next()).value), "begun");
			await reader.return();
			assert.deepEqual(await after, { tag: "ok", val: undefined });
			return respond(types, undefined, 200);
		},
		new MemoryExchange({ method: "POST" }, left),
	);
	await serve(
		(types, request) => {
			request[Symbol.dispose]();
			return respond(types, undefined, 200);
		},
		new MemoryExchange({ method: "POST" }, ignored),
	);
	assert.deepEqual([left.isCancelled, ignored.isCancelled], [true, true]);
});

test("no more is read of a guest than goes out", async () => {
	const stream = streamOf(["x".repeat(CHUNK_BYTES), "y".repeat(CHUNK_BYTES), "z"]);
	const exchange = new MemoryExchange({});
	const served = serve(
		(types) => types.Response.new(headersOf(types, []), stream, noTrailers())[0],
		exchange,
	);
	await new Promise((resolve) => setImmediate(resolve));
	const body = exchange.response?.body;
	assert.ok(body !== undefined);
	assert.equal(body.room(), 0);
	assert.equal((await readAll(body)).length, 2 * CHUNK_BYTES + 1);
	await served;
	assert.ok(stream.most <= CHUNK_BYTES);
});

/** A client that answers by this function. */
function clientOf(
	answer: (sending: HttpSending, body: MemoryBody) => Promise<HttpFailure | number>,
): HttpClient {
	return {
		send(sending) {
			const body = new MemoryBody();
			const response = answer(sending, body).then((answered) =>
				typeof answered === "number"
					? { status: answered, headers: [] as Field[], body: MemoryBody.of(bytes("pong")) }
					: answered,
			);
			return { body, response, isOver: false, cancel: () => body.cancel() };
		},
		close() {},
	};
}

function requestTo(
	types: Any,
	contents: GuestStream | undefined,
	trailers = noTrailers() as Any,
): [Any, Any] {
	const [request, sent] = types.Request.new(headersOf(types, []), contents, trailers, undefined);
	request.setScheme({ tag: "HTTP" });
	request.setAuthority("127.0.0.1:80");
	return [request, sent];
}

test("a request goes out with its body, and its answer comes back", async () => {
	let received = "";
	const guest = guestWith(
		clientOf(async ({ head }, body) => {
			received = `${head.method} ${head.pathWithQuery} ${await readAll(body)}`;
			return 200;
		}),
	);
	const types = typesOf(guest);
	const [request, sent] = requestTo(types, streamOf(["pi", "ng"]));
	request.setMethod({ tag: "post" });
	const response = await sendOf(guest).send(request);
	const [stream, after] = types.Response.consumeBody(response, Promise.resolve(DONE));
	let answer = "";
	for await (const piece of stream) answer += text(piece);
	assert.deepEqual([received, answer], ["POST / ping", "pong"]);
	assert.deepEqual(await after, { tag: "ok", val: undefined });
	assert.deepEqual(await sent, DONE);
});

test("trailers that are an error break the request off, whatever the server would have answered", async () => {
	const guest = guestWith(clientOf(() => new Promise(() => undefined)));
	const broken = Promise.resolve({ tag: "err", val: { tag: "internal-error" } });
	const [request] = requestTo(typesOf(guest), streamOf(["part"]), broken);
	await assert.rejects(sendOf(guest).send(request), { payload: { tag: "internal-error" } });
});

test("a request that could not be sent says so to whoever wrote it", async () => {
	const refused = { tag: "connection-refused" };
	const guest = guestWith(clientOf(() => Promise.resolve(refused)));
	const stream = streamOf([], "open");
	const [request, sent] = requestTo(typesOf(guest), stream);
	await assert.rejects(sendOf(guest).send(request), { payload: refused });
	assert.equal((await sent).tag, "err");
	assert.ok(stream.isDropped);
});

test("without a grant of requests every one is denied", async () => {
	const guest = guestWith();
	const [request, sent] = requestTo(typesOf(guest), undefined);
	await assert.rejects(sendOf(guest).send(request), { payload: { tag: "HTTP-request-denied" } });
	assert.deepEqual(await sent, { tag: "err", val: { tag: "HTTP-request-denied" } });
});

test("a message that came in is sent on as it is, piece by piece", async () => {
	const piece = "cargo 67".repeat(CHUNK_BYTES / 8);
	const incoming = new MemoryBody();
	const fill = async () => {
		for (let left = 3; left > 0; left -= 1) {
			while (incoming.room() !== CHUNK_BYTES) await incoming.writable();
			incoming.write(bytes(piece));
		}
		incoming.end([["x-sum", bytes("1")]]);
	};
	const guest = guestWith(clientOf(async (_sending, body) => (await readAll(body)).length));
	const exchange = new MemoryExchange({ method: "POST", authority: "127.0.0.1:80" }, incoming);
	void fill();
	let status = 0;
	await serve(
		async (types, request) => {
			const answer = await sendOf(guest).send(request);
			status = answer.getStatusCode();
			assert.ok(answer instanceof types.Response);
			return respond(types, undefined, 200);
		},
		exchange,
		guest,
	);
	assert.equal(status, 3 * CHUNK_BYTES);
});

test("a response that came in is the answer, with its body", async () => {
	const guest = guestWith(clientOf(() => Promise.resolve(203)));
	const exchange = new MemoryExchange({});
	await serve(async (types) => await sendOf(guest).send(requestTo(types, undefined)[0]), exchange, guest);
	assert.ok(exchange.response !== undefined);
	assert.deepEqual([exchange.response.status, await readAll(exchange.response.body)], [203, "pong"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryBody } from "../../host/memory/http.ts";
import type { Field, HttpClient, HttpFailure, HttpRequestHead } from "../../sys/http.ts";
import {
	type Any,
	bytes,
	errorOf,
	guestWith,
	handlerOf,
	headersOf,
	text,
	typesOf,
} from "./http-caller.contract.ts";

test("a request says what it was given, in one spelling, and refuses what would end its line", () => {
	const types = typesOf(guestWith());
	const request = new types.OutgoingRequest(new types.Fields());
	assert.deepEqual(
		[request.method(), request.scheme(), request.authority(), request.pathWithQuery()],
		[{ tag: "get" }, undefined, undefined, undefined],
	);
	request.setMethod({ tag: "other", val: "PUT" });
	request.setScheme({ tag: "other", val: "https" });
	request.setPathWithQuery("");
	request.setAuthority("a.test:80");
	assert.deepEqual(
		[request.method(), request.scheme(), request.authority(), request.pathWithQuery()],
		[{ tag: "put" }, { tag: "HTTPS" }, "a.test:80", "/"],
	);
	for (const act of [
		() => request.setMethod({ tag: "other", val: "A\r\n" }),
		() => request.setScheme({ tag: "other", val: "a:" }),
		() => request.setPathWithQuery("/ HTTP/1.1\r\nX: y\r\n"),
		() => request.setAuthority("a.test\r\n"),
	])
		assert.equal(errorOf(act), undefined);
	const response = new types.OutgoingResponse(new types.Fields());
	assert.equal(response.statusCode(), 200);
	assert.equal(
		errorOf(() => response.setStatusCode(1000)),
		undefined,
	);
	const options = new types.RequestOptions();
	options.setConnectTimeout(5n);
	assert.deepEqual(
		[options.connectTimeout(), options.firstByteTimeout(), options.betweenBytesTimeout()],
		[5n, undefined, undefined],
	);
});

interface Sent {
	readonly head: HttpRequestHead;
	readonly hasBody: boolean;
	readonly body: MemoryBody;
	readonly isCancelled: () => boolean;
}

/** A client whose server is the test. */
function memoryClient(
	response: (
		sent: Sent,
	) => Promise<HttpFailure | { status: number; headers: readonly Field[]; body: MemoryBody }>,
) {
	const all: Sent[] = [];
	const client: HttpClient = {
		send: ({ head, hasBody }) => {
			let cancelled = false;
			const sent: Sent = { head, hasBody, body: new MemoryBody(), isCancelled: () => cancelled };
			all.push(sent);
			return {
				body: sent.body,
				response: response(sent),
				isOver: false,
				cancel: () => void (cancelled = true),
			};
		},
		close: () => undefined,
	};
	return { client, all };
}

function requestTo(types: Any, authority: string, entries: readonly (readonly [string, string])[] = []): Any {
	const request = new types.OutgoingRequest(headersOf(types, entries));
	request.setScheme({ tag: "HTTP" });
	request.setAuthority(authority);
	return request;
}

test("a request goes out, its answer comes once, its trailers come once", async () => {
	const { client, all } = memoryClient(async () => ({
		status: 404,
		headers: [["x", bytes("y")]],
		body: MemoryBody.of(bytes("gone"), [["x-sum", bytes("1")]]),
	}));
	const guest = guestWith(client);
	const types = typesOf(guest);
	const request = requestTo(types, "127.0.0.1");
	request.setMethod({ tag: "post" });
	const body = request.body();
	const future = handlerOf(guest).handle(request, undefined);
	const output = body.write();
	output.blockingWriteAndFlush(bytes("late"));
	output[Symbol.dispose]();
	types.OutgoingBody.finish(body, undefined);
	assert.equal(future.get(), undefined);
	await future.subscribe().block();
	const response = future.get().val.val;
	assert.ok(response instanceof types.IncomingResponse);
	assert.deepEqual(future.get(), { tag: "err", val: undefined });
	assert.equal(response.status(), 404);
	const incoming = response.consume();
	const trailers = types.IncomingBody.finish(incoming);
	await trailers.subscribe().block();
	const fields = trailers.get().val.val;
	assert.deepEqual(fields.get("x-sum").map(text), ["1"]);
	assert.deepEqual(trailers.get(), { tag: "err", val: undefined });
	assert.equal(text(all[0]?.body.read(10) as Uint8Array), "late");
	assert.equal(all[0]?.body.ended, "end");
});

test("an answer that is dropped before it has come is cancelled", () => {
	const { client, all } = memoryClient(() => new Promise(() => undefined));
	const guest = guestWith(client);
	const future = handlerOf(guest).handle(requestTo(typesOf(guest), "127.0.0.1"), undefined);
	future[Symbol.dispose]();
	assert.equal(all[0]?.isCancelled(), true);
});

test("a request's body that is dropped is broken off", () => {
	const { client, all } = memoryClient(() => new Promise(() => undefined));
	const guest = guestWith(client);
	const request = requestTo(typesOf(guest), "127.0.0.1");
	const body = request.body();
	handlerOf(guest).handle(request, undefined);
	body[Symbol.dispose]();
	assert.deepEqual(all[0]?.body.ended, { tag: "connection-terminated" });
});

const refusals: readonly {
	readonly name: string;
	readonly make: (types: Any) => Any;
	readonly tag: string;
}[] = [
	{
		name: "no authority",
		make: (types) => new types.OutgoingRequest(new types.Fields()),
		tag: "HTTP-request-URI-invalid",
	},
	{
		name: "a user's name in the authority",
		make: (types) => requestTo(types, "user@127.0.0.1"),
		tag: "HTTP-request-URI-invalid",
	},
	{
		name: "a path that begins with none",
		make: (types) => {
			const request = requestTo(types, "127.0.0.1");
			request.setPathWithQuery("a/b");
			return request;
		},
		tag: "HTTP-request-URI-invalid",
	},
	{
		name: "a scheme that is not HTTP's",
		make: (types) => {
			const request = requestTo(types, "127.0.0.1");
			request.setScheme({ tag: "other", val: "ftp" });
			return request;
		},
		tag: "HTTP-request-URI-invalid",
	},
	{
		name: "a tunnel",
		make: (types) => {
			const request = requestTo(types, "127.0.0.1");
			request.setMethod({ tag: "connect" });
			return request;
		},
		tag: "HTTP-request-method-invalid",
	},
	{
		name: "a length without a body",
		make: (types) => requestTo(types, "127.0.0.1", [["content-length", "3"]]),
		tag: "HTTP-request-body-size",
	},
];
for (const { name, make, tag } of refusals) {
	test(`a request is not sent: ${name}`, () => {
		const { client, all } = memoryClient(() => new Promise(() => undefined));
		const guest = guestWith(client);
		const error = errorOf(() => handlerOf(guest).handle(make(typesOf(guest)), undefined)) as HttpFailure;
		assert.equal(error.tag, tag);
		assert.equal(all.length, 0);
	});
}

test("so many requests may be under way at once", () => {
	const { client } = memoryClient(() => new Promise(() => undefined));
	const guest = guestWith(client);
	const types = typesOf(guest);
	let error: unknown = "none";
	let count = 0;
	for (; error === "none" && count < 1_000; count += 1)
		error = errorOf(() => handlerOf(guest).handle(requestTo(types, "127.0.0.1"), undefined));
	assert.deepEqual(error, { tag: "connection-limit-reached" });
	assert.equal(count, 257);
});

test("without a client nothing is sent, and what was asked for is recorded", () => {
	const guest = guestWith();
	const error = errorOf(() => handlerOf(guest).handle(requestTo(typesOf(guest), "api.example"), undefined));
	assert.deepEqual(error, { tag: "HTTP-request-denied" });
	assert.deepEqual(guest.denials.list, [
		{ type: "net", need: "connect", host: "api.example", port: 80, name: undefined, inward: undefined },
	]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryBody, MemoryExchange } from "../../host/memory/http.ts";
import { systemClocks } from "../../host/node/clocks.ts";
import { systemEntropy } from "../../host/node/entropy.ts";
import { systemReadiness } from "../../host/node/readiness.ts";
import { systemWaiter } from "../../host/node/waiter.ts";
import type { Field, HttpClient, HttpFailure, HttpRequestHead } from "../../sys/http.ts";
import { ComponentGuest } from "../component-guest.ts";
import { Descriptors } from "../descriptors.ts";
import { End } from "../end.ts";
import { ComponentError } from "../host-interface.ts";
import { preview2 } from "./host.ts";
import { ResponseMissing } from "../http/handler.ts";
import { serveExchange2 } from "./http-service.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- what a component would know by its types
type Any = any;

const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
const text = (value: Uint8Array) => Buffer.from(value).toString();

function guestWith(http?: HttpClient): ComponentGuest {
	return new ComponentGuest({
		args: [],
		env: new Map(),
		descriptors: new Descriptors(16),
		clocks: systemClocks(),
		entropy: systemEntropy,
		waiter: systemWaiter(),
		onEnd: () => undefined,
		readiness: systemReadiness(),
		network: undefined,
		http,
		netRules: [
			{
				type: "connect",
				host: { type: "network", address: "127.0.0.1", prefix_bits: 32 },
				ports: [{ first: 80, last: 80 }],
				origin: { where: "--net" },
			},
		],
		config: new Map(),
		keyvalue: { open: () => undefined },
		log: () => undefined,
	} as unknown as ConstructorParameters<typeof ComponentGuest>[0]);
}

const typesOf = (guest: ComponentGuest): Any => preview2(guest).get("wasi:http/types@0.2");
const handlerOf = (guest: ComponentGuest): Any => preview2(guest).get("wasi:http/outgoing-handler@0.2");

/** The error of a result. */
function errorOf(act: () => unknown): unknown {
	try {
		act();
	} catch (cause) {
		if (cause instanceof ComponentError) return cause.payload;
		throw cause;
	}
	return "none";
}

/** Why it trapped. */
function trapOf(act: () => unknown): string | undefined {
	try {
		act();
	} catch (cause) {
		if (cause instanceof End && cause.how.type === "trap") return cause.how.reason;
		throw cause;
	}
	return undefined;
}

function headersOf(types: Any, entries: readonly (readonly [string, string])[]): Any {
	return types.Fields.fromList(entries.map(([name, value]) => [name, bytes(value)]));
}

/** What serves one request by a function in place of a component. */
function serve(
	handle: (types: Any, request: Any, out: Any) => void | Promise<void>,
	exchange: MemoryExchange,
	guest = guestWith(),
): void | Promise<void> {
	const call = (_interface: string | undefined, _name: string, [request, out]: readonly unknown[]) =>
		handle(typesOf(guest), request, out);
	return serveExchange2({ call }, "wasi:http/incoming-handler@0.2.12", guest, exchange);
}

function answer(
	types: Any,
	out: Any,
	status: number,
	entries: readonly (readonly [string, string])[] = [],
): Any {
	const response = new types.OutgoingResponse(headersOf(types, entries));
	response.setStatusCode(status);
	const body = response.body();
	types.ResponseOutparam.set(out, { tag: "ok", val: response });
	return body;
}

test("a service answers: status, headers, body, trailers; without a promise", () => {
	const exchange = new MemoryExchange(
		{ method: "POST", headers: [["x-in", bytes("1")]] },
		MemoryBody.of(bytes("ask")),
	);
	const served = serve((types, request, out) => {
		assert.deepEqual(request.method(), { tag: "post" });
		assert.deepEqual(request.scheme(), { tag: "HTTP" });
		assert.equal(request.authority(), "service.test");
		assert.equal(request.pathWithQuery(), "/");
		const headers = request.headers();
		assert.deepEqual(headers.get("X-IN").map(text), ["1"]);
		assert.deepEqual(
			errorOf(() => headers.set("x", [])),
			{ tag: "immutable" },
		);
		headers[Symbol.dispose]();
		const incoming = request.consume();
		assert.equal(
			errorOf(() => request.consume()),
			undefined,
		);
		const input = incoming.stream();
		const asked = text(input.blockingRead(100n));
		input[Symbol.dispose]();
		types.IncomingBody.finish(incoming);
		const body = answer(types, out, 201, [["X-Out", "2"]]);
		const output = body.write();
		assert.equal(
			errorOf(() => body.write()),
			undefined,
		);
		output.blockingWriteAndFlush(bytes(`${asked}ed`));
		output[Symbol.dispose]();
		types.OutgoingBody.finish(body, headersOf(types, [["x-sum", "3"]]));
	}, exchange);
	assert.equal(served, undefined);
	assert.equal(exchange.response?.status, 201);
	assert.deepEqual(
		exchange.response?.headers.map(([name, value]) => [name, text(value)]),
		[["X-Out", "2"]],
	);
	const { body } = exchange.response!;
	assert.equal(text(body.read(100) as Uint8Array), "asked");
	assert.equal(body.read(1), "end");
	assert.deepEqual(
		body.trailers?.map(([name, value]) => [name, text(value)]),
		[["x-sum", "3"]],
	);
});

const missing: readonly {
	readonly name: string;
	readonly handle: (types: Any, request: Any, out: Any) => void;
	readonly reason: RegExp;
	/** Of the head that was sent all the same. */
	readonly status?: number;
}[] = [
	{ name: "returns without an answer", handle: () => undefined, reason: /without an answer/ },
	{
		name: "drops the outparam",
		handle: (_types, _request, out) => out[Symbol.dispose](),
		reason: /without an answer/,
	},
	{
		name: "answers an error",
		handle: (types, _request, out) =>
			types.ResponseOutparam.set(out, { tag: "err", val: { tag: "loop-detected" } }),
		reason: /'loop-detected'/,
	},
	{
		name: "answers 101",
		handle: (types, _request, out) => answer(types, out, 101),
		reason: /answered with 101/,
	},
	{
		name: "leaves its body open",
		handle: (types, _request, out) => answer(types, out, 200),
		reason: /before its body was complete/,
		status: 200,
	},
	{
		name: "drops its body unfinished",
		handle: (types, _request, out) => answer(types, out, 200)[Symbol.dispose](),
		reason: /broken off|not complete|before its body/,
		status: 200,
	},
	{
		name: "announces a body and takes none",
		handle: (types, _request, out) =>
			types.ResponseOutparam.set(out, {
				tag: "ok",
				val: new types.OutgoingResponse(headersOf(types, [["content-length", "5"]])),
			}),
		reason: /announced a body/,
		status: 200,
	},
];
for (const { name, handle, reason, status } of missing) {
	test(`a service that ${name} gave no whole response`, () => {
		const exchange = new MemoryExchange({});
		assert.throws(
			() => serve(handle, exchange),
			(cause) => cause instanceof ResponseMissing && reason.test(cause.reason),
		);
		assert.equal(exchange.response?.status, status);
		if (exchange.response !== undefined)
			assert.deepEqual(exchange.response.body.ended, { tag: "connection-terminated" });
	});
}

test("a service that traps in the middle of its body breaks it off", () => {
	const exchange = new MemoryExchange({});
	const boom = new Error("unreachable");
	const handle = (types: Any, _request: Any, out: Any) => {
		answer(types, out, 200).write().blockingWriteAndFlush(bytes("part"));
		throw boom;
	};
	assert.throws(() => serve(handle, exchange), boom);
	assert.deepEqual(exchange.response?.body.ended, { tag: "connection-terminated" });
});

const lengths: readonly {
	readonly name: string;
	readonly writes: readonly string[];
	readonly failure: HttpFailure | "none";
	readonly method?: string;
}[] = [
	{ name: "as long as announced", writes: ["hel", "lo"], failure: "none" },
	{ name: "shorter", writes: ["hel"], failure: { tag: "HTTP-response-body-size", val: 3n } },
	{ name: "longer", writes: ["hel", "lo!"], failure: { tag: "HTTP-response-body-size", val: 6n } },
	{ name: "none, of a HEAD", writes: [], failure: "none", method: "HEAD" },
];
for (const { name, writes, failure, method = "GET" } of lengths) {
	test(`a body is held to its content-length: ${name}`, () => {
		const exchange = new MemoryExchange({ method });
		let seen: unknown = "none";
		const handle = (types: Any, _request: Any, out: Any) => {
			const body = answer(types, out, 200, [["Content-Length", "5"]]);
			const output = body.write();
			for (const piece of writes) errorOf(() => output.blockingWriteAndFlush(bytes(piece)));
			output[Symbol.dispose]();
			seen = errorOf(() => types.OutgoingBody.finish(body, undefined));
		};
		void serve(handle, exchange);
		assert.deepEqual(seen, failure);
		assert.deepEqual(
			exchange.response?.body.ended,
			failure === "none" ? "end" : { tag: "connection-terminated" },
		);
	});
}

test("what is written before the answer is set waits for it, within limits", () => {
	const exchange = new MemoryExchange({});
	void serve((types, _request, out) => {
		const response = new types.OutgoingResponse(new types.Fields());
		const body = response.body();
		const output = body.write();
		assert.equal(output.checkWrite(), 65_536n);
		output.write(new Uint8Array(65_536).fill(97));
		assert.equal(output.checkWrite(), 0n);
		output[Symbol.dispose]();
		types.OutgoingBody.finish(body, undefined);
		assert.equal(exchange.response, undefined);
		types.ResponseOutparam.set(out, { tag: "ok", val: response });
	}, exchange);
	assert.equal((exchange.response?.body.read(100_000) as Uint8Array).length, 65_536);
	assert.equal(exchange.response?.body.read(1), "end");
});

test("both bodies pass a slow reader at a window's size", async () => {
	const incoming = new MemoryBody(1_000);
	const exchange = new MemoryExchange({ method: "POST" }, incoming);
	const total_bytes = 200_000;
	const handled = serve(async (types, request, out) => {
		const source = request.consume().stream();
		const body = answer(types, out, 200);
		const output = body.write();
		for (;;) {
			let piece: Uint8Array;
			try {
				piece = await source.blockingRead(4_096n);
			} catch (cause) {
				assert.deepEqual((cause as ComponentError).payload, { tag: "closed" });
				break;
			}
			await output.blockingWriteAndFlush(piece);
		}
		output[Symbol.dispose]();
		types.OutgoingBody.finish(body, undefined);
	}, exchange);
	const writing = (async () => {
		for (let left = total_bytes; left > 0; left -= 1_000) {
			await incoming.writable();
			incoming.write(new Uint8Array(1_000));
		}
		incoming.end(undefined);
	})();
	let got = 0;
	while (exchange.response === undefined) await new Promise((resolve) => setImmediate(resolve));
	for (;;) {
		await exchange.response.body.readable();
		const piece = exchange.response.body.read(777);
		if (!(piece instanceof Uint8Array)) break;
		got += piece.length;
	}
	await Promise.all([handled, writing]);
	assert.equal(got, total_bytes);
});

const owners: readonly { readonly name: string; readonly act: (types: Any, request: Any) => void }[] = [
	{
		name: "an outgoing-body is finished while its stream is held",
		act: (types) => {
			const body = new types.OutgoingResponse(new types.Fields()).body();
			body.write();
			types.OutgoingBody.finish(body, undefined);
		},
	},
	{
		name: "an outgoing-body is dropped while its stream is held",
		act: (types) => {
			const body = new types.OutgoingResponse(new types.Fields()).body();
			body.write();
			body[Symbol.dispose]();
		},
	},
	{
		name: "an incoming-body is finished while its stream is held",
		act: (types, request) => {
			const body = request.consume();
			body.stream();
			types.IncomingBody.finish(body);
		},
	},
	{
		name: "fields without end",
		act: (types) => {
			const fields = new types.Fields();
			for (let count = 0; count < 100_000; count += 1) fields.append("x", bytes("y"));
		},
	},
	{
		name: "handles without end",
		act: (types) => {
			for (let count = 0; count < 100_000; count += 1) void new types.Fields();
		},
	},
];
for (const { name, act } of owners) {
	test(`it traps: ${name}`, () => {
		let reason: string | undefined;
		assert.throws(
			() =>
				serve(
					(types, request) => void (reason = trapOf(() => act(types, request))),
					new MemoryExchange({}, MemoryBody.of(bytes("x"))),
				),
			ResponseMissing,
		);
		assert.ok(reason !== undefined);
	});
}

test("after a trap every call throws the same ending, constructors and static functions too", () => {
	const guest = guestWith();
	const types = typesOf(guest);
	const fields = new types.Fields();
	assert.throws(() => guest.trap("it ended"), End);
	for (const act of [() => fields.has("a"), () => new types.Fields(), () => types.Fields.fromList([])])
		assert.throws(act, (cause) => cause === guest.end);
});

test("classes of two guests share what is an instance of them, and not their statics", () => {
	const [one, two] = [typesOf(guestWith()), typesOf(guestWith())];
	const fields = new one.Fields();
	assert.ok(fields instanceof one.Fields);
	assert.notEqual(one.Fields, two.Fields);
	assert.equal(fields.guest === new two.Fields().guest, false);
});

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

test("an error of a body's stream says which error-code it was", async () => {
	const incoming = new MemoryBody();
	incoming.abort();
	const exchange = new MemoryExchange({}, incoming);
	let code: unknown;
	const handle = (types: Any, request: Any) => {
		const failure = errorOf(() => request.consume().stream().read(1n)) as Any;
		assert.equal(failure.tag, "last-operation-failed");
		code = types.httpErrorCode(failure.val);
	};
	assert.throws(() => serve(handle, exchange), ResponseMissing);
	assert.deepEqual(code, { tag: "connection-terminated" });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryBody, MemoryExchange } from "../../host/memory/http.ts";
import type { HttpFailure } from "../../sys/http.ts";
import { End } from "../end.ts";
import { ComponentError } from "../host-interface.ts";
import { ResponseMissing } from "../http/handler.ts";
import {
	answer,
	type Any,
	bytes,
	errorOf,
	guestWith,
	headersOf,
	serve,
	text,
	trapOf,
	typesOf,
} from "./http-caller.contract.ts";

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
	assert.ok(exchange.response !== undefined);
	const { body } = exchange.response;
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
	assert.ok(exchange.response !== undefined);
	assert.equal((exchange.response.body.read(100_000) as Uint8Array).length, 65_536);
	assert.equal(exchange.response.body.read(1), "end");
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

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MemoryBody } from "../../host/memory/http.ts";
import { announced, unsent } from "./announced.ts";
import { responseBodySize } from "./failures.ts";

test("property: a body is whole exactly when it is as long as announced; else it is broken off", () => {
	const pieces = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 10 });
	fc.assert(
		fc.property(pieces, fc.integer({ min: -3, max: 3 }), (lengths, off) => {
			const sum = lengths.reduce((all, length) => all + length, 0);
			const length = Math.max(0, sum + off);
			const body = new MemoryBody();
			const sink = announced(body, length, responseBodySize);
			for (const piece of lengths) sink.write(new Uint8Array(piece));
			const failure = sink.end(undefined);
			assert.equal(failure === undefined, length === sum);
			assert.equal(body.ended === "end", length === sum);
			assert.notEqual(body.ended, undefined);
			assert.equal(typeof sink.room() === "number", length === sum);
		}),
	);
});

test("what is not announced is held to nothing", () => {
	const body = new MemoryBody();
	assert.equal(announced(body, undefined, responseBodySize), body);
});

test("after too many bytes nothing more reaches the wire", () => {
	const body = new MemoryBody();
	const sink = announced(body, 2, responseBodySize);
	sink.write(Uint8Array.of(1));
	sink.write(Uint8Array.of(2, 3));
	sink.write(Uint8Array.of(4));
	assert.deepEqual(sink.room(), { tag: "HTTP-response-body-size", val: 3n });
	assert.deepEqual(body.read(10), Uint8Array.of(1));
	assert.deepEqual(body.ended, { tag: "connection-terminated" });
});

test("the body of an answer to HEAD is dropped, its end is not", () => {
	const body = new MemoryBody();
	const sink = unsent(body);
	for (let count = 0; count < 100; count += 1) {
		assert.ok(Number(sink.room()) > 0);
		sink.write(new Uint8Array(10_000));
	}
	assert.equal(sink.end([["x", Uint8Array.of(97)]]), undefined);
	assert.equal(body.read(1), "end");
	assert.equal(body.trailers, undefined);
});

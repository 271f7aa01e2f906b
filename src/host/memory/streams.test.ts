import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes } from "../../sys/backend.contract.ts";
import { Errno } from "../../sys/errno.ts";
import { FrozenClocks } from "../../sys/frozen-clocks.ts";
import type { Listener } from "../../sys/sockets.ts";
import type { Stream } from "../../sys/stream.ts";
import type { Interest } from "../../sys/waiter.ts";
import { connect, MemoryListener } from "./sockets.ts";
import { MemorySink, MemorySource } from "./streams.ts";
import { MemoryWaiter } from "./waiter.ts";

/** Reads once: the text, `AGAIN`, or `end`. */
function readOnce(stream: Stream, count = 100): string {
	const into = new Uint8Array(count).fill(0x3f);
	const done = stream.read([into.subarray(0, 2), into.subarray(2)]);
	assert.ok(into.subarray(Math.max(0, done)).every((byte) => byte === 0x3f));
	if (done === -Errno.AGAIN) return "AGAIN";
	return done === 0 ? "end" : new TextDecoder().decode(into.subarray(0, done));
}

test("a source gives its bytes, then its end", () => {
	const source = new MemorySource(bytes("hello"));
	assert.deepEqual([readOnce(source, 3), readOnce(source, 3), readOnce(source)], ["hel", "lo", "end"]);
	assert.equal(source.write(), -Errno.BADF);
});

test("a source that is fed has more until it is ended", () => {
	const source = new MemorySource();
	assert.equal(readOnce(source), "AGAIN");
	source.push(bytes("ab"));
	source.push(bytes(""));
	source.push(bytes("cdef"));
	assert.equal(source.available_bytes, 6);
	assert.deepEqual([readOnce(source, 5), readOnce(source), readOnce(source)], ["abcde", "f", "AGAIN"]);
	source.end();
	assert.equal(readOnce(source), "end");
});

test("a sink keeps all that was written, and not what becomes of the buffers", () => {
	const sink = new MemorySink();
	const buffer = bytes("ab");
	assert.equal(sink.write([buffer, bytes(""), bytes("c")]), 3);
	buffer.fill(0);
	assert.equal(sink.write([]), 0);
	assert.equal(sink.text, "abc");
	assert.deepEqual(sink.bytes, bytes("abc"));
	assert.equal(sink.read(), -Errno.BADF);
});

test("what one end of a connection writes the other reads", () => {
	const [near, far] = connect();
	assert.equal(near.write([bytes("ping")]), 4);
	assert.equal(far.write([bytes("pong")]), 4);
	assert.deepEqual([readOnce(far), readOnce(near), readOnce(far)], ["ping", "pong", "AGAIN"]);
	near.close();
	assert.equal(readOnce(far), "end");
	assert.equal(far.write([bytes("x")]), -Errno.PIPE);
});

test("shutting down one direction leaves the other", () => {
	const [near, far] = connect();
	near.shutdown(false, true);
	assert.equal(near.write([bytes("x")]), -Errno.PIPE);
	assert.equal(readOnce(far), "end");
	assert.equal(far.write([bytes("y")]), 1);
	assert.equal(readOnce(near), "y");
});

test("receiving can peek, and wait for all", () => {
	const [near, far] = connect();
	near.write([bytes("abc")]);
	const into = new Uint8Array(5);
	assert.equal(far.receive([into], true, false), 3);
	assert.equal(far.receive([into], false, true), -Errno.AGAIN);
	near.write([bytes("de")]);
	assert.equal(far.receive([into], false, true), 5);
	assert.equal(new TextDecoder().decode(into), "abcde");
	near.write([bytes("f")]);
	near.close();
	assert.equal(far.receive([into], false, true), 1);
});

test("a listener hands out connections in the order in which they came", () => {
	const listener = new MemoryListener();
	assert.equal(listener.accept(), Errno.AGAIN);
	const callers = [listener.connect(), listener.connect()];
	for (const [index, caller] of callers.entries()) {
		caller.write([bytes(`${index}`)]);
		const accepted = listener.accept();
		assert.ok(typeof accepted !== "number");
		assert.equal(readOnce(accepted), `${index}`);
	}
	const last = listener.connect();
	listener.close();
	assert.equal(readOnce(last), "end");
});

function interestIn(source: Stream | Listener, event: "read" | "write" = "read"): Interest {
	return { source, event, ready: false, hangup: false, available_bytes: 0 };
}

/** What there is to wait for, and whether it is ready, has ended, and with how many bytes. */
const INTERESTS: readonly (readonly [string, () => Interest, boolean, boolean, number])[] = [
	["a source with bytes", () => interestIn(new MemorySource(bytes("abc"))), true, false, 3],
	["a source without", () => interestIn(new MemorySource()), false, false, 0],
	["a source at its end", () => interestIn(new MemorySource(bytes(""))), true, true, 0],
	["a sink", () => interestIn(new MemorySink(), "write"), true, false, 0],
	["a listener nobody calls", () => interestIn(new MemoryListener()), false, false, 0],
	["a connection that is silent", () => interestIn(connect()[0]), false, false, 0],
	["a connection to write to", () => interestIn(connect()[0], "write"), true, false, 0],
];

for (const [what, make, ready, hangup, available_bytes] of INTERESTS)
	test(`waiting for ${what}`, () => {
		const clocks = new FrozenClocks(0n);
		const interest = make();
		assert.equal(new MemoryWaiter(clocks).wait([interest], 5n), Errno.SUCCESS);
		assert.deepEqual(
			[interest.ready, interest.hangup, interest.available_bytes],
			[ready, hangup, available_bytes],
		);
		assert.equal(clocks.realtime_ns(), ready ? 0n : 5n);
	});

test("waiting for ever for nothing is told", () => {
	const waiter = new MemoryWaiter(new FrozenClocks(0n));
	assert.equal(waiter.wait([], undefined), Errno.DEADLK);
	assert.equal(waiter.wait([interestIn(new MemorySource())], undefined), Errno.DEADLK);
});

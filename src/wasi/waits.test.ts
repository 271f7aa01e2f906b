import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryListener } from "../host/memory/sockets.ts";
import { MemoryWaiter } from "../host/memory/waiter.ts";
import { FrozenClocks } from "../sys/frozen-clocks.ts";
import type { Interest, Waiter } from "../sys/waiter.ts";
import { isReady, type Wait, waitsOf } from "./waits.ts";

const READY: Wait = { type: "ready" };

/** Clocks that stand still, and a count of how often the system is asked. */
function machine() {
	const clocks = new FrozenClocks(0n);
	const memory = new MemoryWaiter(clocks);
	const asked: (bigint | undefined)[] = [];
	const waiter: Waiter = {
		wait(interests, timeout_ns) {
			asked.push(timeout_ns);
			return memory.wait(interests, timeout_ns);
		},
	};
	const host = { clocks, waiter, readiness: undefined };
	const after = (delay_ns: bigint): Wait => ({
		type: "deadline",
		monotonic_ns: clocks.monotonic_ns() + delay_ns,
	});
	return { host, clocks, asked, after, waits: waitsOf(host) };
}

function listening(): { listener: MemoryListener; wait: Wait } {
	const listener = new MemoryListener();
	const interest: Interest = {
		source: listener,
		event: "read",
		ready: false,
		hangup: false,
		available_bytes: 0,
	};
	return { listener, wait: { type: "interest", interest } };
}

/** Ready at the step of this number; it is due every so often. */
function stepping(count: number, due_ns: bigint): { wait: Wait; taken: () => number } {
	let taken = 0;
	const isDone = () => (taken += 1) >= count;
	return {
		taken: () => taken,
		wait: { type: "steps", isReady: isDone, interests: () => [], dueIn_ns: () => due_ns },
	};
}

test("what is ready is told, with its place, and nothing is waited for", () => {
	const { waits, after, asked } = machine();
	assert.deepEqual(waits.until([after(5n), READY, after(0n), READY]), [1, 2, 3]);
	assert.deepEqual(asked, []);
});

test("the first deadline ends the wait", () => {
	const { waits, after, asked, clocks } = machine();
	const start = clocks.monotonic_ns();
	assert.deepEqual(waits.until([after(9n), after(5n), after(5n)]), [1, 2]);
	assert.deepEqual([asked, clocks.monotonic_ns() - start], [[5n], 5n]);
});

test("the system is asked once for what is there", () => {
	const { waits, after, asked } = machine();
	const { listener, wait } = listening();
	listener.connect();
	assert.deepEqual(waits.until([after(1_000n), wait]), [1]);
	assert.equal(asked.length, 1);
});

test("what is not there is not told when the time is over", () => {
	const { waits, after, host } = machine();
	const { listener, wait } = listening();
	assert.equal(isReady(host, wait), false);
	assert.deepEqual(waits.until([wait, after(7n)]), [1]);
	listener.connect();
	assert.equal(isReady(host, wait), true);
});

test("steps are taken as they are due, until one is the last", () => {
	const { waits, after, clocks } = machine();
	const start = clocks.monotonic_ns();
	const { wait } = stepping(6, 10n);
	assert.deepEqual(waits.until([wait, after(1_000n)]), [0]);
	assert.ok(clocks.monotonic_ns() - start < 1_000n);
});

test("what goes on in the background goes on while anything is waited for, and leaves when it is done", () => {
	const { waits, after } = machine();
	const { wait, taken } = stepping(3, 10n);
	waits.background.add(wait);
	assert.deepEqual(waits.until([after(100n)]), [0]);
	assert.deepEqual([taken(), waits.background.size], [3, 0]);
});

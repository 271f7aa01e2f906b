import assert from "node:assert/strict";
import { test } from "node:test";
import { MemorySource } from "../host/memory/streams.ts";
import { Errno } from "./errno.ts";
import { FrozenClocks, FrozenWaiter } from "./frozen-clocks.ts";
import type { Interest, Waiter } from "./waiter.ts";

const START_NS = 1_700_000_000_000_000_000n;

/** A machine on which an interest becomes ready, or does not, and that notes what it was asked. */
function makeMachine(becomesReady: boolean): Waiter & { asked: (bigint | undefined)[] } {
	const asked: (bigint | undefined)[] = [];
	return {
		asked,
		wait(interests, timeout_ns) {
			asked.push(timeout_ns);
			for (const interest of interests) interest.ready = becomesReady;
			return Errno.SUCCESS;
		},
	};
}

function interestIn(source: MemorySource): Interest {
	return { source, event: "read", ready: false, hangup: false, available_bytes: 0 };
}

test("the clocks stand until they are advanced", () => {
	const clocks = new FrozenClocks(START_NS);
	assert.deepEqual([clocks.realtime_ns(), clocks.realtime_ns()], [START_NS, START_NS]);
	const before = clocks.monotonic_ns();
	assert.ok(before > 0n, "a monotonic clock of zero is taken for one that was never read");
	clocks.advance(5n);
	assert.equal(clocks.realtime_ns(), START_NS + 5n);
	assert.equal(clocks.monotonic_ns(), before + 5n);
	assert.equal(clocks.cpu_ns(), 0n);
});

test("a sleep moves the clocks by as much as was asked, and takes no time", () => {
	const clocks = new FrozenClocks(START_NS);
	const machine = makeMachine(false);
	assert.equal(new FrozenWaiter(clocks, machine).wait([], 3_600_000_000_000n), Errno.SUCCESS);
	assert.equal(clocks.realtime_ns(), START_NS + 3_600_000_000_000n);
	assert.deepEqual(machine.asked, []);
});

test("who waits for input in vain has waited as long as asked", () => {
	const clocks = new FrozenClocks(START_NS);
	const machine = makeMachine(false);
	new FrozenWaiter(clocks, machine).wait([interestIn(new MemorySource())], 7n);
	assert.equal(clocks.realtime_ns(), START_NS + 7n);
	assert.deepEqual(machine.asked, [7n]);
});

test("input that comes leaves the clocks where they are, however long it took", () => {
	const clocks = new FrozenClocks(START_NS);
	new FrozenWaiter(clocks, makeMachine(true)).wait([interestIn(new MemorySource())], 7n);
	assert.equal(clocks.realtime_ns(), START_NS);
});

test("to wait for ever is the machine's affair", () => {
	const clocks = new FrozenClocks(START_NS);
	const machine = makeMachine(true);
	new FrozenWaiter(clocks, machine).wait([], undefined);
	assert.deepEqual(machine.asked, [undefined]);
	assert.equal(clocks.realtime_ns(), START_NS);
});

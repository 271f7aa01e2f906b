import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeClocks, systemClocks } from "./clocks.ts";
import { systemEntropy } from "./entropy.ts";

const CLOCKS = [
	["of libc", systemClocks()],
	["of Node", nodeClocks()],
] as const;

for (const [name, clocks] of CLOCKS) {
	test(`the clocks ${name} agree with the machine's`, () => {
		const before_ms = Date.now();
		const real_ns = clocks.realtime_ns();
		const after_ms = Date.now();
		// 3 ms: what the clocks of Node may be apart
		assert.ok(real_ns >= BigInt(before_ms - 3) * 1_000_000n, `${real_ns}`);
		assert.ok(real_ns <= BigInt(after_ms + 3) * 1_000_000n, `${real_ns}`);
		const first = process.hrtime.bigint();
		const second = clocks.monotonic_ns();
		assert.ok(second >= first && process.hrtime.bigint() >= second);
		const cpu_ns = clocks.cpu_ns();
		assert.ok(cpu_ns > 0n && clocks.cpu_ns() >= cpu_ns);
	});
}

test("the real time has steps finer than a millisecond", () => {
	const clocks = systemClocks();
	const parts = new Set(Array.from({ length: 100 }, () => clocks.realtime_ns() % 1_000_000n));
	assert.ok(parts.size > 10);
});

test("entropy fills all of any length, and each time otherwise", () => {
	for (const size_bytes of [0, 1, 255, 257, 3_000_001]) {
		const bytes = new Uint8Array(size_bytes + 2);
		systemEntropy.fill(bytes.subarray(1, size_bytes + 1));
		assert.deepEqual([bytes[0], bytes[size_bytes + 1]], [0, 0]);
		const zeros = bytes.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
		// one byte in 256 is zero, more or less
		assert.ok(zeros < 20 + size_bytes / 128, `${zeros} of ${size_bytes}`);
	}
	const [first, second] = [new Uint8Array(32), new Uint8Array(32)];
	systemEntropy.fill(first);
	systemEntropy.fill(second);
	assert.notDeepEqual(first, second);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Clocks } from "./clocks.ts";
import { CoarseClocks } from "./coarse-clocks.ts";

function clocksAt(time_ns: bigint, resolution_ns = 1n): Clocks {
	return {
		realtime_ns: () => time_ns,
		monotonic_ns: () => time_ns + 1n,
		cpu_ns: () => time_ns + 2n,
		resolution_ns,
	};
}

test("time is told in whole milliseconds", () => {
	const clocks = new CoarseClocks(clocksAt(1_700_000_000_123_999_998n));
	assert.equal(clocks.realtime_ns(), 1_700_000_000_123_000_000n);
	assert.equal(clocks.monotonic_ns(), 1_700_000_000_123_000_000n);
	assert.equal(clocks.cpu_ns(), 1_700_000_000_124_000_000n);
	assert.equal(clocks.resolution_ns, 1_000_000n);
});

test("clocks that are coarser stay so", () => {
	const clocks = new CoarseClocks(clocksAt(25_000_000n, 10_000_000n));
	assert.equal(clocks.resolution_ns, 10_000_000n);
	assert.equal(clocks.realtime_ns(), 20_000_000n);
});

test("coarse time never goes back, nor ahead of the time, nor far behind", () => {
	fc.assert(
		fc.property(fc.bigInt(0n, 2n ** 63n), fc.bigInt(0n, 10n ** 7n), (time_ns, later_ns) => {
			const [one, other] = [clocksAt(time_ns), clocksAt(time_ns + later_ns)].map((clocks) =>
				new CoarseClocks(clocks).realtime_ns(),
			) as [bigint, bigint];
			assert.ok(one <= other && one <= time_ns && time_ns - one < 1_000_000n && one % 1_000_000n === 0n);
		}),
	);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultText } from "../../test/support/fault.ts";
import { formatClock, formatRandom, parseClock, parseRandom } from "./clock.ts";

const TIMES: readonly (readonly [string, bigint])[] = [
	["0", 0n],
	["@1700000000", 1_700_000_000_000_000_000n],
	["1700000000.5", 1_700_000_000_500_000_000n],
	["1970-01-01T00:00:00Z", 0n],
	["2026-01-31T12:00:00Z", 1_769_860_800_000_000_000n],
	["2026-01-31t12:00:00.123456789z", 1_769_860_800_123_456_789n],
	["2026-01-31 14:00:00+02:00", 1_769_860_800_000_000_000n],
	["2026-01-31T10:30:00-01:30", 1_769_860_800_000_000_000n],
	["2024-02-29T00:00:00Z", 1_709_164_800_000_000_000n],
];

for (const [time, time_ns] of TIMES)
	test(`a clock frozen at ${time}`, () => {
		assert.deepEqual(parseClock(`frozen=${time}`), { type: "frozen", time_ns });
	});

const CLOCKS_REFUSED: readonly (readonly [string, RegExp])[] = [
	["", /the form is real, coarse or frozen/],
	["fine", /the form is/],
	["frozen", /the form is/],
	["frozen=", /'' is not a time/],
	["frozen=2026-01-31", /a date needs its time and zone/],
	["frozen=2026-01-31T12:00:00", /a date needs its time and zone/],
	["frozen=2026-02-30T12:00:00Z", /is not a time/],
	["frozen=2026-13-01T12:00:00Z", /is not a time/],
	["frozen=2026-01-31T24:00:00Z", /is not a time/],
	["frozen=2026-01-31T12:60:00Z", /is not a time/],
	["frozen=2026-01-31T23:59:60Z", /is not a time/],
	["frozen=1969-12-31T23:59:59Z", /from 1970 to 2554/],
	["frozen=2555-01-01T00:00:00Z", /from 1970 to 2554/],
	["frozen=99999999999999999", /is not a time/],
];

for (const [text, expected] of CLOCKS_REFUSED)
	test(`refused: --clock ${text}`, () =>
		assert.match(
			faultText(() => parseClock(text)),
			expected,
		));

test("a clock printed is the clock read", () => {
	fc.assert(
		fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (time_ns) => {
			const clock = { type: "frozen", time_ns } as const;
			assert.deepEqual(parseClock(formatClock(clock)), clock);
		}),
	);
	for (const text of ["real", "coarse"]) assert.equal(formatClock(parseClock(text)), text);
});

test("random bytes: system, or a seed of 64 bits", () => {
	assert.deepEqual(parseRandom("system"), { type: "system" });
	assert.deepEqual(parseRandom("seed=0"), { type: "seed", seed: 0n });
	assert.deepEqual(parseRandom("seed=0xff"), { type: "seed", seed: 255n });
	assert.deepEqual(parseRandom("seed=18446744073709551615"), { type: "seed", seed: 2n ** 64n - 1n });
	assert.equal(formatRandom(parseRandom("seed=7")), "seed=7");
});

for (const text of ["", "seed", "seed=", "seed=-1", "seed=x", "seed=1.5", "seed=18446744073709551616"])
	test(`refused: --random ${text}`, () => {
		assert.match(
			faultText(() => parseRandom(text)),
			/cannot read '.*' as a source of random bytes \[GRANT_INVALID\]/,
		);
	});

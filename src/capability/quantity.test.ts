import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatDuration, formatSize, parseDuration, parseSize } from "./quantity.ts";

const SIZES: readonly (readonly [string, number | undefined])[] = [
	["0", 0],
	["4096", 4096],
	["1b", 1],
	["64k", 65_536],
	["64K", 65_536],
	["64m", 67_108_864],
	["64mb", 67_108_864],
	["512MiB", 536_870_912],
	["1.5g", 1_610_612_736],
	["2 g", 2_147_483_648],
	["1t", 1_099_511_627_776],
	["7p", 7_881_299_347_898_368],
	["9p", undefined],
	["9999999999999999", undefined],
	["", undefined],
	["m", undefined],
	["-1", undefined],
	["1e3", undefined],
	["0x10", undefined],
	["1mm", undefined],
	["1 2", undefined],
	["Infinity", undefined],
	["1".repeat(1_000_000), undefined],
];

for (const [text, expected] of SIZES)
	test(`the size '${text.slice(0, 20)}'`, () => assert.equal(parseSize(text), expected));

const DURATIONS: readonly (readonly [string, number | undefined])[] = [
	["0", 0],
	["10", 10_000],
	["0.5", 500],
	["10s", 10_000],
	["500ms", 500],
	["1m30s", 90_000],
	["1h2m3.5s", 3_723_500],
	["1.1s", 1100],
	["0.1s", 100],
	["1us", 1],
	["1µs", 1],
	["1500us", 2],
	["1ns", 1],
	["", undefined],
	["s", undefined],
	["-1s", undefined],
	["1 s", undefined],
	["1d", undefined],
	["1s1", undefined],
	["1e3s", undefined],
	[`${"9".repeat(60)}h`, undefined],
	["1s".repeat(1_000_000), undefined],
];

for (const [text, expected] of DURATIONS)
	test(`the duration '${text.slice(0, 20)}'`, () => assert.equal(parseDuration(text), expected));

test("a size printed is the size read", () => {
	fc.assert(fc.property(fc.maxSafeNat(), (size) => assert.equal(parseSize(formatSize(size)), size)));
	fc.assert(fc.property(fc.nat(1024), (size) => assert.equal(parseSize(formatSize(size << 20)), size << 20)));
});

test("a duration printed is the duration read", () => {
	fc.assert(
		fc.property(fc.nat(2 ** 31 - 1), (time) => assert.equal(parseDuration(formatDuration(time)), time)),
	);
});

test("sizes and durations print in the largest units", () => {
	assert.equal(formatSize(67_108_864), "64m");
	assert.equal(formatSize(1023), "1023");
	assert.equal(formatDuration(90_500), "1m30s500ms");
	assert.equal(formatDuration(0), "0s");
});

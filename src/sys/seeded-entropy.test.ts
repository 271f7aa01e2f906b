import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SeededEntropy } from "./seeded-entropy.ts";

/** From an independent implementation of xoshiro128** and splitmix64, after their authors' C. */
const KNOWN: readonly (readonly [seed: bigint, hex: string])[] = [
	[0n, "5d04c9de759d089a62d377ab0564e1c3daa8955c56a0de6040515ac2140629a4"],
	[1n, "ba4109650103d35421f3d225a9dcab3fa6e0b82a670089f9d90a2be16ad893a1"],
	[42n, "2a5ae869d0fa43f85f180501a61e1f8aa9e26ba64e904498e71342afd75cc985"],
];

function bytesFrom(entropy: SeededEntropy, count: number): Uint8Array {
	const into = new Uint8Array(count);
	// oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- it is no array
	entropy.fill(into);
	return into;
}

function firstOf(seed: bigint): string {
	return Buffer.from(bytesFrom(new SeededEntropy(seed), 16)).toString("hex");
}

for (const [seed, hex] of KNOWN)
	test(`seed ${seed} gives the known bytes`, () => {
		assert.equal(Buffer.from(bytesFrom(new SeededEntropy(seed), 32)).toString("hex"), hex);
	});

test("64 bits of a seed count, and it may be negative", () => {
	assert.equal(firstOf(2n ** 64n + 1n), firstOf(1n));
	assert.equal(firstOf(-1n), firstOf(2n ** 64n - 1n));
	assert.equal(new Set([0n, 1n, 2n ** 32n, 2n ** 63n].map(firstOf)).size, 4);
});

test("the bytes are the same however they are asked for", () => {
	fc.assert(
		fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.array(fc.nat(40), { maxLength: 20 }), (seed, counts) => {
			const entropy = new SeededEntropy(seed);
			const parts = counts.map((count) => bytesFrom(entropy, count));
			const whole = bytesFrom(
				new SeededEntropy(seed),
				counts.reduce((sum, count) => sum + count, 0),
			);
			assert.deepEqual(Buffer.concat(parts), Buffer.from(whole));
		}),
	);
});

test("only the part of a buffer that was asked for is filled", () => {
	const buffer = new Uint8Array(64).fill(0x3f);
	new SeededEntropy(1n).fill(buffer.subarray(5, 18));
	assert.ok([...buffer.subarray(0, 5), ...buffer.subarray(18)].every((byte) => byte === 0x3f));
	assert.ok(buffer.subarray(5, 18).some((byte) => byte !== 0x3f));
});

test("each value of a byte comes about as often as all others", () => {
	const counts = new Uint32Array(256);
	for (const byte of bytesFrom(new SeededEntropy(7n), 256 * 1024)) counts[byte] = (counts[byte] ?? 0) + 1;
	assert.ok(counts.every((count) => count > 850 && count < 1200));
});

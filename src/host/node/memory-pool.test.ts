import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryPool, memoryDiscarder } from "./memory-pool.ts";
import { openResidentMemory } from "./resident-memory.ts";

for (const minimum of [0, 1, 2, 3, 40, 300])
	test(`a memory of ${minimum} pages comes back as new`, () => {
		const pool = new MemoryPool({ minimum, maximum: 400, kept: 2 });
		const first = pool.take();
		new Uint8Array(first.buffer).fill(0xa5);
		pool.give(first);
		const again = pool.take();
		assert.equal(again, first);
		assert.equal(again.buffer.byteLength, minimum * 65_536);
		assert.ok(new Uint8Array(again.buffer).every((byte) => byte === 0));
	});

test("a memory that has grown is not used again", () => {
	const pool = new MemoryPool({ minimum: 1, maximum: 4, kept: 2 });
	const first = pool.take();
	first.grow(1);
	pool.give(first);
	assert.notEqual(pool.take(), first);
});

test("no more are kept than are asked for", () => {
	const pool = new MemoryPool({ minimum: 1, maximum: 1, kept: 1 });
	const [one, two] = [pool.take(), pool.take()];
	pool.give(one);
	pool.give(two);
	assert.equal(pool.take(), one);
	assert.notEqual(pool.take(), two);
});

test(
	"what is discarded is given back to the system, and reads as zeros",
	{ skip: process.platform !== "linux" },
	() => {
		const resident = openResidentMemory();
		const memory = new WebAssembly.Memory({ initial: 1600 });
		new Uint8Array(memory.buffer).fill(1);
		const full = resident();
		memoryDiscarder()([memory]);
		assert.ok(full - resident() > 90 * 1024 * 1024);
		assert.equal(new Uint8Array(memory.buffer)[1000], 0);
		assert.equal(memory.buffer.byteLength, 1600 * 65_536);
	},
);

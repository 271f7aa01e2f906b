import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryPool } from "../host/node/memory-pool.ts";
import { Renewal } from "./renewal.ts";

function mutable(value: "i32" | "i64", first: number | bigint): WebAssembly.Global {
	return Reflect.construct(WebAssembly.Global, [{ value, mutable: true }, first]) as WebAssembly.Global;
}

function parts() {
	const pool = new MemoryPool({ minimum: 1, maximum: 2, kept: 1 });
	const memory = pool.take();
	new Uint8Array(memory.buffer).set([1, 2, 3], 8);
	const counter = mutable("i32", 7);
	const long = mutable("i64", 1n << 60n);
	const renewal = new Renewal();
	renewal.addMemory({ memory, clear: (one) => pool.clear(one), first: { image: undefined } });
	renewal.addGlobals({ globals: [counter, long], first: { values: undefined } });
	renewal.made();
	return { renewal, memory, counter, long };
}

test("an instance is as it was when it was made: its memory and its globals", () => {
	const { renewal, memory, counter, long } = parts();
	for (let round = 0; round < 2; round += 1) {
		new Uint8Array(memory.buffer).fill(0xa5);
		counter.value = 1;
		long.value = -1n;
		assert.equal(renewal.renew(), true);
		const bytes = new Uint8Array(memory.buffer);
		assert.deepEqual([...bytes.subarray(7, 12)], [0, 1, 2, 3, 0]);
		assert.ok(bytes.subarray(12).every((byte) => byte === 0));
		assert.deepEqual([counter.value, long.value], [7, 1n << 60n]);
	}
});

test("one whose memory has grown is not", () => {
	const { renewal, memory } = parts();
	memory.grow(1);
	assert.equal(renewal.renew(), false);
});

test("nor one of which a part cannot be put back", () => {
	const { renewal } = parts();
	renewal.forbid();
	assert.equal(renewal.renew(), false);
});

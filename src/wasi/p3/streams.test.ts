import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

import { Errno } from "../../sys/errno.ts";
import type { ComponentGuest } from "../component-guest.ts";
import type { Wait } from "../waits.ts";
import {
	bytesFrom,
	bytesInto,
	CHUNK_BYTES,
	DONE,
	type GuestStream,
	type Origin,
	streamOf,
	type Target,
} from "./streams.ts";

/** All of a guest that streams know: its waits, which end at once here. */
const guest = {
	world: { readiness: undefined },
	waits: { until: () => [0] },
} as unknown as ComponentGuest;
const READY: Wait = { type: "ready" };
const failure = (errno: Errno) => errno;

/** Gives these answers, one after the other, and then the end. */
function origin(answers: readonly (Uint8Array | Errno)[]): Origin & { closed: number; read_max: number } {
	const left = [...answers];
	return {
		closed: 0,
		read_max: 0,
		read(into) {
			this.read_max = Math.max(this.read_max, into.length);
			const answer = left.shift();
			if (answer === undefined) return 0;
			if (typeof answer === "number") return -answer;
			into.set(answer);
			return answer.length;
		},
		wait: () => READY,
		close() {
			this.closed += 1;
		},
	};
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
	const pieces: Uint8Array[] = [];
	for await (const piece of stream) pieces.push(piece);
	return pieces;
}

/** A guest that writes these pieces when it is read, and says whether it was dropped. */
function guestStream(pieces: readonly Uint8Array[]): GuestStream & { dropped: number; most: number } {
	const left = [...pieces];
	return {
		dropped: 0,
		most: 0,
		async read({ count }) {
			this.most = Math.max(this.most, count);
			const piece = left.shift();
			return await Promise.resolve(piece === undefined ? { done: true } : { value: piece, done: false });
		},
		[Symbol.dispose]() {
			this.dropped += 1;
		},
	};
}

test("bytes come piece by piece, each asked for when it is wanted", async () => {
	const from = origin([Uint8Array.of(1, 2), Errno.AGAIN, Uint8Array.of(3)]);
	const [stream, outcome] = bytesFrom(guest, from, failure);
	assert.equal(from.read_max, 0);
	assert.deepEqual(await collect(stream), [Uint8Array.of(1, 2), Uint8Array.of(3)]);
	assert.deepEqual(await outcome, DONE);
	assert.deepEqual([from.closed, from.read_max], [1, CHUNK_BYTES]);
});

test("an error is told after what came before it", async () => {
	const from = origin([Uint8Array.of(1), Errno.CONNRESET]);
	const [stream, outcome] = bytesFrom(guest, from, failure);
	assert.deepEqual(await collect(stream), [Uint8Array.of(1)]);
	assert.deepEqual(await outcome, { tag: "err", val: Errno.CONNRESET });
	assert.equal(from.closed, 1);
});

test("a stream that is dropped early ended well, and its origin is let go once", async () => {
	const from = origin([Uint8Array.of(1), Uint8Array.of(2)]);
	const [stream, outcome] = bytesFrom(guest, from, failure);
	const iterator = stream[Symbol.asyncIterator]();
	await iterator.next();
	await iterator.return?.();
	assert.deepEqual(await iterator.next(), { done: true, value: undefined });
	assert.deepEqual(await outcome, DONE);
	assert.equal(from.closed, 1);
});

test("the end is told once, however often one asks", async () => {
	let over = 0;
	const iterator = streamOf<number>(
		() => undefined,
		() => (over += 1),
	)[Symbol.asyncIterator]();
	await iterator.next();
	await iterator.next();
	await iterator.return?.();
	assert.equal(over, 1);
});

test("all bytes of a guest arrive, in order, however few are taken at once", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 20 }),
			fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 10 }),
			async (pieces, steps) => {
				const taken: number[] = [];
				let turn = 0;
				const target: Target = {
					write(from) {
						turn += 1;
						const room = steps[turn % steps.length] ?? 1;
						// a turn without room, but not for ever
						if (room === 0 && turn % 7 !== 0) return -Errno.AGAIN;
						const some = from.subarray(0, Math.max(room, 1));
						taken.push(...some);
						return some.length;
					},
					wait: () => READY,
				};
				const from = guestStream(pieces);
				assert.deepEqual(await bytesInto(guest, from, target, failure), DONE);
				assert.deepEqual(
					taken,
					pieces.flatMap((piece) => [...piece]),
				);
				assert.ok(from.most <= CHUNK_BYTES);
				assert.equal(from.dropped, 1);
			},
		),
	);
});

test("what cannot be written drops the guest's stream and is told", async () => {
	const from = guestStream([Uint8Array.of(1), Uint8Array.of(2)]);
	const target: Target = { write: () => -Errno.NOSPC, wait: () => READY };
	assert.deepEqual(await bytesInto(guest, from, target, failure), { tag: "err", val: Errno.NOSPC });
	assert.equal(from.dropped, 1);
});

test("a guest that traps while it is read has written its last", async () => {
	const from: GuestStream = {
		read: () => Promise.reject(new WebAssembly.RuntimeError("unreachable")),
		[Symbol.dispose]: () => undefined,
	};
	const target: Target = { write: ({ length }) => length, wait: () => READY };
	assert.deepEqual(await bytesInto(guest, from, target, failure), DONE);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Content } from "./content.ts";
import { Quota } from "./quota.ts";

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 ** 2;

function make(quota_bytes = 64 * MEBIBYTE): { content: Content; quota: Quota } {
	const quota = new Quota(quota_bytes);
	return { content: new Content(quota), quota };
}

test("a hole takes no memory, however large", () => {
	for (const size of [1, 65_536, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER]) {
		const { content, quota } = make();
		content.truncate(size);
		assert.equal(content.size_bytes, size);
		assert.equal(quota.used_bytes, 0);
		const into = new Uint8Array(10).fill(0x3f);
		const count = content.read(into, size - 1);
		assert.equal(count, 1);
		assert.deepEqual([...into.subarray(0, 2)], [0, 0x3f]);
		content.truncate(0);
		assert.equal(content.size_bytes, 0);
	}
});

test("a byte far out takes one chunk", () => {
	const { content, quota } = make();
	for (const at of [2 ** 31 - 1, 2 ** 32, 2 ** 45 + 5, Number.MAX_SAFE_INTEGER - 1]) {
		const before = quota.used_bytes;
		assert.equal(content.write(Uint8Array.of(7), at), 1);
		assert.ok(quota.used_bytes - before <= 65 * KIBIBYTE);
		const into = new Uint8Array(1);
		assert.equal(content.read(into, at), 1);
		assert.deepEqual([...into], [7]);
	}
});

test("a small file takes little", () => {
	const { content, quota } = make();
	content.write(new Uint8Array(100), 0);
	assert.ok(quota.used_bytes <= 512);
});

test("a file that grows byte by byte takes no more than twice its size", () => {
	const { content, quota } = make();
	const sizes = new Set<number>();
	for (let at = 0; at < 50_000; at++) {
		content.write(Uint8Array.of(at), at);
		sizes.add(quota.used_bytes);
	}
	assert.ok(quota.used_bytes < 2 * 50_000);
	assert.ok(sizes.size < 10, "it is copied a few times only");
});

test("writing stops where the quota ends, and the quota can be used up", () => {
	const { content, quota } = make(MEBIBYTE);
	const written = content.write(new Uint8Array(2 * MEBIBYTE).fill(1), 0);
	assert.ok(written > 0.9 * MEBIBYTE && written <= MEBIBYTE);
	assert.equal(content.size_bytes, written);
	assert.equal(content.write(new Uint8Array(65_536), written), 0);
	assert.equal(content.size_bytes, written);
	while (content.write(Uint8Array.of(2), content.size_bytes) === 1);
	assert.ok(quota.used_bytes > 0.99 * MEBIBYTE && quota.used_bytes <= MEBIBYTE);
	content.truncate(0);
	assert.equal(quota.used_bytes, 0);
});

test("writing into what is there takes no more", () => {
	const { content, quota } = make();
	content.write(new Uint8Array(200_000), 0);
	const used = quota.used_bytes;
	for (let at = 0; at + 1000 <= 200_000; at += 777) content.write(new Uint8Array(1000), at);
	assert.equal(quota.used_bytes, used);
});

test("cutting off gives memory back", () => {
	const { content, quota } = make();
	content.write(new Uint8Array(MEBIBYTE), 0);
	for (const size of [500_000, 65_536, 60_000, 1000, 1]) {
		content.truncate(size);
		assert.ok(quota.used_bytes < 2 * size + 70 * KIBIBYTE);
	}
	assert.ok(quota.used_bytes < KIBIBYTE);
});

test("room is reserved whole or not at all", () => {
	const { content, quota } = make(MEBIBYTE);
	for (const end of [2 * MEBIBYTE, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
		assert.equal(content.reserve(0, end), false);
		assert.equal(content.reserve(end - 1, end), true);
		content.truncate(0);
	}
	assert.equal(quota.used_bytes, 0);
	assert.equal(content.reserve(0, 900_000), true);
	assert.equal(content.size_bytes, 900_000);
	const used = quota.used_bytes;
	assert.equal(content.write(new Uint8Array(900_000).fill(1), 0), 900_000);
	assert.equal(quota.used_bytes, used);
	assert.equal(content.reserve(0, 900_000), true);
	assert.equal(quota.used_bytes, used);
	for (const end of [MEBIBYTE, 2 * MEBIBYTE]) assert.equal(content.reserve(0, end), false);
	assert.equal(content.size_bytes, 900_000);
	assert.equal(quota.used_bytes, used);
});

const SPAN = 300_000;
const at = fc.oneof(
	fc.nat(SPAN),
	fc.constantFrom(0, 255, 256, 257, 65_535, 65_536, 65_537, 131_072, 196_608),
);
const count = fc.oneof(fc.nat(1000), fc.constantFrom(0, 1, 256, 65_536, 70_000, 140_000));
const step = fc.oneof(
	fc.record({ do: fc.constant("write"), at, count, byte: fc.integer({ min: 1, max: 255 }) }),
	fc.record({ do: fc.constant("truncate"), at }),
	fc.record({ do: fc.constant("reserve"), at, count }),
	fc.record({ do: fc.constant("read"), at, count }),
);

const startSize = fc.oneof(fc.constant(0), fc.nat(SPAN), fc.constantFrom(1, 65_535, 65_536, 65_537, 200_000));

test("any writes, cuts and reservations read as those of one long array, whatever was there at first", () => {
	fc.assert(
		fc.property(startSize, fc.array(step, { maxLength: 30, size: "max" }), (start_bytes, steps) => {
			const start = new Uint8Array(start_bytes).map((_, index) => 1 + (index % 255));
			const [quota, before] = [new Quota(64 * MEBIBYTE), start.slice()];
			const content = new Content(quota, start);
			const model = new Uint8Array(2 * SPAN);
			model.set(start);
			let size = start_bytes;
			for (const one of steps) {
				if (one.do === "truncate") {
					content.truncate(one.at);
					model.fill(0, one.at);
					size = one.at;
				} else if (one.do === "reserve") {
					assert.ok(content.reserve(one.at, one.at + one.count));
					size = Math.max(size, one.at + one.count);
				} else if (one.do === "write") {
					content.write(new Uint8Array(one.count).fill(one.byte), one.at);
					model.fill(one.byte, one.at, one.at + one.count);
					if (one.count > 0) size = Math.max(size, one.at + one.count);
				} else {
					const into = new Uint8Array(one.count).fill(0x3f);
					const done = content.read(into, one.at);
					assert.equal(done, Math.max(0, Math.min(one.count, size - one.at)));
					assert.ok(Buffer.compare(into.subarray(0, done), model.subarray(one.at, one.at + done)) === 0);
					assert.ok(into.subarray(done).every((byte) => byte === 0x3f));
				}
				assert.equal(content.size_bytes, size);
			}
			const all = new Uint8Array(size);
			assert.equal(content.read(all, 0), size);
			assert.ok(Buffer.compare(all, model.subarray(0, size)) === 0);
			content.truncate(0);
			assert.equal(quota.used_bytes, 0);
			assert.ok(Buffer.compare(start, before) === 0);
		}),
		{ numRuns: 300 },
	);
});

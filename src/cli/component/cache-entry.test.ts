import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { decodeEntry, encodeEntry, type Entry, macOf } from "./cache-entry.ts";

const SECRET = new Uint8Array(32).fill(7);

const ENTRY: Entry = {
	key: "sha256:00; sync",
	transpiled: {
		mode: "sync",
		script: '(function () { return "run"; })',
		cores: [
			{ name: "a.wasm", code: { start: 10, end: 200 } },
			{ name: "b.wasm", code: Uint8Array.of(0, 0x61, 0x73, 0x6d) },
			{ name: "c.wasm", code: Uint8Array.of(1, 2, 3) },
		],
		needs: [{ interface: "wasi:io/poll@0.2.0", functions: ["poll"], classes: ["Pollable"] }],
		exports: ["wasi:cli/run@0.2.0"],
	},
	compiled: Uint8Array.of(9, 8, 7),
};

test("an entry is read as it was written", () => {
	assert.deepEqual(decodeEntry(encodeEntry(ENTRY, SECRET), ENTRY.key, SECRET), ENTRY);
});

test("an entry without V8's data is read as it was written", () => {
	const entry = { ...ENTRY, compiled: new Uint8Array() };
	assert.deepEqual(decodeEntry(encodeEntry(entry, SECRET), entry.key, SECRET), entry);
});

test("V8's data begins on a whole word, whatever comes before it", () => {
	for (const key of ["", "1", "12", "123", "1234", "12345", "123456", "1234567"]) {
		const entry = decodeEntry(encodeEntry({ ...ENTRY, key }, SECRET), key, SECRET);
		assert.equal((entry?.compiled.byteOffset ?? 1) % 8, 0);
	}
});

test("a script that is not ASCII means the same", () => {
	const entry = { ...ENTRY, transpiled: { ...ENTRY.transpiled, script: '"\u00e9\u2028\u{1f600}"' } };
	const read = decodeEntry(encodeEntry(entry, SECRET), entry.key, SECRET);
	assert.equal(JSON.parse(read?.transpiled.script ?? ""), "\u00e9\u2028\u{1f600}");
});

test("an entry with any bit changed is none", () => {
	const file = encodeEntry(ENTRY, SECRET);
	fc.assert(
		fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
			const changed = file.slice();
			changed[at] = (changed[at] ?? 0) ^ change;
			assert.equal(decodeEntry(changed, ENTRY.key, SECRET), undefined);
		}),
	);
});

test("an entry that is cut off or goes on is none", () => {
	const file = encodeEntry(ENTRY, SECRET);
	for (let size = 0; size < file.length; size++)
		assert.equal(decodeEntry(file.slice(0, size), ENTRY.key, SECRET), undefined);
	assert.equal(decodeEntry(Uint8Array.of(...file, 0), ENTRY.key, SECRET), undefined);
});

test("an entry of another key or another secret is none", () => {
	const file = encodeEntry(ENTRY, SECRET);
	assert.equal(decodeEntry(file, "sha256:11; sync", SECRET), undefined);
	assert.equal(decodeEntry(file, ENTRY.key, new Uint8Array(32).fill(8)), undefined);
});

test("any bytes are no entry", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
			assert.equal(decodeEntry(new Uint8Array(bytes), ENTRY.key, SECRET), undefined);
		}),
	);
});

test("the MAC is HMAC-SHA256 as others compute it", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 300 }), (secret, body) => {
			const expected = createHmac("sha256", secret).update(body).digest("hex");
			assert.equal(Buffer.from(macOf(secret, body)).toString("hex"), expected);
		}),
	);
});

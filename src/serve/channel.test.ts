import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LINE_BYTES_MAX, LineReader, parseOrder, parseReport, type Report } from "./channel.ts";
import { Metrics } from "./metrics.ts";

const REPORTS: readonly Report[] = [
	{ type: "ready", port: 8080 },
	{ type: "numbers", numbers: new Metrics().snapshot() },
	{ type: "once", text: "error: no\n" },
	{ type: "used", text: "{}" },
	{ type: "failed", text: "error: no\n", exit: 125 },
];

for (const report of REPORTS)
	test(`a report '${report.type}' is read back`, () => {
		assert.deepEqual(parseReport(JSON.stringify(report)), report);
	});

const NONE: readonly string[] = [
	"",
	"null",
	"[]",
	"{",
	'{"type":"ready"}',
	'{"type":"ready","port":65536}',
	'{"type":"ready","port":-1}',
	'{"type":"ready","port":"80"}',
	'{"type":"numbers","numbers":[1]}',
	'{"type":"once","text":1}',
	'{"type":"failed","text":"x","exit":256}',
	'{"type":"drain"}',
	'{"__proto__":{"type":"ready","port":1}}',
];

for (const line of NONE)
	test(`'${line}' is no report`, () => {
		assert.equal(parseReport(line), undefined);
	});

test("anything else is no order", () => {
	assert.equal(parseOrder("ask"), "ask");
	assert.equal(parseOrder("drain"), "drain");
	for (const line of ["", "kill", "toString", "ask "]) assert.equal(parseOrder(line), undefined);
});

test("lines are found however they are cut", () => {
	fc.assert(
		fc.property(fc.array(fc.string({ maxLength: 20 })), fc.integer({ min: 1, max: 7 }), (texts, size) => {
			const wanted = texts.map((text) => text.replaceAll("\n", "."));
			const whole = wanted.map((line) => `${line}\n`).join("");
			const found: string[] = [];
			const reader = new LineReader((line) => found.push(line), assert.fail);
			for (let at = 0; at < whole.length; at += size) reader.take(whole.slice(at, at + size));
			assert.deepEqual(found, wanted);
		}),
	);
});

test("a line that does not end is not kept", () => {
	let tooLong = 0;
	const reader = new LineReader(assert.fail, () => (tooLong += 1));
	for (let sent = 0; sent <= LINE_BYTES_MAX; sent += 1024) reader.take("x".repeat(1024));
	assert.equal(tooLong, 1);
});

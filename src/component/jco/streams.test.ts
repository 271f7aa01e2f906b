import assert from "node:assert/strict";
import { test } from "node:test";

import { Fault } from "../../base/fault.ts";
import { bounded, unpolled } from "./streams.ts";

test("what has no streams stays as it is", () => {
	const text = "function plain() { return 1; }\n";
	assert.equal(unpolled(bounded(text)), text);
});

test("buffers are not kept", () => {
	const text = "class BufferManager {\ncreate() { instanceBuffers.set(nextBufID, buffer); }\n}";
	assert.equal(bounded(text), "class BufferManager {\ncreate() {  }\n}");
});

const REFUSED: readonly (readonly [title: string, text: string])[] = [
	["a class that is written otherwise", "class BufferManager {\ncreate() { buffers.push(buffer); }\n}"],
	[
		"a place that is there twice",
		"class BufferManager {\ninstanceBuffers.set(nextBufID, buffer);\ninstanceBuffers.set(nextBufID, buffer);\n}",
	],
];

for (const [title, text] of REFUSED) {
	test(`refused: ${title}`, () => {
		assert.throws(
			() => bounded(text),
			(cause) =>
				cause instanceof Fault && cause.code === "BUG" && cause.message.includes("the buffers that are kept"),
		);
	});
}

test("a wait that looks every millisecond becomes one that is told", () => {
	const text = `await new Promise((resolve) => {
  let waitInterval = setInterval(() => {
    if (!this.hasPendingEvent()) { return; }
    clearInterval(waitInterval);
    resolve();
  });
});`;
	assert.equal(unpolled(text), "if (!this.hasPendingEvent()) { await this.getWaitable().whenEvent(); }");
});

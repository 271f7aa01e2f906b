import assert from "node:assert/strict";
import { test } from "node:test";

import { streamOf } from "./p3/streams.ts";
import { valuesText } from "./trace-values.ts";

const names = { nameOf: () => undefined };

test("streams and futures are shown as what they are, and nothing of them is taken", async () => {
	const stream = streamOf(() => 1);
	const future = Promise.resolve({ tag: "ok", val: undefined });
	assert.equal(valuesText([[stream, future]], names), "[<stream>, <future>]");
	const taken: number[] = [];
	for await (const one of stream) if (taken.push(one) === 2) break;
	assert.deepEqual(taken, [1, 1]);
});

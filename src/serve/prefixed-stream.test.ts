import assert from "node:assert/strict";
import { test } from "node:test";
import { silentOutput } from "../wasi/standard.ts";
import { PrefixedStream } from "./prefixed-stream.ts";

test("each line begins with the request's id, however it is cut", () => {
	const came: string[] = [];
	const stream = new PrefixedStream({
		...silentOutput(),
		write(from) {
			// as a pipe that takes a few bytes at a time
			const piece = Buffer.concat(from).subarray(0, 5);
			came.push(piece.toString());
			return piece.length;
		},
	});
	stream.begin("a-1");
	for (const text of ["one\ntw", "o\n", "\n", "three"])
		assert.equal(stream.write([Buffer.from(text)]), text.length);
	stream.begin("a-2");
	stream.write([Buffer.from("four\n")]);
	assert.equal(came.join(""), "[a-1] one\n[a-1] two\n[a-1] \n[a-1] three[a-2] four\n");
});

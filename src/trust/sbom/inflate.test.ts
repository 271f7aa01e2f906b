import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { faultTextOf } from "../../../test/support/fault.ts";
import { inflate } from "./inflate.ts";

const DOCUMENT = { what: "the test" };

test("what zlib packed comes out again, up to the very bound", async () => {
	const bytes = Buffer.alloc(100_000, "wherry");
	assert.deepEqual(Buffer.from(await inflate(deflateSync(bytes), bytes.length, DOCUMENT)), bytes);
});

test("a bomb is refused at the bound", async () => {
	const bomb = deflateSync(Buffer.alloc(8 << 20));
	assert.equal(
		await faultTextOf(inflate(bomb, 1000, DOCUMENT)),
		"error: cannot read the test [IMAGE_INVALID]\nnote: it unpacks to more than 1000 bytes\n",
	);
});

for (const [title, bytes] of Object.entries({
	nothing: Buffer.alloc(0),
	"what is cut off": deflateSync("wherry").subarray(0, 8),
	"what has bytes behind it": Buffer.concat([deflateSync("wherry"), Buffer.from("more")]),
	"what zlib did not pack": Buffer.from("wherry"),
}))
	test(`${title} is refused`, async () =>
		assert.match(await faultTextOf(inflate(bytes, 1000, DOCUMENT)), /it is no zlib stream, or is cut off/));

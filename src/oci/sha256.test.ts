import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { codeOfSha256 } from "../../tools/sha256.ts";
import { toHex } from "../base/hex.ts";
import { Sha256 } from "./sha256.ts";

for (const size of [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1000])
	test(`sha256 of ${size} bytes is node's`, () => check([Buffer.alloc(size, "wherry")]));

test("the code is what tools/sha256.ts writes", async () => {
	const file = join(import.meta.dirname, "sha256-code.ts");
	assert.equal(readFileSync(file, "utf8"), await codeOfSha256(), "run: node tools/sha256.ts");
});

test("sha256 of any bytes in any pieces is node's", () => {
	fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), check));
});

function check(pieces: readonly Uint8Array[]): void {
	const ours = new Sha256();
	const nodes = createHash("sha256");
	for (const piece of pieces) {
		ours.update(piece);
		nodes.update(piece);
	}
	assert.equal(toHex(ours.digest()), nodes.digest("hex"));
}

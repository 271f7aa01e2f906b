import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { codeOfKernel } from "../../tools/kernel.ts";
import { ROOT } from "../support/wherry.ts";

test("src/wasm/kernel/code.ts is what the AssemblyScript compiler makes of tools/kernel/*.as", async () => {
	assert.equal(readFileSync(join(ROOT, "src/wasm/kernel/code.ts"), "utf8"), await codeOfKernel());
});

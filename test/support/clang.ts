import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Compiles this C to app.wasm in `folder`, from app.c; throws what clang says of it. */
export function compileC(folder: string, source: string, words: readonly string[]): void {
	writeFileSync(join(folder, "app.c"), source);
	const { status, stderr } = spawnSync("clang-22", [...words, "-o", "app.wasm", "app.c"], { cwd: folder });
	assert.equal(status, 0, String(stderr));
}

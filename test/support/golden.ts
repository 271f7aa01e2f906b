import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Holds `text` to the golden file at `path`, byte by byte. `UPDATE_GOLDEN=1` in the environment
 * writes the file instead; read the difference before you commit it.
 */
export function golden(path: string, text: string): void {
	if (process.env["UPDATE_GOLDEN"] === "1") {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, text);
		return;
	}
	assert.equal(text, readFileSync(path, "utf8"), `differs from ${path}; UPDATE_GOLDEN=1 rewrites it`);
}

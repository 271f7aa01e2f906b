import assert from "node:assert/strict";

import type { Ended } from "../support/wherry.ts";

/**
 * Asserts that a run failed for want of a grant and said so: `error: ... 'PATH' [NOT_GRANTED]`, and a
 * `help:` line with a grant for that path or for a directory above it.
 */
export function assertRefused(ended: Ended, guestPath: string): void {
	assert.notEqual(ended.status, 0, "it ended as if nothing had been refused");
	assert.equal(ended.signal, null);
	const lines = ended.stderr.split("\n");
	const named = lines.some(
		(line) => line.startsWith("error:") && line.endsWith("[NOT_GRANTED]") && line.includes(`'${guestPath}'`),
	);
	assert.ok(named, `no error names '${guestPath}' with [NOT_GRANTED]:\n${ended.stderr}`);
	const helped = lines.some(
		(line) => line.startsWith("help:") && prefixes(guestPath).some((path) => grants(line, path)),
	);
	assert.ok(helped, `no help line grants '${guestPath}':\n${ended.stderr}`);
}

/** The path itself and the directories above it, but the root. */
function prefixes(path: string): string[] {
	const parts = path.split("/").filter((part) => part !== "");
	return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

function grants(help: string, path: string): boolean {
	const words = help.split(/[\s:=,'"]+/);
	return words.includes(path);
}

import assert from "node:assert/strict";

import type { Ended } from "../support/wherry.ts";

/**
 * Asserts that a run failed for want of a grant and said so: `error: ... 'PATH' [NOT_GRANTED]`, and how to
 * grant it. Answers the words of the help line, to be pasted; none where the host has nothing at PATH
 * either, and nothing could be granted under that name.
 */
export function assertRefused(ended: Ended, guestPath: string): readonly string[] {
	assert.notEqual(ended.status, 0, "it ended as if nothing had been refused");
	assert.equal(ended.signal, null);
	const lines = ended.stderr.split("\n");
	const error = lines.findIndex((line) => line.endsWith(`'${guestPath}' [NOT_GRANTED]`));
	assert.ok(lines[error]?.startsWith("error: "), `no error names '${guestPath}':\n${ended.stderr}`);
	const until = lines.findIndex((line, index) => index > error && !/^(?:note|help): /.test(line));
	const details = lines.slice(error + 1, until);
	const help = details.find((line) => line.startsWith("help: "));
	if (help === undefined)
		assert.match(details.join("\n"), /there is nothing at that path on the host either/);
	return help === undefined ? [] : help.slice("help: ".length).split(" ");
}

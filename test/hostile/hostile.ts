import assert from "node:assert/strict";
import type { TestContext } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import { assembleInto } from "../support/wat.ts";
import { type Ended, run, type RunSettings } from "../support/wherry.ts";

/** A guard against hanging: no hostile module may hold its run longer. */
const TIMEOUT_MS = 60_000;

/** Runs a text module under `wherry run WORDS` and holds the run to `assertOurs`. */
export async function runHostile(
	test: TestContext,
	text: string,
	words: readonly string[] = [],
	settings: RunSettings & { readonly args?: readonly string[] } = {},
): Promise<Ended> {
	const module = await assembleInto(temporaryDirectory(test), "hostile.wasm", text);
	const ended = run(["run", ...words, module, ...(settings.args ?? [])], {
		timeout_ms: TIMEOUT_MS,
		...settings,
	});
	assertOurs(ended);
	return ended;
}

/**
 * Whatever a guest does, the host stays in charge: the process ends by itself, with no failure of our
 * own, no JavaScript stack and no control characters of the guest's on the terminal.
 */
export function assertOurs(ended: Ended): void {
	const { signal, stderr } = ended;
	assert.equal(signal, null, `ended by ${signal}\n${stderr}`);
	assert.doesNotMatch(stderr, /\[BUG\]/, stderr);
	assert.doesNotMatch(
		stderr,
		/^\s+at .*(\.c?js|\.ts|node:|<anonymous>)/m,
		`a stack trace of ours:\n${stderr}`,
	);
	assert.doesNotMatch(stderr, /Fatal error|# Fatal|FATAL ERROR|Check failed/, stderr);
	// oxlint-disable-next-line no-control-regex -- these are what must not come through
	assert.doesNotMatch(stderr, /[\u0000-\u0008\u000b-\u001f\u007f]/, JSON.stringify(stderr));
}

/** The status and the error's code, as in `126 IMPORT_UNKNOWN`; the status alone without an error. */
export function outcome({ status, stderr }: Ended): string {
	const code = /^error: .* \[([A-Z_]+)\]$/m.exec(stderr)?.[1];
	return code === undefined ? String(status) : `${status} ${code}`;
}

/** Text between the parentheses of a WAT string: what a name needs to be spelled with. */
export function watString(text: string): string {
	return [...Buffer.from(text, "utf8")].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
}

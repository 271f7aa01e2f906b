import assert from "node:assert/strict";
import { test } from "node:test";

import { entryOf, type Purpose } from "./entry.ts";

const RUN2 = "wasi:cli/run@0.2.6";
const RUN3 = "wasi:cli/run@0.3.0";
const HANDLER2 = "wasi:http/incoming-handler@0.2.12";
const HANDLER3 = "wasi:http/handler@0.3.0";

const CASES: readonly [title: string, exports: string[], purpose: Purpose, expected: string | undefined][] = [
	["a command of 0.2", [RUN2], "command", RUN2],
	["a command of 0.3", [RUN3], "command", RUN3],
	["0.3 is preferred, whatever comes first", [RUN2, RUN3], "command", RUN3],
	["a service of 0.2", [HANDLER2], "service", HANDLER2],
	["a service of 0.3 that Rust's main made a command of 0.2 too", [RUN2, HANDLER3], "service", HANDLER3],
	["a service is no command", [HANDLER3], "command", undefined],
	["a library", ["wasi:logging/logging@0.1.0", "greet"], "command", undefined],
	["a release candidate is not the release", ["wasi:cli/run@0.3.0-rc-2026-02-09"], "command", undefined],
	["another interface of the same beginning", ["wasi:cli/runner@0.3.0"], "command", undefined],
];

for (const [title, exports, purpose, expected] of CASES) {
	test(`entry: ${title}`, () => {
		assert.equal(entryOf(exports, purpose)?.interfaceName, expected);
	});
}

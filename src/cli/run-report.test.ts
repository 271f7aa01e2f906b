import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_LIMITS } from "../capability/limits.ts";
import { endingFault } from "./run-report.ts";

test("a backtrace calls Rust's functions what people wrote, and all others what they are called", () => {
	const frames = ["_RNvMNtC3app4lineNtB2_6Editor4open", "main", undefined].map((name, functionIndex) => ({
		name,
		functionIndex,
		offset: 0x24,
	}));
	const outcome = { type: "trap", reason: "unreachable", frames } as const;
	assert.deepEqual(endingFault(outcome, "app.wasm", DEFAULT_LIMITS)?.notes, [
		"wasm backtrace, innermost call first:",
		"   0: <app::line::Editor>::open (function 0, offset 0x24)",
		"   1: main (function 1, offset 0x24)",
		"   2: function 2, offset 0x24",
	]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../base/fault.ts";
import * as build from "../wasm/module-builder.ts";
import { inspectProgram } from "./assemble.ts";
import { tellable } from "./report-size.ts";

const report = await inspectProgram(build.wasm(), "empty.wasm");

test("an ordinary report is told", () => assert.equal(tellable(report), report));

test("a report of more text than can be written as JSON is refused", () => {
	const module = "\u0001".repeat(90_000);
	const imports = Array.from({ length: 500 }, (_, at) => ({ module, name: String(at), kind: "function" }));
	const [binary] = report.binaries;
	assert.ok(binary !== undefined);
	assert.throws(
		() => tellable({ ...report, binaries: [{ ...binary, imports }] }),
		(error) => error instanceof Fault && error.code === "MODULE_TOO_LARGE",
	);
});

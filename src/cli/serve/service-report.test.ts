import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const MODULE = new URL("./service-report.ts", import.meta.url).href;

/** Reports one failure, in a process of its own: what is told goes to standard error. */
function reported(cause: string): string {
	const script = `
		const { serviceEvents } = await import(${JSON.stringify(MODULE)});
		const { Fault } = await import(new URL("../../base/fault.ts", ${JSON.stringify(MODULE)}));
		const options = { run: { file: "x.wasm", format: "text", limits: {}, grants: {} }, limits: { deadline_ms: 1000 } };
		const exchange = { id: "7", address: "::1", head: { method: "GET", pathWithQuery: "/" } };
		const events = serviceEvents(options, { tell() {} });
		events.failed(exchange, ${cause});
		events.unable(exchange, ${cause});`;
	const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
		encoding: "utf8",
	});
	assert.equal(status, 0, stderr);
	return stderr;
}

for (const [what, cause, expected] of [
	[
		"memory that the machine has not",
		`new RangeError("WebAssembly.Instance(): Out of memory")`,
		/MEMORY_LIMIT/,
	],
	["a mistake of ours", `new Fault("BUG", "cannot go on")`, /cannot go on/],
	["a trap", `new WebAssembly.RuntimeError("unreachable")`, /trapped: unreachable/],
] as const)
	test(`${what} is told of one request, and ends nobody else's`, () => {
		const told = reported(cause);
		assert.equal(told.split("request 7: GET / from ::1").length, 3, told);
		assert.match(told, expected);
	});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../base/fault.ts";
import * as build from "../wasm/module-builder.ts";
import { inspectProgram } from "./assemble.ts";
import { partsOf } from "./programs.ts";

const CORE_MODULE = 1;

/** A function of type `() -> ()` that leaves a number behind. */
const REFUSED = build.wasm(
	build.types(build.functionType([], [])),
	build.functions(0),
	build.code([0x41, 0x07]),
);
const ACCEPTED = build.wasm(build.types(build.functionType([], [])), build.functions(0), build.code([]));

function component(...modules: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const sections = modules.flatMap((module) => build.section(CORE_MODULE, [...module]));
	return Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00, ...sections]);
}

test("a module that the engine refuses is not looked into, for the engine's reason", () => {
	assert.throws(
		() => partsOf(REFUSED, "odd.wasm"),
		(fault: unknown) => {
			assert.ok(fault instanceof Fault);
			assert.equal(fault.code, "MODULE_INVALID");
			assert.equal(fault.message, "cannot inspect 'odd.wasm': it is not a valid WebAssembly module");
			assert.match(fault.notes[0] ?? "", /^V8 says: Compiling function #0 failed: /);
			return true;
		},
	);
});

test("what is wrong with a module's framing is said by its reader", () => {
	assert.throws(() => partsOf(ACCEPTED.subarray(0, ACCEPTED.length - 1), "cut.wasm"), {
		message: /its code section at byte 0x\w+ is cut off/,
	});
});

test("a refused module in a component is a finding, and the others are told of", async () => {
	const bytes = component(ACCEPTED, REFUSED, ACCEPTED);
	const parts = partsOf(bytes);
	assert.deepEqual(
		parts.map(({ scan, refused }) => [scan !== undefined, refused?.code]),
		[
			[false, undefined],
			[true, undefined],
			[false, "MODULE_INVALID"],
			[true, undefined],
		],
	);
	const { findings } = await inspectProgram(bytes, "odd.wasm", parts);
	const finding = findings.find(({ id }) => id === "not-read");
	assert.deepEqual(
		finding?.evidence.map(({ binary, offset }) => [binary, offset]),
		[["0.2", parts[2]?.start]],
	);
	assert.match(finding?.evidence[0]?.shows ?? "", /V8 says: Compiling function #0 failed/);
});

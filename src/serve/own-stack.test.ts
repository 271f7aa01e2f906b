import assert from "node:assert/strict";
import { test } from "node:test";
import { isOnOwnStack } from "./own-stack.ts";

/**
 * `(module (import "h" "f" (func)) (func $r (export "r") (param i32) (if (local.get 0)
 *   (then (call $r (i32.sub (local.get 0) (i32.const 1)))) (else (call 0)))))`
 */
// oxfmt-ignore
const RECURSES = [
	0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
	0x01, 0x08, 0x02, 0x60, 0x00, 0x00, 0x60, 0x01, 0x7f, 0x00,
	0x02, 0x07, 0x01, 0x01, 0x68, 0x01, 0x66, 0x00, 0x00,
	0x03, 0x02, 0x01, 0x01,
	0x07, 0x05, 0x01, 0x01, 0x72, 0x00, 0x01,
	0x0a, 0x13, 0x01, 0x11, 0x00, 0x20, 0x00, 0x04, 0x40, 0x20, 0x00, 0x41, 0x01, 0x6b, 0x10, 0x01, 0x05, 0x10, 0x00, 0x0b, 0x0b,
];

function recursing(deepest: () => void): (depth: number) => void {
	const module = new WebAssembly.Module(Uint8Array.from(RECURSES));
	return new WebAssembly.Instance(module, { h: { f: deepest } }).exports["r"] as (depth: number) => void;
}

for (const depth of [0, 10, 2000, 8000])
	test(`a guest ${depth} calls deep is on its own stack`, () => {
		const answers: boolean[] = [];
		recursing(() => answers.push(isOnOwnStack()))(depth);
		assert.deepEqual(answers, [true]);
	});

for (const depth of [0, 2000])
	test(`a guest that the host called for a guest ${depth} calls deep is not`, () => {
		const answers: boolean[] = [];
		const inner = recursing(() => answers.push(isOnOwnStack()));
		recursing(() => inner(3))(depth);
		assert.deepEqual(answers, [false]);
	});

test("errors are written as before", () => {
	const { stackTraceLimit } = Error;
	isOnOwnStack();
	assert.equal(Error.stackTraceLimit, stackTraceLimit);
	assert.match(new Error("an error").stack ?? "", /^Error: an error\n/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { assemble } from "../../test/support/wat.ts";
import { readModule } from "./read-module.ts";
import { mutableState } from "./renewable.ts";

const STATES: readonly (readonly [string, string, readonly number[] | undefined])[] = [
	["nothing", "(module)", []],
	["a memory and code", "(module (memory 1) (func (i32.store (i32.const 0) (i32.const 1))))", []],
	[
		"globals, of which two can be set",
		'(module (import "a" "b" (global i32)) (global (mut i32) (i32.const 1)) (global i64 (i64.const 2)) (global (mut f64) (f64.const 3)))',
		[1, 3],
	],
	["locals before its code", "(module (func (local i32 i64) (drop (local.get 0))))", []],
	["a table that nobody changes", "(module (table 1 funcref) (elem (i32.const 0) 0) (func))", []],
	[
		"data that are copied",
		'(module (memory 1) (data "x") (func (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1))))',
		[],
	],
	["data that are dropped", '(module (memory 1) (data "x") (func (data.drop 0)))', undefined],
	[
		"a table that code sets",
		"(module (table 1 funcref) (func (table.set 0 (i32.const 0) (ref.null func))))",
		undefined,
	],
	[
		"a table that grows",
		"(module (table 1 funcref) (func (drop (table.grow 0 (ref.null func) (i32.const 1)))))",
		undefined,
	],
	["elements that are dropped", "(module (elem func 0) (func (elem.drop 0)))", undefined],
	[
		"a table that is initialised",
		"(module (table 1 funcref) (elem func 0) (func (table.init 0 0 (i32.const 0) (i32.const 0) (i32.const 1))))",
		undefined,
	],
	["a reference that can be set", "(module (global (mut funcref) (ref.null func)))", undefined],
	["a start function", "(module (func) (start 0))", undefined],
];

for (const [what, text, wanted] of STATES)
	test(`a module with ${what} ${wanted === undefined ? "cannot be put back" : "can be put back"}`, async () => {
		const bytes = new Uint8Array(await assemble(text));
		assert.deepEqual(mutableState(bytes, readModule(bytes))?.globals, wanted);
	});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readGlobals } from "./globals.ts";
import { FUNCREF, I32, importOf, imports, section, vector, wasm } from "./module-builder.ts";
import { SectionId } from "./module.ts";
import { readModule } from "./read-module.ts";

const globals = (...entries: readonly (readonly number[])[]) => section(SectionId.GLOBAL, vector(entries));

test("globals: types and mutability, first values of any length passed over", () => {
	const bytes = wasm(
		imports(importOf("m", "g", 3, I32, 0)),
		globals(
			[I32, 1, 0x23, 0, 0x41, 0x0b, 0x6a, 0x0b],
			[0x7c, 0, 0x44, 0x0b, 0x0b, 0, 0, 0, 0, 0, 0, 0x0b],
			[0x63, FUNCREF, 0, 0xd0, FUNCREF, 0x0b],
		),
	);
	assert.ok(WebAssembly.validate(bytes));
	assert.deepEqual(
		readGlobals(bytes, readModule(bytes)).map(({ type, mutable }) => [type, mutable]),
		[
			["i32", true],
			["f64", false],
			["(ref null func)", false],
		],
	);
});

test("globals: none", () => assert.deepEqual(readGlobals(wasm(), readModule(wasm())), []));

test("globals: a first value without end is refused", () => {
	const bytes = wasm(globals([I32, 0, 0x41, 0]));
	assert.throws(() => readGlobals(bytes, readModule(bytes)), { code: "MODULE_INVALID" });
});

test("globals: thousands, with garbage collection's instructions", () => {
	const bytes = new Uint8Array(readFileSync(new URL("../../guests/kotlin/tour.wasm", import.meta.url)));
	assert.ok(readGlobals(bytes, readModule(bytes)).length > 100);
});

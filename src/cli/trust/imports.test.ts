import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Fault } from "../../base/fault.ts";
import { encodeName, encodeUnsigned } from "../../wasm/encode.ts";
import { importNames } from "./imports.ts";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
const section = (id: number, contents: readonly number[]) => [
	id,
	...encodeUnsigned(contents.length),
	...contents,
];
/** An empty interface, and imports of it by these names. */
const imports = (names: readonly string[]) => [
	...section(7, [1, 0x42, 0]),
	...section(10, [
		...encodeUnsigned(names.length),
		...names.flatMap((name) => [0, ...encodeName(name), 0x05, 0]),
	]),
];
const component = (...sections: readonly (readonly number[])[]) =>
	Uint8Array.from([...HEADER, ...sections.flat()]);
const EMPTY = section(0, [0]);
const MANY = Array.from({ length: 3000 }, (_, at) => `a:b/c${at}`);

test("behind any number of sections and imports, a component's imports are all told", () => {
	const hidden = component(
		Array.from({ length: 20_000 }, () => EMPTY).flat(),
		imports([...MANY, "wasi:sockets/tcp@0.2.0"]),
	);
	const names = importNames(hidden);
	assert.equal(names.length, 3001);
	assert.ok(names.includes("wasi:sockets/tcp@0.2.0"));
});

test("more than a lock can hold is refused, so that it stays readable for others", () => {
	const bytes = component(imports(Array.from({ length: 10_001 }, (_, at) => `a:b/c${at}`)));
	assert.throws(() => importNames(bytes), Fault);
});

test("a component that cannot be followed has no list, rather than a short one", () => {
	const broken = component(imports(["a:b/c"]), section(10, [1, 0, ...encodeName("d:e/f"), 0x05, 9]));
	assert.throws(() => importNames(broken), Fault);
});

test("a real component's imports are its interfaces", () => {
	const bytes = new Uint8Array(
		readFileSync(new URL("../../../guests/components/hello.wasm", import.meta.url)),
	);
	assert.ok(importNames(bytes).some((name) => name.startsWith("wasi:cli/stdout@0.2.")));
});

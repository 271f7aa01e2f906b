import assert from "node:assert/strict";
import { test } from "node:test";
import { readFunctionNames, readProducers, readTargetFeatures } from "./customs.ts";
import { encodeName, encodeUnsigned } from "./encode.ts";
import { custom, section, vector, wasm } from "./module-builder.ts";
import { readModule } from "./read-module.ts";

const pair = (name: string, version: string) => [...encodeName(name), ...encodeName(version)];

const PRODUCERS = custom(
	"producers",
	vector([
		[...encodeName("language"), ...vector([pair("C11", "")])],
		[...encodeName("processed-by"), ...vector([pair("clang", "22.0.0"), pair("__proto__", "1")])],
	]),
);

test("producers: each value with its field and version", () => {
	const bytes = wasm(PRODUCERS);
	assert.deepEqual(readProducers(bytes, readModule(bytes)), [
		{ field: "language", name: "C11", version: "" },
		{ field: "processed-by", name: "clang", version: "22.0.0" },
		{ field: "processed-by", name: "__proto__", version: "1" },
	]);
});

test("producers: what comes before the first thing that cannot be read is kept", () => {
	const bytes = wasm(custom("producers", [2, ...encodeName("sdk"), 2, ...pair("emcc", "4"), 0xff]));
	assert.deepEqual(readProducers(bytes, readModule(bytes)), [{ field: "sdk", name: "emcc", version: "4" }]);
	const none = wasm();
	assert.deepEqual(readProducers(none, readModule(none)), []);
});

test("target features: used ones, without those that are disallowed", () => {
	const bytes = wasm(
		custom(
			"target_features",
			vector([
				[0x2b, ...encodeName("simd128")],
				[0x2d, ...encodeName("atomics")],
			]),
		),
	);
	assert.deepEqual(readTargetFeatures(bytes, readModule(bytes)), ["simd128"]);
});

const subsection = (id: number, contents: readonly number[]) => section(id, contents);
const named = (index: number, name: string) => [...encodeUnsigned(index), ...encodeName(name)];
const NAMES = custom("name", [
	...subsection(0, encodeName("module")),
	...subsection(1, vector([named(0, "fd_write"), named(1, "main"), named(300, "h\u{e4}")])),
	...subsection(2, [0xff, 0xff]),
]);

const NAME_CASES: readonly (readonly [title: string, wanted: readonly number[], names: unknown])[] = [
	[
		"those asked for",
		[1, 300],
		[
			[1, "main"],
			[300, "h\u{e4}"],
		],
	],
	["one that has none", [2], []],
	["none", [], []],
];

for (const [title, wanted, names] of NAME_CASES)
	test(`function names: ${title}`, () => {
		const bytes = wasm(NAMES);
		assert.deepEqual([...readFunctionNames(bytes, readModule(bytes), new Set(wanted))], names);
	});

test("function names: a section that is cut off gives those before the cut", () => {
	const bytes = wasm(custom("name", [...subsection(1, [3, ...named(0, "a"), ...named(1, "b"), 2, 200])]));
	assert.deepEqual(
		[...readFunctionNames(bytes, readModule(bytes), new Set([0, 1, 2]))],
		[
			[0, "a"],
			[1, "b"],
		],
	);
});

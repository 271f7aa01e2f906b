import assert from "node:assert/strict";
import { test } from "node:test";
import { coreCompiler } from "./component-cores.ts";
import { DEFAULT_LIMITS } from "../capability/limits.ts";
import { binariesIn } from "../wasm/nested.ts";

const PAGE = 65_536;
const ENGINE = { optimise: () => {}, capCharge: () => {}, compileLean: () => {} };

/** A component of core modules, of which each has one memory of so many pages to begin with. */
function component(...pages: readonly number[]): Uint8Array<ArrayBuffer> {
	const cores = pages.flatMap((minimum) => {
		const memory = [0x05, 0x03, 0x01, 0x00, minimum];
		const exported = [0x07, 0x05, 0x01, 0x01, 0x6d, 0x02, 0x00];
		const core = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...memory, ...exported];
		return [[0x01, core.length], core].flat();
	});
	return Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, ...cores]);
}

/** How many pages each memory may have, as V8 has it. */
function maxima(bytes: Uint8Array<ArrayBuffer>, memory_bytes: number): number[] {
	const compile = coreCompiler(bytes, {
		file: "a",
		limits: { ...DEFAULT_LIMITS, memory_bytes },
		engine: ENGINE,
	});
	return binariesIn(bytes)
		.slice(1)
		.map(({ bytes: core }) => {
			const { exports } = new WebAssembly.Instance(compile(core as Uint8Array<ArrayBuffer>).module);
			const memory = exports["m"] as WebAssembly.Memory;
			for (;;) {
				try {
					memory.grow(1);
				} catch {
					return memory.buffer.byteLength / PAGE;
				}
			}
		});
}

const TABLE: readonly (readonly [
	name: string,
	pages: readonly number[],
	limit: number,
	maxima: readonly number[],
])[] = [
	["one memory has all", [1], 10, [10]],
	["two share what they do not begin with", [1, 3], 10, [4, 6]],
	["what they begin with is all there is", [2, 3], 5, [2, 3]],
];

for (const [name, pages, limit, expected] of TABLE) {
	test(`of a component's memories, ${name}`, () =>
		assert.deepEqual(maxima(component(...pages), limit * PAGE), expected));
}

test("memories that begin over the limit together are refused", () =>
	assert.throws(() => maxima(component(2, 3), 4 * PAGE), { code: "MEMORY_LIMIT" }));

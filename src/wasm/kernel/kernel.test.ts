import assert from "node:assert/strict";
import { test } from "node:test";
import { type Kernel, startKernel } from "./kernel.ts";

const GIGABYTE = 2 ** 30;

const TOO_MUCH: readonly (readonly [name: string, ask: (kernel: Kernel) => void])[] = [
	["a window of 1 GiB", (kernel) => kernel.begin(0, 0, GIGABYTE)],
	["a larger window later", (kernel) => kernel.place(GIGABYTE)],
	["2^30 functions", (kernel) => kernel.begin(GIGABYTE, 0, 1)],
	["2^29 types", (kernel) => kernel.begin(0, GIGABYTE, 1)],
	["2^28 calls", (kernel) => kernel.graph(1, 0, GIGABYTE / 4, 0, 0, 0)],
	["2^30 calls", (kernel) => kernel.graph(1, 0, GIGABYTE, GIGABYTE, 0, 0)],
];

for (const [name, ask] of TOO_MUCH)
	test(`room is refused for ${name}, and what there was is still there`, () => {
		const kernel = startKernel();
		kernel.begin(1, 1, 1 << 16);
		assert.throws(() => ask(kernel), { code: "MODULE_TOO_LARGE" });
		assert.ok(kernel.memory().bytes.length < GIGABYTE);
		kernel.begin(1, 1, 1 << 16);
	});

import assert from "node:assert/strict";
import { test } from "node:test";
import { lastingName } from "./lasting-name.ts";

const NAMES: readonly (readonly [name: string, lasting: string])[] = [
	["__wbg_new_28c511d9baebfa89", "__wbg_new"],
	["__wbg_instanceof_Uint8Array_2b3bbecd033d19f6", "__wbg_instanceof_Uint8Array"],
	["__wbindgen_throw", "__wbindgen_throw"],
	["__wbg_new_28c511d9", "__wbg_new_28c511d9"],
	["open_28c511d9baebfa89", "open_28c511d9baebfa89"],
	["wasi:cli/run@0.2.6", "wasi:cli/run@0.2"],
	["wasi:cli/run@0.2.6#run", "wasi:cli/run@0.2#run"],
	["wasi:cli/run@0.3.0", "wasi:cli/run@0.3"],
	["local:demo/store@1.20.3", "local:demo/store@1"],
	["local:demo/store@0.0.3", "local:demo/store@0.0.3"],
	["wasi:nn/graph@0.2.0-rc-2024-10-28", "wasi:nn/graph@0.2.0-rc-2024-10-28"],
	["wasi:cli/run@0.2.6+build", "wasi:cli/run@0.2.6+build"],
];

for (const [name, lasting] of NAMES)
	test(`what stays of '${name}'`, () => assert.equal(lastingName(name), lasting));

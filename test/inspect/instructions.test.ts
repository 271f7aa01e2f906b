/** Every instruction that the text has a name for is what wasm-tools assembles under that name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { scanModule } from "../../src/inspect/scan-module.ts";
import { functionLines } from "../../src/inspect/text/function-text.ts";
import { layOut } from "../../src/inspect/text/lines.ts";
import { encodeUnsigned } from "../../src/wasm/encode.ts";
import * as build from "../../src/wasm/module-builder.ts";
import { mnemonic, PREFIXES } from "../../src/wasm/mnemonics.ts";
import { installed } from "../programs/programs.ts";

interface WasmTools {
	readonly $init: Promise<void>;
	readonly tools: { parse(text: string): Uint8Array };
}

/** They stand in pairs; the round trips of real programs have them. */
const BLOCKS = "block loop if else try try_table catch catch_all delegate end".split(" ");
const SUB_MAX = 300;
const OPERAND_BYTES_MAX = 17;

/** 0, a function type; or a heap type. */
const FILLINGS = [0x00, 0x70];

function opcodes(): number[][] {
	const plain = Array.from({ length: 256 }, (_, opcode) => [opcode]).filter(
		([opcode = 0]) => !PREFIXES.includes(opcode) && isNamed(mnemonic(opcode)),
	);
	const prefixed = PREFIXES.flatMap((prefix) =>
		Array.from({ length: SUB_MAX }, (_, sub) => sub)
			.filter((sub) => isNamed(mnemonic(prefix, sub)))
			.map((sub) => [prefix].concat(encodeUnsigned(sub))),
	);
	return [...plain, ...prefixed];
}

function isNamed(name: string): boolean {
	return !name.startsWith("opcode ") && !BLOCKS.includes(name);
}

/** Stands behind it: operands that are too few would swallow it. */
const NOP = 0x01;
const PLAIN = { offsets: false, comment: ";;", base: 0, characters_max: 10_000 };

/** The instruction with as many bytes of operands as it has: its body, and its text. */
function written(opcode: readonly number[]): { body: number[]; text: string } {
	for (let operands = 0; operands <= OPERAND_BYTES_MAX; operands++)
		for (const filling of FILLINGS) {
			const body = [...opcode, ...Array.from({ length: operands }, () => filling)];
			const module = build.wasm(
				build.types(build.functionType([], [])),
				build.functions(0),
				build.code([...body, NOP]),
			);
			const text = layOut(functionLines(scanModule(module), 0), PLAIN);
			const isOne = /^.*\n.*\n\s*nop\n\s*\)\n$/.test(text);
			if (isOne) return { body: [...body, NOP], text };
		}
	throw new Error(`no operands fit ${opcode.join(" ")}`);
}

test("each instruction's text assembles to its very bytes", async () => {
	const file = installed("@bytecodealliance/jco-transpile/vendor/wasm-tools.js");
	const { $init, tools } = (await import(pathToFileURL(file).href)) as WasmTools;
	await $init;
	const all = opcodes();
	assert.ok(all.length > 500);
	for (const opcode of all) {
		const { body, text } = written(opcode);
		const assembled = Buffer.from(tools.parse(`(module (type (func)) ${text})`));
		assert.ok(assembled.includes(Buffer.from([0, ...body, 0x0b])), text);
	}
});

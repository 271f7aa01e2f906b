import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../../base/fault.ts";
import { Opcode, readU32, skipInstruction, UNKNOWN } from "../instructions.ts";
import { mnemonic, PREFIXES } from "../mnemonics.ts";
import * as build from "../module-builder.ts";
import { binariesIn } from "../nested.ts";
import { readModule } from "../read-module.ts";
import { type CodeWalk, walkCode } from "./walk-code.ts";

const GUESTS = new URL("../../../guests/", import.meta.url);
const files = readdirSync(GUESTS, { recursive: true, encoding: "utf8" }).filter(
	(file) => file.endsWith(".wasm") && !file.includes("node_modules"),
);

function modulesOf(file: string): Uint8Array<ArrayBuffer>[] {
	const whole = new Uint8Array(readFileSync(new URL(file, GUESTS)));
	return binariesIn(whole).flatMap(({ kind, bytes }) => (kind === "module" ? [bytes.slice()] : []));
}

function walk(bytes: Uint8Array): CodeWalk & { readonly taken: readonly number[] } {
	const taken: number[] = [];
	return { ...walkCode(bytes, readModule(bytes), (index) => taken.push(index)), taken };
}

for (const file of files)
	test(`guests/${file} is walked as the plain walker does it`, () => {
		for (const bytes of modulesOf(file)) agrees(bytes);
	});

test("a body that was changed anywhere is walked as the plain walker does it", () => {
	const modules = ["c/wc.wasm", "kotlin/tour.wasm", "rust/tour.wasm"].flatMap(modulesOf);
	fc.assert(
		fc.property(
			fc.constantFrom(...modules),
			fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
			(module, changes) => {
				const bytes = module.slice();
				const { bodyStart, bodyEnd } = walkCode(module, readModule(module), () => {});
				const first = bodyStart[0] ?? 0;
				const size = (bodyEnd.at(-1) ?? 0) - first;
				for (const [at, byte] of changes) bytes[first + (at % size)] = byte;
				try {
					walk(bytes);
				} catch (error) {
					assert.ok(error instanceof Fault, String(error));
					return;
				}
				agrees(bytes);
			},
		),
		{ numRuns: 200 },
	);
});

test("instructions of all kinds in a body that is larger than a window", () => {
	const long = Array.from({ length: 90_000 }, () => [0x41, 0xe7, 0x07, 0x1a]).flat();
	const bytes = build.wasm(
		build.types(build.functionType([], [])),
		build.functions(0, 0, 0),
		build.code([0x10, 0], [...long, 0x10, 0, 0x10, 2], [0x10, 1]),
	);
	assert.ok(WebAssembly.validate(bytes));
	const found = agrees(bytes);
	assert.deepEqual([...found.instructions], [2, 180_003, 2]);
	assert.deepEqual([...found.callees], [0, 0, 2, 1]);
});

test("more small bodies than are told of at a time, and more than a window holds", () => {
	const count = 100_000;
	const bytes = build.wasm(
		build.types(build.functionType([], [])),
		build.functions(...Array.from({ length: count }, () => 0)),
		build.code(...Array.from({ length: count }, (_, at) => [0x10, at % 100])),
	);
	assert.ok(WebAssembly.validate(bytes));
	assert.equal(agrees(bytes).callees.length, count);
});

test("a count of labels that the body has no room for costs that body only", () => {
	const bodies = Array.from({ length: 2000 }, () => [0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f]);
	const bytes = build.wasm(
		build.types(build.functionType([], [])),
		build.functions(...bodies.map(() => 0)),
		build.code(...bodies),
	);
	const found = walk(bytes);
	assert.equal(found.unknown, found.bodyStart[0]! + 1);
	assert.ok(found.instructions.every((count) => count === 1));
});

test("a body's size that goes past the section is a fault", () => {
	const broken = build.wasm(
		build.types(build.functionType([], [])),
		build.functions(0),
		build.section(10, [1, 0xff, 0xff, 0xff, 0x7f, 0, 0x0b]),
	);
	assert.throws(() => walk(broken), { code: "MODULE_INVALID" });
});

/** Holds the kernel to a walker that asks `skipInstruction` for each step. */
function agrees(bytes: Uint8Array): CodeWalk {
	const found = walk(bytes);
	const expected = plainWalk(bytes, found);
	assert.deepEqual(found.histogram, expected.histogram);
	for (const field of [
		"instructions",
		"loopInstructions",
		"loopMixing",
		"callees",
		"indirect",
		"wideConstants",
	] as const)
		assert.deepEqual([...found[field]], expected[field], field);
	assert.deepEqual([...found.calleesAt], expected.calleesAt);
	assert.deepEqual([...found.indirectAt], expected.indirectAt);
	assert.deepEqual(found.taken, expected.taken);
	assert.equal(found.unknown, expected.unknown);
	return found;
}

class Plain {
	readonly histogram = new Map<string, number>();
	readonly instructions: number[] = [];
	readonly loopInstructions: number[] = [];
	readonly loopMixing: number[] = [];
	readonly callees: number[] = [];
	readonly calleesAt = [0];
	readonly indirect: number[] = [];
	readonly indirectAt = [0];
	readonly wideConstants: number[] = [];
	readonly taken: number[] = [];
	unknown: number | undefined;
}

const MIXING = /^i(?:32|64)\.(?:xor|shl|shr_[su]|rot[lr])$|^v128\.xor$|^i(?:32x4|64x2)\.sh[lr]/;
const WIDE_BYTES = new Map([
	["i32.const", 6],
	["i64.const", 4],
]);
const OPENS = new Set(["block", "loop", "if", "try", "try_table"]);
const CALLS = /^(?:return_)?call$/;
const CALLS_BY_TYPE = /^(?:return_)?call_(?:indirect|ref)$/;

function plainWalk(bytes: Uint8Array, { bodyStart, bodyEnd }: CodeWalk): Plain {
	const { importedFunctions, definedFunctions, types } = readModule(bytes);
	const told = new Plain();
	for (const [entry, start] of bodyStart.entries()) {
		plainBody(bytes, start, bodyEnd[entry]!, told, importedFunctions + definedFunctions, types.length);
		told.calleesAt.push(told.callees.length);
		told.indirectAt.push(told.indirect.length);
	}
	return told;
}

function plainBody(
	bytes: Uint8Array,
	start: number,
	end: number,
	told: Plain,
	functions: number,
	types: number,
): void {
	const callees = new Set<number>();
	const indirect = new Set<number>();
	let [instructions, loopInstructions, loopMixing] = [0, 0, 0];
	const open: string[] = ["function"];
	for (let at = localsEnd(bytes, start, end); at < end;) {
		const opcode = bytes[at]!;
		const isPrefixed = PREFIXES.includes(opcode);
		const sub = isPrefixed ? readU32(bytes, at + 1) : undefined;
		const name = mnemonic(opcode, sub);
		instructions += 1;
		if (sub === undefined || sub < 0x200) told.histogram.set(name, (told.histogram.get(name) ?? 0) + 1);
		if (OPENS.has(name)) open.push(name);
		if (open.includes("loop")) {
			loopInstructions += 1;
			if (MIXING.test(name)) loopMixing += 1;
		}
		if (name === "end" || name === "delegate") open.pop();
		if (CALLS.test(name) && readU32(bytes, at + 1) < functions) callees.add(readU32(bytes, at + 1));
		if (CALLS_BY_TYPE.test(name) && readU32(bytes, at + 1) < types) indirect.add(readU32(bytes, at + 1));
		if (opcode === Opcode.REF_FUNC) told.taken.push(readU32(bytes, at + 1));
		const next = skipInstruction(bytes, at, end);
		if (next - at >= (WIDE_BYTES.get(name) ?? Number.POSITIVE_INFINITY)) told.wideConstants.push(at);
		if (next === UNKNOWN || next > end) {
			told.unknown ??= at;
			break;
		}
		at = next;
	}
	told.callees.push(...callees);
	told.indirect.push(...indirect);
	told.instructions.push(instructions);
	told.loopInstructions.push(loopInstructions);
	told.loopMixing.push(loopMixing);
}

/** Whatever types they have. */
function localsEnd(bytes: Uint8Array, start: number, end: number): number {
	const afterLeb = (at: number): number => ((bytes[at] ?? 0) >= 0x80 ? afterLeb(at + 1) : at + 1);
	let at = afterLeb(start);
	for (let groups = readU32(bytes, start); groups > 0 && at < end; groups--) {
		const type = afterLeb(at);
		at = afterLeb(bytes[type] === 0x63 || bytes[type] === 0x64 ? type + 1 : type);
	}
	return at;
}

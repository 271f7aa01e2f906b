import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SectionId, sectionOf } from "../../wasm/module.ts";
import { scanModule } from "../scan-module.ts";
import { lineTable } from "./line-table.ts";

/** `(module (func (param i32) (result i32) local.get 0))`, its code section last. */
const MODULE = [
	[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
	[1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f],
	[3, 2, 1, 0],
	[10, 6, 1, 4, 0, 0x20, 0, 0x0b],
].flat();

function text(words: string): number[] {
	return [...new TextEncoder().encode(words), 0];
}

function word(value: number): number[] {
	return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24];
}

/** Line 7 from address 2 on, line 9 from address 4, the end at 6. */
const PROGRAM = [0, 5, 2, ...word(2), 3, 6, 1, 2, 2, 3, 2, 1, 2, 2, 0, 1, 1];
const LENGTHS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

function unit(version: number, instructions: readonly number[] = PROGRAM): number[] {
	const operations = version >= 4 ? [1] : [];
	const old = [...text("src"), 0, ...text("main.c"), 1, 0, 0, 0];
	const recent = [1, 1, 8, 1, ...text("/home"), 2, 1, 8, 2, 0x0b, 1, ...text("main.c"), 0];
	const tables = version === 5 ? recent : old;
	const head = [1, ...operations, 1, 0xfb, 14, 13, ...LENGTHS, ...tables];
	// in version 5 files count from 0
	const program = version === 5 ? [4, 0, ...instructions] : instructions;
	const rest = [version, 0, ...(version === 5 ? [4, 0] : []), ...word(head.length), ...head, ...program];
	return [...word(rest.length), ...rest];
}

function withLines(lines: readonly number[]): Uint8Array {
	const contents = [11, ...new TextEncoder().encode(".debug_line"), ...lines];
	return new Uint8Array([...MODULE, 0, (contents.length & 0x7f) | 0x80, contents.length >> 7, ...contents]);
}

function places(lines: readonly number[]): readonly (string | undefined)[] {
	const scan = scanModule(withLines(lines));
	const code = sectionOf(scan.module, SectionId.CODE)?.contents ?? 0;
	const place = lineTable(scan, code, code + 6);
	return [1, 2, 3, 4, 5].map((address) => place?.(code + address));
}

for (const version of [2, 3, 4])
	test(`lines of DWARF ${version}`, () => {
		const first = "src/main.c:7";
		assert.deepEqual(places(unit(version)), [undefined, first, first, "src/main.c:9", "src/main.c:9"]);
	});

test("line 0 is no line: what no line made has no place", () => {
	const minus7 = 0x79;
	const program = [0, 5, 2, ...word(2), 3, 6, 1, 2, 2, 3, minus7, 1, 2, 2, 0, 1, 1];
	const first = "src/main.c:7";
	assert.deepEqual(places(unit(4, program)), [undefined, first, first, undefined, undefined]);
});

test("lines of DWARF 5", () => {
	assert.deepEqual(places(unit(5)), [undefined, "main.c:7", "main.c:7", "main.c:9", "main.c:9"]);
});

test("a version that is not known tells nothing, and the next table is read", () => {
	assert.equal(places([...unit(5).with(4, 9), ...unit(4)])[1], "src/main.c:7");
});

test("any bytes for a line table give places or none", () => {
	const table = [...unit(4), ...unit(5)];
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.nat(table.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
			const bytes = [...table];
			for (const [at, value] of changes) bytes[at] = value;
			places(bytes);
		}),
		{ numRuns: 2000 },
	);
});

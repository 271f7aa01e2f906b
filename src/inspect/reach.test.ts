import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as build from "../wasm/module-builder.ts";
import { reachOf } from "./reach.ts";
import { scanModule } from "./scan-module.ts";

const CALL = 0x10;
const CALL_INDIRECT = 0x11;
const I32_CONST = 0x41;
const END = 0x0b;
const call = (index: number) => [CALL, index];
const callByTable = (type: number) => [I32_CONST, 0, CALL_INDIRECT, type, 0];

interface Shape {
	/** By function that is defined here, the first is function 1: function 0 is the import. */
	readonly bodies: readonly (readonly number[])[];
	readonly exports?: readonly (readonly [name: string, index: number])[];
	readonly exportedTable?: string;
	readonly inTable?: readonly number[];
	readonly start?: number;
	/** Index of each function's type; types 0 and 1 are both of nothing to nothing. */
	readonly typeOf?: readonly number[];
}

function scanOf({ bodies, exports = [], exportedTable, inTable = [], start, typeOf }: Shape) {
	const table = exportedTable === undefined ? [] : [[exportedTable, 1, 0] as const];
	return scanModule(
		build.wasm(
			build.types(
				build.functionType([], []),
				build.functionType([], []),
				build.functionType([build.I32], []),
			),
			build.imports(build.importOf("host", "ask", 0x00, 0)),
			build.functions(...(typeOf ?? bodies.map(() => 0))),
			build.section(4, [1, 0x70, 0, 8]),
			build.exports(...exports.map(([name, index]) => [name, 0, index] as const), ...table),
			...(start === undefined ? [] : [build.section(8, [start])]),
			build.section(9, [1, 0, I32_CONST, 0, END, inTable.length, ...inTable]),
			build.code(...bodies),
		),
	);
}

function told(shape: Shape): readonly string[] {
	const { reached } = reachOf([{ scan: scanOf(shape), binary: "0", index: 0 }]);
	return reached.map(({ from, export: name, path }) => {
		const steps = path.map(({ function: index, possible }) => `${possible ? "?" : ""}${index}`);
		return `${from === "export" ? "" : `${from} `}${name}: ${steps.join(" ")}`;
	});
}

const WAYS: readonly (readonly [what: string, shape: Shape, ways: readonly string[]])[] = [
	["nothing leads there", { bodies: [[], call(0)], exports: [["run", 1]] }, []],
	["an export that calls it", { bodies: [call(0)], exports: [["run", 1]] }, ["run: 1 0"]],
	[
		"each export that reaches it, by its own shortest way",
		{
			bodies: [call(2), call(3), call(0), []],
			exports: [
				["far", 1],
				["near", 3],
				["never", 4],
			],
		},
		["near: 3 0", "far: 1 2 3 0"],
	],
	[
		"certain ways before possible ones",
		{
			bodies: [callByTable(0), call(0)],
			exports: [
				["maybe", 1],
				["surely", 2],
			],
			inTable: [2],
		},
		["surely: 2 0", "maybe: 1 ?2 0"],
	],
	[
		"by a call of an equal type that stands elsewhere in the section",
		{ bodies: [callByTable(1), call(0)], exports: [["run", 1]], inTable: [2] },
		["run: 1 ?2 0"],
	],
	[
		"a call by another type leads nowhere",
		{ bodies: [[I32_CONST, 0, ...callByTable(2)], call(0)], exports: [["run", 1]], inTable: [2] },
		[],
	],
	["the start function", { bodies: [call(0)], start: 1 }, ["start : 1 0"]],
	[
		"the start function hides no export",
		{ bodies: [call(2), call(0)], start: 1, exports: [["run", 2]] },
		["run: 2 0", "start : 1 2 0"],
	],
	[
		"a function in a table that the host can call through",
		{ bodies: [call(0)], inTable: [1], exportedTable: "calls" },
		["table calls: ?1 0"],
	],
	["the import itself, exported again", { bodies: [], exports: [["ask", 0]] }, ["ask: 0"]],
];

for (const [what, shape, ways] of WAYS)
	test(`ways to an import: ${what}`, () => assert.deepEqual(told(shape), ways));

test("each step of a way is a call, and whoever reaches an import is told", () => {
	const functions = 8;
	const bodies = fc.array(fc.array(fc.integer({ min: 0, max: functions }), { maxLength: 3 }), {
		minLength: functions,
		maxLength: functions,
	});
	fc.assert(
		fc.property(bodies, (calls) => {
			const exports = calls.map((_, at) => [`f${at + 1}`, at + 1] as const);
			const scan = scanOf({ bodies: calls.map((list) => list.flatMap(call)), exports });
			const { reached, reachedFrom } = reachOf([{ scan, binary: "0", index: 0 }]);
			for (const { path } of reached)
				for (const [at, step] of path.slice(0, -1).entries())
					assert.ok(calls[step.function - 1]?.includes(path[at + 1]?.function ?? -1));
			const reaches = (index: number, seen: Set<number>): boolean =>
				index === 0 ||
				(calls[index - 1] ?? []).some((next) => !seen.has(next) && reaches(next, new Set([...seen, next])));
			const expected = exports.filter(([, index]) => reaches(index, new Set([index])));
			assert.deepEqual(
				reachedFrom.map((root) => root.export),
				expected.map(([name]) => name),
			);
		}),
		{ numRuns: 60 },
	);
});

/** Two imports, a function that is exported and one that asks, whose reference is in a segment. */
function handing(signature: readonly [params: number[], results: number[]], keep: readonly number[]) {
	const bodies = [[], call(0)];
	return scanModule(
		build.wasm(
			build.types(build.functionType([], []), build.functionType(...signature)),
			build.imports(build.importOf("host", "ask", 0x00, 0), keep),
			build.functions(...bodies.map(() => 0)),
			build.exports(["run", 0, 2]),
			build.section(9, [1, 1, 0, 1, 3]),
			build.code(...bodies),
		),
	);
}

test("a function whose reference the host may be given can be called by it", () => {
	const given = handing([[0x70], []], build.importOf("host", "keep", 0x00, 1));
	const from = (scan: ReturnType<typeof handing>) => reachOf([{ scan, binary: "0", index: 0 }]).reachedFrom;
	assert.deepEqual(
		from(given).map(({ from: root, export: name }) => [root, name]),
		[["table", "keep"]],
	);
	assert.deepEqual(from(handing([[0x6f], []], build.importOf("host", "keep", 0x00, 1))), []);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import * as build from "../wasm/module-builder.ts";
import type { Wish } from "./links.ts";
import { reachOf } from "./reach.ts";
import type { Scan } from "./scan.ts";
import { scanModule } from "./scan-module.ts";

const CALL = 0x10;

interface Shape {
	readonly imports: readonly string[];
	/** What each function that is defined calls: imports count first. */
	readonly calls: readonly (readonly number[])[];
	readonly exports: Readonly<Record<string, number>>;
}

function scanOf({ imports, calls, exports }: Shape): Scan {
	return scanModule(
		build.wasm(
			build.types(build.functionType([], [])),
			build.imports(...imports.map((name) => build.importOf("somebody", name, 0x00, 0))),
			build.functions(...calls.map(() => 0)),
			build.exports(...Object.entries(exports).map(([name, index]) => [name, 0, index] as const)),
			build.code(...calls.map((callees) => callees.flatMap((index) => [CALL, index]))),
		),
	);
}

/** Ways to the import 'host', by module and function; a '?' before what is only possible. */
function told(...shapes: readonly Shape[]): readonly string[] {
	return reach(shapes).reached.map(({ binary, export: root, path }) => {
		const steps = path.map((step) => `${step.possible ? "?" : ""}${step.binary ?? binary}.${step.function}`);
		return `${root}: ${steps.join(" ")}`;
	});
}

function reach(shapes: readonly Shape[]): ReturnType<typeof reachOf> {
	const wishes = shapes.flatMap(({ imports }, module) => {
		const scan = scanOf(shapes[module]!);
		return imports.map((name, index) => ({ name, wish: { scan, binary: `${module}`, index } }));
	});
	const links = new Map<string, Wish[]>();
	for (const { name, wish } of wishes) links.set(name, [...(links.get(name) ?? []), wish]);
	return reachOf(links.get("host") ?? [], links);
}

const ADAPTER: Shape = { imports: ["host"], calls: [[0]], exports: { ask: 1 } };

const WAYS: readonly (readonly [what: string, shapes: readonly Shape[], ways: readonly string[]])[] = [
	[
		"one that calls an adapter",
		[ADAPTER, { imports: ["ask"], calls: [[0]], exports: { run: 1 } }],
		["run: 1.1 ?0.1 0.0"],
	],
	[
		"one that does not call it: what is left is the way within the adapter",
		[ADAPTER, { imports: ["ask"], calls: [[]], exports: { run: 1 } }],
		["ask: 0.1 0.0"],
	],
	["an adapter that nobody imports", [ADAPTER], ["ask: 0.1 0.0"]],
	[
		"an adapter that starts the program, which calls it",
		[
			{ imports: ["host", "_start"], calls: [[0], [1]], exports: { ask: 2, "wasi:cli/run": 3 } },
			{ imports: ["ask"], calls: [[0]], exports: { _start: 1 } },
		],
		["wasi:cli/run: 0.3 ?1.1 ?0.2 0.0"],
	],
	[
		"its own way before one through another module",
		[ADAPTER, { imports: ["ask", "host"], calls: [[0], [1]], exports: { far: 2, near: 3 } }],
		["near: 1.3 1.1", "far: 1.2 ?0.1 0.0"],
	],
	[
		"modules that call each other for ever",
		[
			{ imports: ["host", "there"], calls: [[1], [0, 1]], exports: { here: 2, more: 3 } },
			{ imports: ["here", "more"], calls: [[0, 1]], exports: { there: 2 } },
		],
		["more: 0.3 0.0"],
	],
	[
		"what the canonical ABI needs comes last",
		[{ imports: ["host"], calls: [[0], [1]], exports: { cabi_realloc: 1, run: 2 } }],
		["run: 0.2 0.1 0.0", "cabi_realloc: 0.1 0.0"],
	],
];

for (const [what, shapes, ways] of WAYS)
	test(`ways through modules: ${what}`, () => assert.deepEqual(told(...shapes), ways));

test("an export that reaches the host through another module does so possibly, whatever calls it", () => {
	const { reachedFrom } = reach([ADAPTER, { imports: ["ask"], calls: [[0]], exports: { run: 1 } }]);
	assert.deepEqual(reachedFrom, [{ binary: "1", export: "run", from: "export", possible: true }]);
});

test("what a module exports by the name of its own import is not there for others", () => {
	const { reachedFrom } = reach([{ imports: ["host"], calls: [[0]], exports: { host: 1 } }]);
	assert.deepEqual(reachedFrom, [{ binary: "0", export: "host", from: "export", possible: false }]);
});

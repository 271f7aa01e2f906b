import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import * as build from "../../wasm/module-builder.ts";
import { examine } from "../diff.ts";
import { escaped } from "./escape.ts";
import { importGraphs } from "./graph-data.ts";
import { htmlReport } from "./page.ts";
import { sizeGroups } from "./size-tree.ts";
import { squarify } from "./squarify.ts";

test("escaped text has nothing that ends a text or an attribute, and no controls", () => {
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), (text) => {
			// oxlint-disable-next-line no-control-regex -- these are what must not be there
			assert.doesNotMatch(escaped(text), /[<>"'`\u0000-\u0008\u202e]/);
			assert.doesNotMatch(escaped(text), /&(?!#[0-9]+;)/);
		}),
	);
});

test("a treemap's boxes have their weights' areas, and lie in the frame", () => {
	const weights = fc
		.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 60 })
		.map((list) => list.toSorted((a, b) => b - a));
	fc.assert(
		fc.property(weights, (list) => {
			const boxes = squarify(list, { x: 10, y: 20, width: 300, height: 200 });
			const total = list.reduce((sum, weight) => sum + weight, 0);
			assert.equal(boxes.length, list.length);
			for (const [at, { x, y, width, height }] of boxes.entries()) {
				assert.ok(x >= 10 - 1e-6 && y >= 20 - 1e-6);
				assert.ok(x + width <= 310 + 1e-6 && y + height <= 220 + 1e-6);
				const share = (list[at] ?? 0) / total;
				assert.ok(Math.abs(width * height - share * 60_000) < 1e-3);
			}
		}),
	);
});

test("the groups of a program are as large as its sections, but for what frames bodies", async () => {
	const bytes = new Uint8Array(readFileSync(new URL("../../../guests/c/wc.wasm", import.meta.url)));
	const examined = await examine(bytes, "wc.wasm");
	const grouped = sizeGroups(examined).reduce((sum, { size_bytes }) => sum + size_bytes, 0);
	const [binary] = examined.report.binaries;
	const sections = binary?.sections.reduce((sum, { size_bytes }) => sum + size_bytes, 0) ?? 0;
	// each body has its size before it, in two bytes at most, and the section a head
	assert.ok(grouped <= sections && sections - grouped <= 2 * (binary?.functions.defined ?? 0) + 16);
});

const CRATES: readonly (readonly [name: string, group: string])[] = [
	["_ZN4core3fmt5write17h0123456789abcdefE", "core"],
	["<alloc::vec::Vec<u8> as core::fmt::Write>::write_str", "alloc"],
	["<[alloc::vec::Vec<u8>] as core::fmt::Debug>::fmt", "alloc"],
	["<u8 as core::fmt::Debug>::fmt", "core"],
	["<&mut dyn serde::Visitor as core::fmt::Debug>::fmt", "serde"],
	["runtime.mallocgc", "runtime"],
	["github.com/a/b.(*T).Do", "github.com/a/b"],
	["_RNvNtCs1234abc_7mycrate3foo3bar", "mycrate"],
	["_ZNSt3__212basic_stringIcE6appendEPKc", "std"],
	["void std::__2::sort<app::Less>(int*, int*)", "std"],
	["unsigned int pick<std::string>(int)", "code"],
	["(anonymous namespace)::Parser::run()", "Parser"],
	["malloc", "code"],
];

for (const [name, group] of CRATES)
	test(`'${name}' is counted under ${group}`, async () => {
		const bytes = build.wasm(
			build.types(build.functionType([], [])),
			build.functions(0),
			build.code([]),
			build.functionNames([[0, name]]),
		);
		const groups = sizeGroups(await examine(bytes, "x.wasm"));
		assert.equal(groups.find(({ kind }) => kind === "code")?.name, group);
	});

test("names of C are grouped by what they begin with, where several do", async () => {
	const names = ["st_init", "st_add", "st_free", "st_foreach", "main", "rb_once"];
	const bytes = build.wasm(
		build.types(build.functionType([], [])),
		build.functions(...names.map(() => 0)),
		build.code(...names.map(() => [])),
		build.functionNames([...names.entries()]),
	);
	const groups = sizeGroups(await examine(bytes, "x.wasm")).filter(({ kind }) => kind === "code");
	assert.deepEqual(
		groups.map(({ name, parts }) => [name, parts.length]),
		[
			["st_*", 4],
			["code", 2],
		],
	);
});

test("a module of many long names makes no page over 3 MB", async () => {
	const names = Array.from({ length: 4000 }, (_, at) => `${at}${'<"'.repeat(150)}`);
	const bytes = build.wasm(
		build.types(build.functionType([], [])),
		build.imports(...names.map((name) => build.importOf(name, name, 0x00, 0))),
		build.functions(...names.map(() => 0)),
		build.exports(...names.map((name, at) => [name, 0, names.length + at] as const)),
		build.code(...names.map(() => [])),
	);
	const page = htmlReport(await examine(bytes, "x.wasm"));
	assert.ok(page.length < 3_000_000, `${page.length} characters`);
});

test("the page of a difference shows what changed within functions, and no other numbers", async () => {
	const version = (value: number, before: number) => {
		const count = before + 1;
		return build.wasm(
			build.types(build.functionType([], [])),
			build.functions(...Array.from({ length: count + 1 }, () => 0)),
			build.exports(["run", 0, count]),
			build.code(
				...Array.from({ length: before }, (_, at) => [0x41, at + 9, 0x1a]),
				[0x01],
				[0x10, before, 0x41, value, 0x1a, ...(value === 7 ? [0x01] : [])],
			),
		);
	};
	const page = htmlReport(await examine(version(7, 3), "new.wasm"), await examine(version(5, 0), "old.wasm"));
	const text =
		/<pre class="difference" tabindex="0">(?:(?!<\/pre>).)*i32\.const(?:(?!<\/pre>).)*/s.exec(page)?.[0] ??
		"";
	assert.match(text, /<span class="new">\+ {5}i32\.const 7<\/span>/);
	assert.match(text, /<span class="gone">- {5}i32\.const 5<\/span>/);
	assert.match(text, /<span class=""> {6}call 3<\/span>/);
});

test("the picture of an import: its callers, from an export, each line a call", async () => {
	const bytes = new Uint8Array(readFileSync(new URL("../../../guests/c/wc.wasm", import.meta.url)));
	const examined = await examine(bytes, "wc.wasm");
	const [scan] = examined.parts.flatMap((part) => part.scan ?? []);
	const graphs = importGraphs(examined);
	assert.equal(graphs.length, scan?.module.importedFunctions);
	for (const { nodes, calls, name } of graphs) {
		assert.equal(nodes[0]?.name, name);
		assert.ok(
			nodes.some(({ root }) => root === "export"),
			name,
		);
		for (const [from, to, possible] of calls) {
			const entry = (nodes[from]?.function ?? 0) - (scan?.module.importedFunctions ?? 0);
			const callees = [...(scan?.callees.subarray(scan.calleesAt[entry], scan.calleesAt[entry + 1]) ?? [])];
			assert.ok(possible === 1 || callees.includes(nodes[to]?.function ?? -1));
		}
		for (const [at, { distance }] of nodes.entries())
			assert.ok(at === 0 || calls.some(([from, to]) => from === at && nodes[to]?.distance === distance - 1));
	}
});

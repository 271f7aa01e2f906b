import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../base/fault.ts";
import * as build from "../wasm/module-builder.ts";
import { compare, type Difference, examine } from "./diff.ts";
import { compareFunctions } from "./diff-functions.ts";
import { differenceText } from "./diff-text.ts";

const guest = (name: string) =>
	new Uint8Array(readFileSync(new URL(`../../guests/${name}.wasm`, import.meta.url)));

async function difference(old: Uint8Array<ArrayBuffer>, now: Uint8Array<ArrayBuffer>): Promise<Difference> {
	return compare(await examine(old, "old.wasm"), await examine(now, "new.wasm"));
}

const CALL = 0x10;
const DROP = 0x1a;
const END = 0x0b;
const I32_CONST = 0x41;
const I64_CONST = 0x42;

interface Shape {
	readonly imported?: readonly string[];
	readonly typesBefore?: number;
	readonly bodies: readonly (readonly number[])[];
	readonly exported?: readonly (readonly [name: string, index: number])[];
	/** Names of the bodies, in the name section. */
	readonly named?: readonly string[];
}

/** Functions of type `() -> ()` behind so many other types. */
function module({
	imported = [],
	typesBefore = 0,
	bodies,
	exported = [],
	named = [],
}: Shape): Uint8Array<ArrayBuffer> {
	const others = Array.from({ length: typesBefore }, () => build.functionType([build.I64], []));
	return build.wasm(
		build.types(...others, build.functionType([], [])),
		build.imports(
			...imported.map((name) => build.importOf("wasi_snapshot_preview1", name, 0x00, typesBefore)),
		),
		build.functions(...bodies.map(() => typesBefore)),
		build.exports(...exported.map(([name, index]) => [name, 0, index] as const)),
		build.code(...bodies),
		build.functionNames(named.map((name, entry) => [imported.length + entry, name])),
	);
}

const body = (value: number) => [I32_CONST, value, DROP];
const DROPS = [...body(1), ...body(1)];
const call = (index: number) => [CALL, index];

/** Two bodies of one length for which a quick hash, FNV-1a of 32 bits, is the same. */
function collision(which: 0 | 1): number[] {
	const seen = new Map<number, number>();
	for (let value = 0; ; value++) {
		const code = longConstant(value);
		const hash = [0, ...code, END].reduce((state, byte) => Math.imul(state ^ byte, 0x01000193), 0x811c9dc5);
		const other = seen.get(hash);
		if (other !== undefined) return which === 0 ? longConstant(other) : code;
		seen.set(hash, value);
	}
}

/** Of five bytes, whatever the value. */
function longConstant(value: number): number[] {
	const low = [0, 7, 14, 21].map((shift) => ((value >>> shift) & 0x7f) | 0x80);
	return [I32_CONST, ...low, (value >>> 28) & 0x07, DROP];
}

const FUNCTIONS: readonly (readonly [string, Shape, Shape, Partial<Difference["functions"]>])[] = [
	[
		"functions that only have other numbers are the same",
		{ bodies: [body(1), call(0)], exported: [["run", 1]] },
		{ imported: ["sched_yield"], bodies: [body(1), call(1)], exported: [["run", 2]] },
		{ same: 2, changed: 0, numbersOnly: 0, added: 0, removed: 0 },
	],
	[
		"another constant is a change in numbers only",
		{ bodies: [body(1)] },
		{ bodies: [body(2)] },
		{ same: 0, changed: 0, numbersOnly: 1, added: 0, removed: 0 },
	],
	[
		"another instruction is a change, where the name is the same",
		{ bodies: [body(1)], exported: [["run", 0]] },
		{ bodies: [[I64_CONST, 1, DROP]], exported: [["run", 0]] },
		{ same: 0, changed: 1, added: 0, removed: 0 },
	],
	[
		"without a name it is another function",
		{ bodies: [body(1)] },
		{ bodies: [[I64_CONST, 1, DROP]] },
		{ same: 0, changed: 0, added: 1, removed: 1 },
	],
	[
		"a call that leads to another import is a change",
		{ imported: ["sched_yield", "fd_sync"], bodies: [call(0)], exported: [["run", 2]] },
		{ imported: ["sched_yield", "fd_sync"], bodies: [call(1)], exported: [["run", 2]] },
		{ same: 0, changed: 1 },
	],
	[
		"a call that leads to another body of the same hash is a change",
		{ bodies: [collision(0), call(0)], exported: [["run", 1]] },
		{ bodies: [collision(0), collision(1), call(1)], exported: [["run", 2]] },
		{ same: 1, changed: 1, added: 1 },
	],
	[
		"a call that leads to another function is a change",
		{ bodies: [body(1), [...body(1), ...body(2)], call(0)], exported: [["run", 2]] },
		{ bodies: [body(1), [...body(1), ...body(2)], call(1)], exported: [["run", 2]] },
		{ same: 2, changed: 1 },
	],
	[
		"functions in another order are the same",
		{ bodies: [body(1), [...body(1), ...body(2)]] },
		{ bodies: [[...body(1), ...body(2)], body(1)] },
		{ same: 2, changed: 0, numbersOnly: 0, added: 0, removed: 0 },
	],
	[
		"a function of Rust keeps its name under another hash, and under its compilers' newer form of names",
		{
			bodies: [body(1), body(2), body(3)],
			named: [
				"_ZN1a1f17h0000000000000001E",
				"_ZN1a1S1g17h0000000000000001E.llvm.1",
				"_ZN1a1h28_$u7b$$u7b$closure$u7d$$u7d$17h0000000000000001E",
			],
		},
		{
			bodies: [DROPS, DROPS, DROPS],
			named: ["_ZN1a1f17h0000000000000002E", "_RNvMCs1_1aNtB2_1S1g.llvm.2", "_RNCNvCs1_1a1h0"],
		},
		{ same: 0, changed: 3, added: 0, removed: 0 },
	],
	[
		"a function that is exported by such a name keeps it, too",
		{ bodies: [body(1)], exported: [["_ZN1a1f17h0000000000000001E", 0]] },
		{ bodies: [DROPS], exported: [["_ZN1a1f17h0000000000000002E", 0]] },
		{ same: 0, changed: 1, added: 0, removed: 0 },
	],
	[
		"of several functions of one name those of the same code are taken for each other",
		{ bodies: [body(1), body(2)], named: ["a::f", "a::f"] },
		{ bodies: [body(2), body(1)], named: ["a::f", "a::f"] },
		{ same: 2, changed: 0, numbersOnly: 0, added: 0, removed: 0 },
	],
	[
		"types with other numbers are the same",
		{ bodies: [[0x02, 0, END]] },
		{ typesBefore: 3, bodies: [[0x02, 3, END]] },
		{ same: 1, changed: 0, numbersOnly: 0, added: 0, removed: 0 },
	],
];

for (const [title, old, now, expected] of FUNCTIONS)
	test(title, async () => {
		const { functions } = await difference(module(old), module(now));
		assert.deepEqual({ ...functions, ...expected }, functions);
	});

test("what an update newly asks for comes first, in plain words", async () => {
	const old = module({ imported: ["clock_time_get"], bodies: [] });
	const now = module({ imported: ["clock_time_get", "poll_oneoff", "path_open"], bodies: [] });
	const found = await difference(old, now);
	assert.deepEqual(
		found.needs.new.map(({ capability }) => capability),
		["files"],
	);
	assert.deepEqual(found.needs.changed[0]?.new, ["wasi_snapshot_preview1 poll_oneoff"]);
	const page = differenceText(found).split("\n");
	assert.equal(page[2], "asks for");
	assert.equal(page[3], "  + files: opens, reads, writes and removes files (granted by -v HOST:GUEST)");
	const back = await difference(now, old);
	assert.deepEqual(back.needs.gone, found.needs.new);
});

/** A function that calls them one after the other. */
function calling(...names: readonly (readonly [module: string, name: string])[]): Uint8Array<ArrayBuffer> {
	return build.wasm(
		build.types(build.functionType([], [])),
		build.imports(...names.map(([from, name]) => build.importOf(from, name, 0x00, 0))),
		build.functions(0),
		build.code(names.flatMap((_, index) => call(index))),
	);
}

const RENAMED: readonly (readonly [string, old: Uint8Array<ArrayBuffer>, now: Uint8Array<ArrayBuffer>])[] = [
	[
		"another version of an interface",
		calling(["wasi:cli/exit@0.2.0", "exit"], ["wasi:cli/stdin@0.2.0", "get-stdin"]),
		calling(["wasi:cli/exit@0.2.6", "exit"], ["wasi:cli/stdin@0.2.6", "get-stdin"]),
	],
	[
		"another hash of wasm-bindgen's",
		calling(["wbg", "__wbg_new_28c511d9baebfa89"], ["wbg", "__wbg_new_63b92bc8671ed464"]),
		calling(["wbg", "__wbg_new_15d3966e9981a196"], ["wbg", "__wbg_new_537b7341ce90bb31"]),
	],
];

test("a hash that stays beside one that changes", async () => {
	const stays = ["wbg", "__wbg_new_28c511d9baebfa89"] as const;
	const old = calling(stays, ["wbg", "__wbg_new_63b92bc8671ed464"]);
	const found = await difference(old, calling(stays, ["wbg", "__wbg_new_537b7341ce90bb31"]));
	assert.equal(found.imports.renamed.length, 1);
	assert.deepEqual([found.functions.same, found.functions.changed], [1, 0]);
});

for (const [title, old, now] of RENAMED)
	test(`${title} is no other need, and no other function`, async () => {
		const found = await difference(old, now);
		assert.deepEqual(found.needs, { new: [], gone: [], changed: [] });
		assert.deepEqual([found.imports.new, found.imports.gone, found.imports.changed], [[], [], []]);
		assert.equal(found.imports.renamed.length, 2);
		assert.deepEqual([found.functions.same, found.functions.changed], [1, 0]);
		assert.match(differenceText(found), /^ {2}~ 2 imports under another version or hash of their names$/m);
	});

test("a hash that stays is not taken for another one that went", async () => {
	const [first, second] = [
		["wbg", "__wbg_new_28c511d9baebfa89"],
		["wbg", "__wbg_new_63b92bc8671ed464"],
	] as const;
	const found = await difference(calling(first, second), calling(second, second));
	assert.deepEqual(
		found.imports.gone.map(({ name }) => name),
		[first[1]],
	);
	assert.deepEqual([found.functions.same, found.functions.changed], [0, 1]);
});

for (const name of ["c/wc", "components/fetch", "wat/hello"])
	test(`guests/${name}.wasm is no different from itself`, async () => {
		const found = await difference(guest(name), guest(name));
		assert.equal(found.equal, true);
		assert.deepEqual([found.functions.list, found.sections, found.imports.new], [[], [], []]);
		const { parts } = await examine(guest(name), "x.wasm");
		assert.deepEqual(found.functions, compareFunctions(parts, parts));
		assert.match(differenceText(found), /the same, byte by byte\n$/);
	});

test("evidence that is new in a finding that was there is told", async () => {
	const saying = (...words: readonly string[]) => {
		const bytes = [...new TextEncoder().encode(words.join("\0"))];
		return build.wasm(
			build.memories({ minimum: 1 }),
			build.section(11, [1, 0, I32_CONST, 0, END, bytes.length, ...bytes]),
		);
	};
	const found = await difference(
		saying("https://here.example/"),
		saying("https://here.example/", "https://evil.example/"),
	);
	assert.deepEqual([found.findings.new, found.findings.gone], [[], []]);
	assert.deepEqual(
		found.findings.changed.map((finding) => [finding.id, finding.new, finding.gone]),
		[["embedded-url", ["https://evil.example/"], []]],
	);
	assert.match(differenceText(found), /^ {6}\+ https:\/\/evil\.example\/$/m);
});

test("a need is told before whatever else changed, however many there are", async () => {
	const names = Array.from({ length: 80 }, (_, at) => `ask${at}`);
	const old = module({ imported: ["fd_write"], bodies: [body(1)] });
	const now = module({ imported: ["fd_write", ...names, "path_open"], bodies: [body(1)] });
	const page = differenceText(await difference(old, now));
	assert.match(page, /^ {2}\+ files: opens/m);
	assert.match(page, /^ {2}and \d+ more: --format json lists them$/m);
});

test("names of a program's own are escaped on the page", async () => {
	const old = module({ bodies: [body(1)] });
	const now = module({ bodies: [body(1)], exported: [["\u001b[31m\nevil\u202e", 0]] });
	const page = differenceText(await difference(old, now));
	assert.match(page, /\\u\{1b\}\[31m\\u\{a\}evil\\u\{202e\}/);
});

test("a program that was changed anywhere is compared, or refused by a Fault", async () => {
	const whole = guest("c/wc");
	const old = await examine(whole, "old.wasm");
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
			async (changes) => {
				const bytes = whole.slice();
				for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
				try {
					const found = compare(old, await examine(bytes, "new.wasm"));
					const { same, changed, numbersOnly, added } = found.functions;
					const defined = found.new.kind === "module" ? same + changed + numbersOnly + added : 0;
					assert.ok(defined >= 0);
					assert.equal(found.equal, Buffer.compare(bytes, whole) === 0);
				} catch (error) {
					if (!(error instanceof Fault)) throw error;
				}
			},
		),
		{ numRuns: 40 },
	);
});

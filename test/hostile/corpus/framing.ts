import {
	cat,
	component,
	custom,
	each,
	HUGE,
	type Hostile,
	leb,
	name,
	program,
	section,
	times,
	wasm,
} from "./bytes.ts";
import { body, END, exportOf, I32, importOf, MODULE, sized, text, type, vector } from "./bytes.ts";

/** Sections whose first number says that there are 2^32 - 1 of something. */
const COUNTS: readonly (readonly [what: string, id: number])[] = [
	["types", 1],
	["imports", 2],
	["functions", 3],
	["tables", 4],
	["memories", 5],
	["globals", 6],
	["exports", 7],
	["element segments", 9],
	["bodies", 10],
	["data segments", 11],
	["tags", 13],
];

const bombs: readonly Hostile[] = COUNTS.map(([what, id]) => ({
	name: `2^32-1 ${what}`,
	bytes: () => wasm(section(id, HUGE)),
}));

/** A function of this code, its locals told first. */
function coded(
	locals: readonly number[],
	...code: readonly (readonly number[] | Uint8Array)[]
): Uint8Array<ArrayBuffer> {
	return program({ functions: [[0, sized(locals, ...code, [END])]] });
}

const INNER: readonly Hostile[] = [
	{ name: "2^32-1 groups of locals", bytes: () => coded(HUGE, []) },
	{ name: "2^32-1 locals", bytes: () => coded([1, ...HUGE, I32], []) },
	{ name: "2^32-1 labels", bytes: () => coded([0], [0x41, 0, 0x0e, ...HUGE]) },
	{ name: "2^32-1 catches", bytes: () => coded([0], [0x1f, 0x40, ...HUGE]) },
	{ name: "2^32-1 types of select", bytes: () => coded([0], [0x1c, ...HUGE]) },
	{ name: "2^32-1 elements", bytes: () => wasm(section(9, [1, 1, 0], HUGE)) },
	{ name: "2^32-1 elements as expressions", bytes: () => wasm(section(9, [1, 5, 0x70], HUGE)) },
	{ name: "2^32-1 parameters", bytes: () => wasm(section(1, [1, 0x60], HUGE)) },
	{ name: "2^32-1 fields", bytes: () => wasm(section(1, [1, 0x5f], HUGE)) },
	{ name: "2^32-1 supertypes", bytes: () => wasm(section(1, [1, 0x50], HUGE)) },
	{ name: "2^32-1 types in a group", bytes: () => wasm(section(1, [1, 0x4e], HUGE)) },
	{ name: "a data segment of 2^32-1 bytes", bytes: () => wasm(section(11, [1, 1], HUGE)) },
	{ name: "2^32-1 names of functions", bytes: () => wasm(custom("name", [1, 5], HUGE)) },
	{ name: "2^32-1 functions with names of locals", bytes: () => wasm(custom("name", [2, 5], HUGE)) },
	{ name: "2^32-1 names of locals", bytes: () => wasm(custom("name", [2, 7, 1, 0], HUGE)) },
	{ name: "2^32-1 names of globals", bytes: () => wasm(custom("name", [7, 5], HUGE)) },
	{ name: "2^32-1 producers", bytes: () => wasm(custom("producers", HUGE)) },
	{ name: "2^32-1 values of a producer", bytes: () => wasm(custom("producers", [1], name("sdk"), HUGE)) },
	{ name: "2^32-1 features", bytes: () => wasm(custom("target_features", HUGE)) },
	{ name: "a section that ends past the file", bytes: () => wasm([1], HUGE) },
	{ name: "a subsection that ends past its section", bytes: () => wasm(custom("name", [1], HUGE, [0])) },
	{
		name: "a body that ends past its section",
		bytes: () => wasm(section(3, [1, 0]), section(10, [1], HUGE)),
	},
	{
		name: "a name that ends past its section, in the next",
		bytes: () => wasm(section(2, [1, 20]), custom("wasi_snapshot_preview1")),
	},
];

/** Numbers in more bytes than they need: V8 takes them, up to five. */
const LONG_ZERO = [0x80, 0x80, 0x80, 0x80, 0x00];
const NUMBERS: readonly Hostile[] = [
	{
		name: "numbers in five bytes everywhere",
		bytes: () =>
			wasm(
				section(1, [0x81, 0x80, 0x00, 0x60], LONG_ZERO, LONG_ZERO),
				section(3, [0x81, 0x80, 0x00], LONG_ZERO),
				section(7, [0x81, 0x80, 0x00], name("f"), [0], LONG_ZERO),
				section(10, [0x81, 0x80, 0x00], sized(LONG_ZERO, [0x41, 0x80, 0x80, 0x80, 0x80, 0x00, 0x1a, END])),
			),
	},
	{ name: "a number of six bytes", bytes: () => wasm(section(1, [0x80, 0x80, 0x80, 0x80, 0x80, 0x00])) },
	{ name: "a number that has no end", bytes: () => wasm([1], times(1000, [0x80])) },
	{ name: "a megabyte of numbers without end", bytes: () => coded([0], [0x41], times(1_000_000, [0xff])) },
];

/** Many of what is cheap to write. */
const MANY: readonly Hostile[] = [
	{ name: "10,000 custom sections", bytes: () => wasm(times(10_000, custom("x", [1, 2, 3]))) },
	{ name: "10,000 custom sections without a name", bytes: () => wasm(times(10_000, custom(""))) },
	{
		name: "more sections than any module has",
		refused: "MODULE_TOO_LARGE",
		bytes: () => wasm(times(200_000, custom(""))),
	},
	{ name: "every standard section twice", bytes: () => wasm(section(1, [0]), section(1, [0])) },
	{
		name: "custom sections named as standard ones",
		bytes: () => wasm(...["type", "import", "code", "data"].map((one) => custom(one, [1, 2]))),
	},
	{ name: "1,000 sections of names", bytes: () => wasm(times(1000, custom("name", [1, 4, 1, 0, 1, 0x61]))) },
	{
		name: "100,000 functions of two bytes",
		bytes: () =>
			wasm(
				section(1, vector(1, type([], []))),
				section(3, vector(100_000, times(100_000, [0]))),
				section(10, vector(100_000, times(100_000, [2, 0, END]))),
			),
	},
	{
		name: "50,000 exports of one function",
		bytes: () =>
			program({
				functions: [[0, body()]],
				exports: vector(
					50_000,
					each(50_000, (at) => exportOf(at.toString(36), 0, 0)),
				),
			}),
	},
	{
		name: "50,000 exports of one global",
		bytes: () =>
			program({
				middle: [section(6, vector(1, [I32, 1, 0x41, 0, END]))],
				exports: vector(
					50_000,
					each(50_000, (at) => exportOf(at.toString(36), 3, 0)),
				),
			}),
	},
	{
		name: "20,000 tables, each exported",
		bytes: () =>
			program({
				middle: [section(4, vector(20_000, times(20_000, [0x70, 0, 0])))],
				exports: vector(
					20_000,
					each(20_000, (at) => exportOf(at.toString(36), 1, at)),
				),
			}),
	},
	{
		name: "50,000 memories",
		bytes: () => program({ middle: [section(5, vector(50_000, times(50_000, [0, 0])))] }),
	},
	{
		name: "100,000 data segments of one byte",
		bytes: () => wasm(section(11, vector(100_000, times(100_000, [1, 1, 0x41])))),
	},
	{
		name: "100,000 empty element segments",
		bytes: () => program({ elements: vector(100_000, times(100_000, [1, 0, 0])) }),
	},
	{
		name: "20,000 imports of one name",
		bytes: () => program({ imports: Array.from({ length: 20_000 }, () => importOf("", "", [0, 0])) }),
	},
	{
		name: "10,000 imports of a type that is long to write",
		bytes: () =>
			program({
				types: [type(times(1000, [0x6f]), times(1000, [0x6f]))],
				imports: Array.from({ length: 10_000 }, (_, at) => importOf("m", at.toString(36), [0, 0])),
			}),
	},
	{
		name: "10,000 imports, each of a version of WASI of its own",
		bytes: () =>
			program({
				imports: Array.from({ length: 10_000 }, (_, at) => importOf(`wasi:x/y@${at}`, "f", [0, 0])),
			}),
	},
	{
		name: "10,000 imported globals and memories",
		bytes: () =>
			program({
				imports: Array.from({ length: 10_000 }, (_, at) =>
					importOf("e", at.toString(36), at % 2 === 0 ? [3, I32, 0] : [2, 0, 0]),
				),
			}),
	},
];

/** What nests. */
const DEEP: readonly Hostile[] = [
	{
		name: "40,000 blocks in each other",
		bytes: () => coded([0], times(40_000, [0x02, 0x40]), times(40_000, [END])),
	},
	{
		name: "40,000 loops in each other",
		bytes: () => coded([0], times(40_000, [0x03, 0x40]), times(40_000, [END])),
	},
	{
		name: "30,000 ifs in each other",
		bytes: () => coded([0], times(30_000, [0x41, 1, 0x04, 0x40]), times(30_000, [END])),
	},
	{
		name: "a megabyte of groups of types in each other",
		bytes: () => wasm(section(1, leb(1), times(500_000, [0x4e, 0x01]))),
	},
	{
		name: "100,000 groups of types",
		bytes: () => wasm(section(1, vector(100_000, times(100_000, [0x4e, 1, 0x5f, 0])))),
	},
	{ name: "a megabyte of shared types", bytes: () => wasm(section(1, leb(1), times(1_000_000, [0x65]))) },
	{ name: "components nested 1,000 deep", bytes: () => nested(1000) },
	{ name: "2,000 modules in a component", bytes: () => component(times(2000, section(1, MODULE))) },
];

function nested(levels: number): Uint8Array<ArrayBuffer> {
	let inner = component();
	for (let level = 0; level < levels; level++) inner = component(section(4, inner));
	return inner;
}

/** Names that are long, empty, or move a terminal. */
const CONTROLS =
	"\u001b[2J\u001b]0;x\u0007\r\n\t\u0000\u0085\u009b31m\u202e\u2066\u200f\u2028\u007f\u200b\u00ad\u2060\ufeff";
const MARKUP = `</script><script>alert(1)</script><img src=x onerror=alert(1)>"'\`&lt;&#60;`;
const NAMES: readonly Hostile[] = [
	...[
		["controls and changes of direction", CONTROLS],
		["markup", MARKUP],
		["what ends a comment or a string", `;) (; ;; // */ """ \\ \${x} ]]> --> %s`],
	].map(([what, words]): Hostile => ({ name: `${what} as every name`, bytes: () => named(words ?? "") })),
	{ name: "empty names", bytes: () => named("") },
	{
		name: "names that are no UTF-8",
		bytes: () => wasm(custom("name", [1, 6, 1, 0, 3, 0xff, 0xc0, 0x80]), cat([0, 4, 2, 0xff, 0xfe, 1])),
	},
	{ name: "names of 30,000 bytes", bytes: () => named("n".repeat(30_000)) },
	{ name: "a name of a megabyte", bytes: () => wasm(custom("x".repeat(1_000_000))) },
	{
		name: "a function's name of a megabyte",
		bytes: () =>
			program({
				functions: [[0, body()]],
				after: [custom("name", [1], sized([1, 0], name("f".repeat(1_000_000))))],
			}),
	},
];

/** Everything that can have a name has this one. */
function named(words: string): Uint8Array<ArrayBuffer> {
	const own = name(words);
	return program({
		imports: [
			importOf(words, words, [0, 0]),
			importOf(`wasi:${words}`, words, [0, 0]),
			importOf(`wasi:x/y@${words}`, words, [0, 0]),
		],
		functions: [[0, sized([1, 1, I32], [0x10, 0, 0x10, 1, 0x23, 0, 0x21, 0, END])]],
		middle: [
			section(4, [1, 0x70, 0, 0]),
			section(5, [1, 0, 1]),
			section(6, vector(1, [I32, 1, 0x41, 0, END])),
		],
		exports: vector(
			4,
			exportOf(words, 0, 3),
			exportOf(`${words}2`, 1, 0),
			exportOf(`${words}3`, 2, 0),
			exportOf(`${words}4`, 3, 0),
		),
		after: [
			section(11, vector(1, [1], sized(text(`https://${words}/ /registry/src/x-1/${words}-1.2.3/ `)))),
			custom(
				"name",
				[0],
				sized(own),
				[1],
				sized([4, 0], own, [1], own, [2], own, [3], own),
				[2],
				sized([1, 3, 1, 0], own),
				[7],
				sized([1, 0], own),
			),
			custom("producers", [2], name("language"), [1], own, own, own, [1], own, own),
			custom("target_features", [1, 0x2b], own),
			custom("sourceMappingURL", own),
			custom("description", text(words)),
			custom("licenses", text(words)),
			custom("authors", text(words)),
			custom(words, text(words)),
		],
	});
}

export const FRAMING: readonly Hostile[] = [...bombs, ...INNER, ...NUMBERS, ...MANY, ...DEEP, ...NAMES];

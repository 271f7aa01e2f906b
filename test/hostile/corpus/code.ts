import {
	body,
	cat,
	custom,
	each,
	END,
	exportOf,
	type Hostile,
	HUGE,
	I32,
	importOf,
	leb,
	name,
	type Piece,
	program,
	section,
	sized,
	times,
	type,
	vector,
} from "./bytes.ts";

/** A type of so many numbers in and out. */
const wide = (params: number, results: number) => type(times(params, [I32]), times(results, [I32]));
const plain = type([], []);
const CONSTANT = [0x41, 0];

function oneBody(types: readonly Piece[], ...code: readonly Piece[]): Uint8Array<ArrayBuffer> {
	return program({ types, functions: [[0, body(...code)]], exports: vector(1, exportOf("f", 0, 0)) });
}

/** Instructions that are short to write and long to tell. */
const BODIES: readonly Hostile[] = [
	{
		name: "blocks that each pass on 500 values",
		bytes: () =>
			oneBody(
				[plain, wide(500, 500)],
				times(500, CONSTANT),
				times(15_000, [0x02, 1, END]),
				times(500, [0x1a]),
			),
	},
	{
		name: "calls that each pass on 500 values",
		bytes: () =>
			program({
				types: [plain, wide(500, 500)],
				functions: [
					[0, body(times(500, CONSTANT), times(20_000, [0x10, 1]), times(500, [0x1a]))],
					[1, body([0x00])],
				],
				exports: vector(1, exportOf("f", 0, 0)),
			}),
	},
	{
		name: "a branch table of 20,000 labels to a block of 500 values",
		bytes: () =>
			oneBody(
				[plain, wide(0, 500)],
				[0x02, 1],
				times(500, CONSTANT),
				CONSTANT,
				[0x0e],
				leb(20_000),
				each(20_000, () => [0]),
				[0],
				[END],
				times(500, [0x1a]),
			),
	},
	{
		name: "branch tables whose labels alternate",
		bytes: () =>
			oneBody(
				[plain],
				[0x02, 0x40, 0x02, 0x40],
				times(2000, cat([0x41, 0, 0x0e, 100], times(50, [0, 1]), [0])),
				[END, END],
			),
	},
	{
		name: "a select of selects",
		bytes: () =>
			program({
				functions: [
					[0, sized([1, 1, I32], [0x41, 1], times(30_000, [0x22, 0, 0x20, 0, 0x41, 1, 0x1b]), [0x1a, END])],
				],
				exports: vector(1, exportOf("f", 0, 0)),
			}),
	},
	{
		name: "tees and sums that double an expression",
		bytes: () =>
			program({
				functions: [[0, sized([1, 1, I32], [0x41, 1], times(30_000, [0x22, 0, 0x20, 0, 0x6a]), [0x1a, END])]],
				exports: vector(1, exportOf("f", 0, 0)),
			}),
	},
	{
		name: "30,000 values that wait on the stack",
		bytes: () =>
			program({
				functions: [[0, sized([1, 1, I32], times(30_000, [0x20, 0]), times(30_000, [0x1a]), [END])]],
				exports: vector(1, exportOf("f", 0, 0)),
			}),
	},
	{
		name: "10,000 loads that wait on the stack, and calls that settle them",
		bytes: () =>
			program({
				middle: [section(5, [1, 0, 1])],
				functions: [[0, body(times(10_000, [0x41, 0, 0x28, 2, 0, 0x10, 0]), times(10_000, [0x1a]))]],
				exports: vector(1, exportOf("f", 0, 0)),
			}),
	},
	{
		name: "30,000 ifs one after another",
		bytes: () => oneBody([plain], times(30_000, [0x41, 0, 0x04, 0x40, 0x05, END])),
	},
	{
		name: "10,000 blocks in each other, and a branch out of each",
		bytes: () =>
			oneBody(
				[plain],
				times(10_000, [0x02, 0x40]),
				each(10_000, (at) => cat([0x41, 0, 0x0d], leb((10_000 - at) >> 1), [END])),
			),
	},
	{
		name: "30,000 instructions around each other",
		bytes: () => oneBody([plain], [0x41, 1], times(30_000, [0x41, 1, 0x77]), [0x1a]),
	},
	{
		name: "a memory's loads of loads",
		bytes: () =>
			program({
				middle: [section(5, [1, 0, 1])],
				functions: [[0, body([0x41, 1], times(30_000, [0x28, 2, 0x90, 0xce, 0x00]), [0x1a])]],
				exports: vector(1, exportOf("f", 0, 0)),
			}),
	},
	{
		name: "2,000 functions of 50,000 locals",
		bytes: () =>
			program({
				functions: Array.from({ length: 2000 }, () => [0, sized([1, 0xd0, 0x86, 0x03, I32, END])] as const),
			}),
	},
	{
		name: "100,000 functions of 50,000 locals",
		refused: "MODULE_TOO_LARGE",
		bytes: () => {
			const one = sized([1, 0xd0, 0x86, 0x03, I32, END]);
			return program({ functions: Array.from({ length: 100_000 }, () => [0, one] as const) });
		},
	},
	{
		name: "5,000 bodies that say they have 2^32-1 labels",
		bytes: () =>
			program({ functions: Array.from({ length: 5000 }, () => [0, sized([0, 0x0e], HUGE)] as const) }),
	},
	{
		name: "5,000 bodies that say they have 2^32-1 catches",
		bytes: () =>
			program({
				functions: Array.from({ length: 5000 }, () => [0, sized([0, 0x1f, 0x40], HUGE)] as const),
			}),
	},
	{
		name: "5,000 bodies that say they have 2^32-1 types",
		bytes: () =>
			program({ functions: Array.from({ length: 5000 }, () => [0, sized([0, 0x1c], HUGE)] as const) }),
	},
	{
		name: "2,000 functions, each with names of its locals",
		bytes: () =>
			program({
				functions: Array.from({ length: 2000 }, () => [0, sized([1, 20, I32, END])] as const),
				after: [
					custom(
						"name",
						[2],
						sized(
							leb(2000),
							each(2000, (at) =>
								cat(
									leb(at),
									[20],
									each(20, (local) => cat(leb(local), name(`local${local}`))),
								),
							),
						),
					),
				],
			}),
	},
	{
		name: "2,000 functions that share 20,000 names of globals",
		bytes: () =>
			program({
				functions: Array.from({ length: 2000 }, () => [0, sized([0, END])] as const),
				after: [
					custom(
						"name",
						[7],
						sized(
							leb(20_000),
							each(20_000, (at) => cat(leb(at), name(`g${at}`))),
						),
					),
				],
			}),
	},
];

/** Graphs in which a search could go over the same edges again and again. */
const GRAPHS: readonly Hostile[] = [
	{
		name: "2,000 imports, and 2,000 exports that each call all of them",
		bytes: () => {
			const all = each(500, (at) => cat([0x10], leb(at * 4)));
			return program({
				imports: Array.from({ length: 2000 }, (_, at) => importOf("m", at.toString(36), [0, 0])),
				functions: Array.from({ length: 500 }, () => [0, body(all)] as const),
				exports: vector(
					500,
					each(500, (at) => exportOf(at.toString(36), 0, 2000 + at)),
				),
			});
		},
	},
	{
		name: "2,000 imports, and 20,000 exports",
		bytes: () =>
			program({
				imports: Array.from({ length: 2000 }, (_, at) => importOf("m", at.toString(36), [0, 0])),
				functions: [[0, body(each(2000, (at) => cat([0x10], leb(at))))]],
				exports: vector(
					20_000,
					each(20_000, (at) => exportOf(at.toString(36), 0, 2000)),
				),
			}),
	},
	{
		name: "a chain of 20,000 calls to 2,000 imports",
		bytes: () =>
			program({
				imports: Array.from({ length: 2000 }, (_, at) => importOf("m", at.toString(36), [0, 0])),
				functions: Array.from({ length: 20_000 }, (_, at) =>
					at < 19_999
						? ([0, body([0x10], leb(2000 + at + 1))] as const)
						: ([0, body(each(2000, (index) => cat([0x10], leb(index))))] as const),
				),
				exports: vector(1, exportOf("f", 0, 2000)),
				after: [
					custom(
						"name",
						[1],
						sized(
							leb(20_000),
							each(20_000, (at) => cat(leb(2000 + at), name(`step${at}`))),
						),
					),
				],
			}),
	},
	{
		name: "20,000 functions in a table, all of one type, called by all",
		bytes: () => tabled(20_000, 1),
	},
	{
		name: "5,000 functions in a table, each of a type of its own",
		bytes: () => tabled(5000, 5000),
	},
	{
		name: "500 functions that call by each of 300 types",
		bytes: () => {
			const calls = each(300, (at) => cat([0x41, 0, 0x11], leb(at + 1), [0]));
			return program({
				types: [
					plain,
					...Array.from({ length: 300 }, (_, at) => type(times(at % 2, [I32]), times(0, [I32]))),
				].map((one, at) => (at === 0 ? one : plain)),
				middle: [section(4, vector(1, cat([0x70, 0], leb(500))))],
				functions: Array.from({ length: 500 }, () => [0, body(calls)] as const),
				exports: vector(1, exportOf("f", 0, 0)),
				elements: vector(
					1,
					[0, 0x41, 0, END],
					leb(500),
					each(500, (at) => leb(at)),
				),
			});
		},
	},
];

function tabled(functions: number, types: number): Uint8Array<ArrayBuffer> {
	const numbers = [0x7f, 0x7e, 0x7d, 0x7c];
	const typeOf = (at: number) =>
		type(
			Array.from({ length: 8 }, (_, place) => numbers[(at >> (2 * place)) & 3]!),
			[],
		);
	return program({
		types: Array.from({ length: types }, (_, at) => typeOf(at)),
		imports: [importOf("wasi_snapshot_preview1", "proc_exit", [0, 0])],
		middle: [section(4, vector(1, cat([0x70, 0], leb(functions))))],
		functions: Array.from(
			{ length: functions },
			(_, at) => [at % types, body([0x00, 0x11], leb(at % types), [0])] as const,
		),
		exports: vector(1, exportOf("f", 0, 1)),
		elements: vector(
			1,
			[0, 0x41, 0, END],
			leb(functions),
			each(functions, (at) => leb(at)),
		),
	});
}

/** Two versions of which no function is quite the same as before. */
const DIFFERENCES: readonly Hostile[] = [
	{
		name: "30,000 equal bodies, before and after",
		bytes: () => bodies(30_000, () => 0),
		older: () => bodies(30_000, () => 0),
	},
	{
		name: "30,000 bodies of one shape, all of them changed",
		bytes: () => bodies(30_000, (at) => at * 2),
		older: () => bodies(30_000, (at) => at * 2 + 1),
	},
	{
		name: "20 functions of one name each, of lines that are all alike, and an end that is not",
		bytes: () => texts(() => 0x67),
		older: () => texts((line) => (line < 4000 ? 0x67 : 0x45)),
	},
	...["another instruction at each line", "the same instructions in another order"].map(
		(what, at): Hostile => ({
			name: `20 functions of one name each, with ${what}`,
			bytes: () => texts(at === 0 ? (line) => 0x67 + (line % 3) : (line) => 0x67 + ((line * line) % 3)),
			older: () => texts(at === 0 ? () => 0x45 : (line) => 0x67 + ((line >> 3) % 3)),
		}),
	),
	{
		name: "15,000 functions of one name",
		bytes: () => bodies(15_000, (at) => at, "f"),
		older: () => bodies(15_000, (at) => at + 1, "f"),
	},
	{
		name: "10,000 imports that all have new names",
		bytes: () =>
			program({ imports: Array.from({ length: 10_000 }, (_, at) => importOf("n", at.toString(36), [0, 0])) }),
		older: () =>
			program({ imports: Array.from({ length: 10_000 }, (_, at) => importOf("o", at.toString(36), [0, 0])) }),
	},
];

/** Functions of 5,000 lines of text each, exported by name. */
function texts(opcode: (line: number) => number): Uint8Array<ArrayBuffer> {
	const lines = each(5000, (line) => [opcode(line)]);
	return program({
		functions: Array.from({ length: 20 }, () => [0, body([0x41, 1], lines, [0x1a])] as const),
		exports: vector(
			20,
			each(20, (at) => exportOf(`f${at}`, 0, at)),
		),
	});
}

function bodies(count: number, constant: (at: number) => number, same?: string): Uint8Array<ArrayBuffer> {
	return program({
		functions: Array.from(
			{ length: count },
			(_, at) =>
				[
					0,
					body([0x41], leb(constant(at) % 63), [0x41], leb((constant(at) >> 6) % 63), [0x1a, 0x1a]),
				] as const,
		),
		after:
			same === undefined
				? []
				: [
						custom(
							"name",
							[1],
							sized(
								leb(count),
								each(count, (at) => cat(leb(at), name(same))),
							),
						),
					],
	});
}

export const CODE: readonly Hostile[] = [...BODIES, ...GRAPHS, ...DIFFERENCES];

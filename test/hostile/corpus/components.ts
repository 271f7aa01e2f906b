import {
	cat,
	component,
	custom,
	each,
	type Hostile,
	HUGE,
	leb,
	MODULE,
	name,
	type Piece,
	section,
	times,
	vector,
} from "./bytes.ts";

/** A type's index, as a signed number. */
function index(value: number): number[] {
	const low = value & 0x7f;
	if (value < 64) return [low];
	return [low | 0x80, ...index(value >> 7)];
}

const types = (count: number, ...entries: readonly Piece[]) => section(7, vector(count, ...entries));
const U8 = [0x7d];
/** A name in an import or export. */
const plain = (words: string) => cat([0], name(words));

/** An interface of so many functions, all of one type. */
function imported(type: Piece, functions: number): Uint8Array<ArrayBuffer> {
	const declarations = each(functions, (at) => cat([0x04], plain(`f${at}`), [0x01, 0]));
	return component(
		types(1, cat([0x42], leb(functions + 1), [0x01], type, declarations)),
		section(10, vector(1, plain("a:b/c"), [0x05, 0])),
	);
}

export const COMPONENTS: readonly Hostile[] = [
	{
		name: "10,000 functions of a type that is long to write",
		bytes: () => {
			const params = each(500, (at) => cat(name(`p${at}`), [0x73]));
			return imported(cat([0x40], leb(500), params, [0x01, 0x00]), 10_000);
		},
	},
	{
		name: "a type that doubles at each of 60 levels",
		bytes: () => {
			const doubled = each(60, (level) => cat([0x6f, 2], index(level), index(level)));
			const all = cat([0x6f, 2], U8, U8, doubled);
			return component(
				types(62, all, [0x40, 1], name("x"), index(60), [0x01, 0x00]),
				section(10, vector(1, plain("f"), [0x01, 61])),
			);
		},
	},
	{
		name: "a type nested 50,000 deep",
		bytes: () =>
			component(
				types(
					50_001,
					[0x70, 0x7d],
					each(50_000, (level) => cat([0x70], index(level))),
				),
			),
	},
	{
		name: "an interface that is declared 20,000 times",
		bytes: () =>
			component(
				types(1, [0x42, 0]),
				section(
					10,
					vector(
						20_000,
						each(20_000, (at) => cat(plain(`a:b/c${at}`), [0x05, 0])),
					),
				),
			),
	},
	{
		name: "instances of instances that double at each level",
		bytes: () => {
			const outer = (level: number) => section(6, cat([1, 0x04, 0x02, 1], leb(level)));
			const twice = section(5, [2, 0, 0, 0, 0, 0, 0]);
			return component(
				section(4, component()),
				each(24, (level) => section(4, component(outer(level), twice))),
				section(5, [1, 0, 24, 0]),
			);
		},
	},
	...[2, 3, 5, 6, 7, 8, 10, 11].map((id): Hostile => ({
		name: `2^32-1 definitions in a component's section ${id}`,
		bytes: () => component(section(id, HUGE)),
	})),
	{ name: "10,000 modules of no bytes", bytes: () => component(times(9_999, section(1))) },
	{
		name: "1,000 modules of 100 custom sections each",
		bytes: () => component(times(1000, section(1, cat(MODULE, times(100, custom("x")))))),
	},
	{ name: "a module in a component that is cut off", bytes: () => component(section(1, MODULE, [1, 0x7f])) },
	{
		name: "a component whose definitions cannot be followed",
		bytes: () =>
			component(section(10, vector(1, plain("wasi:cli/environment@0.2.0"), [0x05, 9])), section(1, MODULE)),
	},
	{
		name: "20,000 canonical definitions of nothing",
		bytes: () => component(section(8, vector(20_000, times(20_000, [0x00, 0x00, 0x00, 0x00, 0x00])))),
	},
	{
		name: "an alias out of each of 1,000 scopes",
		bytes: () =>
			component(
				section(
					6,
					vector(
						1000,
						each(1000, (at) => cat([0x03, 0x02], leb(at), [0])),
					),
				),
			),
	},
];

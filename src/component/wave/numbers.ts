import type { Reader } from "./reader.ts";

/** What WAVE calls a number: JSON's. */
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;

const BITS: ReadonlyMap<string, readonly [signed: boolean, bits: number]> = new Map([
	["u8", [false, 8]],
	["s8", [true, 8]],
	["u16", [false, 16]],
	["s16", [true, 16]],
	["u32", [false, 32]],
	["s32", [true, 32]],
	["u64", [false, 64]],
	["s64", [true, 64]],
]);

/** Digits of the longest number that is looked at: those of an f64 written out. */
const NUMBER_CHARACTERS_MAX = 800;
/** Of a number, in messages. */
const SHOWN_MAX = 24;

/** An integer of `kind`: a bigint for those of 64 bits, else a number. */
export function readInteger(reader: Reader, kind: string): number | bigint {
	const [signed, bits] = BITS.get(kind) ?? [false, 0];
	const start = reader.start();
	const text = reader.match(NUMBER);
	if (text === undefined || !/^-?[0-9]+$/.test(text) || (!signed && text.startsWith("-")))
		throw reader.problem(`a whole number of type ${kind} is wanted here, not ${reader.found(start)}`, start);
	const value = text.length > NUMBER_CHARACTERS_MAX ? 1n << 64n : BigInt(text);
	const least = signed ? -(1n << BigInt(bits - 1)) : 0n;
	const most = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
	if (value < least || value > most)
		throw reader.problem(
			`${kind} goes from ${least} to ${most}: '${text.slice(0, SHOWN_MAX)}' is beyond`,
			start,
		);
	return bits === 64 ? value : Number(value);
}

/** An f32 or f64. */
export function readFloat(reader: Reader, kind: string): number {
	const start = reader.start();
	const word = reader.match(/nan\b|-?inf\b/y);
	if (word !== undefined) return word === "nan" ? Number.NaN : word === "inf" ? Infinity : -Infinity;
	const text = reader.match(NUMBER);
	if (text === undefined || text.length > NUMBER_CHARACTERS_MAX)
		throw reader.problem(`a number of type ${kind} is wanted here, not ${reader.found(start)}`, start);
	return kind === "f32" ? Math.fround(Number(text)) : Number(text);
}

/** As WAVE writes it: the shortest text that is read back as the same. */
export function floatText(value: number, kind: string): string {
	if (Number.isNaN(value)) return "nan";
	if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
	if (Object.is(value, -0)) return "-0";
	return kind === "f32" ? shortestF32(value) : String(value);
}

function shortestF32(value: number): string {
	for (let digits = 1; digits < F32_DIGITS; digits += 1) {
		const short = Number(value.toPrecision(digits));
		if (Math.fround(short) === value) return String(short);
	}
	return String(Number(value.toPrecision(F32_DIGITS)));
}

/** So many decimal digits tell any two f32 apart. */
const F32_DIGITS = 9;

/** The instructions that a metered module has more. */
import { encodeUnsigned } from "./encode.ts";

/** A function that is added. Its type is as bytes. */
export interface Helper {
	readonly type: readonly number[];
	/** Undefined: asks the host. "rounds": charges for `ROUNDS` of loops. Otherwise passes on a length, and charges for it. */
	readonly charge: { readonly is64: boolean; readonly unit: Unit } | "rounds" | undefined;
}

/** What a length counts. */
export type Unit = "bytes" | "elements" | "pages";

const I32 = 0x7f;
const I64 = 0x7e;

const ASK: Helper = { type: [0x60, 0x00, 0x00], charge: undefined };
const CHARGE_ROUNDS: Helper = { type: [0x60, 0x00, 0x00], charge: "rounds" };

/**
 * A function counts the rounds of its loops in a local, and charges for so many at once: in a short loop a counter in memory
 * costs as much as the loop (a sieve: 60 % more time; in a local 10 %). So fewer than these may go free, each call. A
 * power of two.
 */
export const ROUNDS = 64;

function chargeOf(unit: Unit, is64: boolean): Helper {
	const type = is64 ? I64 : I32;
	return { type: [0x60, 0x01, type, 0x01, type], charge: { is64, unit } };
}

export const HELPERS: readonly Helper[] = [
	ASK,
	CHARGE_ROUNDS,
	...(["bytes", "elements", "pages"] as const).flatMap((unit) => [
		chargeOf(unit, false),
		chargeOf(unit, true),
	]),
];

export function chargeHelper(unit: Unit, is64: boolean): Helper {
	const wanted = HELPERS.find(
		({ charge }) => typeof charge === "object" && charge.unit === unit && charge.is64 === is64,
	);
	return wanted ?? ASK;
}

export function askHelper(): Helper {
	return ASK;
}

export function roundsHelper(): Helper {
	return CHARGE_ROUNDS;
}

/** Indices of what the instructions use. */
export interface Place {
	readonly counter: number;
	readonly id: number;
	readonly table: number;
	readonly hookType: number;
}

const Op = {
	UNREACHABLE: 0x00,
	IF: 0x04,
	END: 0x0b,
	CALL: 0x10,
	CALL_INDIRECT: 0x11,
	SELECT: 0x1b,
	LOCAL_GET: 0x20,
	LOCAL_SET: 0x21,
	LOCAL_TEE: 0x22,
	GLOBAL_GET: 0x23,
	GLOBAL_SET: 0x24,
	I32_CONST: 0x41,
	I64_CONST: 0x42,
	I32_EQZ: 0x45,
	I32_LT_S: 0x48,
	I64_LT_U: 0x54,
	I32_ADD: 0x6a,
	I32_SUB: 0x6b,
	I32_AND: 0x71,
	I64_SHL: 0x86,
	I64_SHR_U: 0x88,
	I32_WRAP: 0xa7,
	I64_EXTEND_U: 0xad,
	NO_RESULT: 0x40,
} as const;

/** Takes one tick, and asks where none is left. */
export function probeCode(counter: number, ask: number): number[] {
	return takeCode(encodeUnsigned(counter), [1], encodeUnsigned(ask));
}

function takeCode(counter: readonly number[], ticks: readonly number[], ask: readonly number[]): number[] {
	return [Op.GLOBAL_GET, ...counter, Op.I32_CONST, ...ticks, Op.I32_SUB, ...spend(counter, ask)];
}

/** As signed LEB128: below 64 in one byte. */
const ROUNDS_BUT_ONE = [ROUNDS - 1];

/** Counts a round in a local, and charges for each `ROUNDS`. */
export function roundCode(local: number, chargeRounds: number): number[] {
	const index = encodeUnsigned(local);
	return [
		[Op.LOCAL_GET, ...index, Op.I32_CONST, 1, Op.I32_ADD, Op.LOCAL_TEE, ...index],
		[Op.I32_CONST, ...ROUNDS_BUT_ONE, Op.I32_AND, Op.I32_EQZ],
		[Op.IF, Op.NO_RESULT],
		// a guest that catches what the hook throws is charged again in the very next round
		[Op.I32_CONST, ...ROUNDS_BUT_ONE, Op.LOCAL_SET, ...index],
		[Op.CALL, ...encodeUnsigned(chargeRounds)],
		[Op.I32_CONST, 0, Op.LOCAL_SET, ...index, Op.END],
	].flat();
}

/** Sets the counter to what is on the stack; asks where that is below zero. */
function spend(counter: readonly number[], ask: readonly number[]): number[] {
	return [
		[Op.GLOBAL_SET, ...counter, Op.GLOBAL_GET, ...counter, Op.I32_CONST, 0, Op.I32_LT_S],
		[Op.IF, Op.NO_RESULT, Op.CALL, ...ask, Op.END],
	].flat();
}

/** No operation charges more: its length is not one that can be. In ticks, as a power of two. */
const CHARGE_LOG2_MAX = 28;

/** A tick is so many of these, as a power of two: about what a machine does in a nanosecond. */
const TICK_LOG2: Readonly<Record<Unit, number>> = { bytes: 4, elements: 0, pages: -6 };

/** The body of a helper, its size left out. `firstHelper` is the index of the one that asks. */
export function helperBody({ charge }: Helper, place: Place, firstHelper: number): number[] {
	if (charge === undefined) return askBody(place);
	const counter = encodeUnsigned(place.counter);
	if (charge === "rounds")
		return [
			0,
			...takeCode(counter, signedPowerOfTwo(Math.log2(ROUNDS)), encodeUnsigned(firstHelper)),
			Op.END,
		];
	const { is64, unit } = charge;
	const shift = TICK_LOG2[unit];
	const most = [Op.I64_CONST, ...signedPowerOfTwo(CHARGE_LOG2_MAX + shift)];
	return [
		// one more local: the length as an i64
		[1, 1, I64],
		[Op.LOCAL_GET, 0, ...(is64 ? [] : [Op.I64_EXTEND_U]), Op.LOCAL_SET, 1],
		[Op.GLOBAL_GET, ...counter],
		[Op.LOCAL_GET, 1, ...most, Op.LOCAL_GET, 1, ...most, Op.I64_LT_U, Op.SELECT],
		[Op.I64_CONST, Math.abs(shift), shift < 0 ? Op.I64_SHL : Op.I64_SHR_U],
		[Op.I32_WRAP, Op.I32_SUB, ...spend(counter, encodeUnsigned(firstHelper))],
		[Op.LOCAL_GET, 0, Op.END],
	].flat();
}

/** Calls the hook; where it left nothing to go on with, ends in a trap. */
function askBody({ counter, id, table, hookType }: Place): number[] {
	return [
		[0, Op.GLOBAL_GET, ...encodeUnsigned(id), Op.I32_CONST, 0],
		[Op.CALL_INDIRECT, ...encodeUnsigned(hookType), ...encodeUnsigned(table)],
		[Op.GLOBAL_GET, ...encodeUnsigned(counter), Op.I32_CONST, 0, Op.I32_LT_S],
		[Op.IF, Op.NO_RESULT, Op.UNREACHABLE, Op.END, Op.END],
	].flat();
}

/** 2^exponent as signed LEB128. */
function signedPowerOfTwo(exponent: number): number[] {
	const bytes: number[] = Array.from({ length: Math.floor(exponent / 7) }, () => 0x80);
	const last = 1 << (exponent % 7);
	return last === 0x40 ? [...bytes, 0xc0, 0x00] : [...bytes, last];
}

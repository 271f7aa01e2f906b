import type { ValueType } from "../types.ts";

/** How values of component types are in JavaScript (wasi/host-interface.ts), where WAVE has to know. */

type Option = Extract<ValueType, { kind: "option" }>;

/** An option is `undefined` or its value, unless its value could be `undefined` itself: then it is `{tag, val}`. */
export function isPlain(option: Option): boolean {
	return !(option.some.kind === "option" && isPlain(option.some));
}

export interface Tagged {
	readonly tag: string;
	readonly val?: unknown;
}

/** Lists of numbers are typed arrays. */
export function listOf(element: ValueType, values: readonly unknown[]): unknown {
	switch (element.kind) {
		case "u8":
			return Uint8Array.from(values as number[]);
		case "s8":
			return Int8Array.from(values as number[]);
		case "u16":
			return Uint16Array.from(values as number[]);
		case "s16":
			return Int16Array.from(values as number[]);
		case "u32":
			return Uint32Array.from(values as number[]);
		case "s32":
			return Int32Array.from(values as number[]);
		case "u64":
			return BigUint64Array.from(values as bigint[]);
		case "s64":
			return BigInt64Array.from(values as bigint[]);
		case "f32":
			return Float32Array.from(values as number[]);
		case "f64":
			return Float64Array.from(values as number[]);
		default:
			return values;
	}
}

/** WAVE's own words: a case of such a name is written with a '%' before it. */
export const KEYWORDS: ReadonlySet<string> = new Set([
	"true",
	"false",
	"inf",
	"nan",
	"some",
	"none",
	"ok",
	"err",
]);

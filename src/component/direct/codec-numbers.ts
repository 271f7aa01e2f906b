import type { Primitive } from "../../wasm/component/definitions.ts";
import type { Codec, Flat } from "./codec.ts";
import type { Context } from "./context.ts";
import { trap } from "./trap.ts";
import { bigintOf, numberOf, stringOf } from "./values.ts";

/** A type that is one core value: how that is taken for it, and made of it. */
interface Scalar {
	readonly size_bytes: number;
	readonly flat: Flat;
	readonly get: (view: DataView, at: number) => unknown;
	readonly set: (view: DataView, at: number, value: unknown) => void;
	/** From a core value: i32 come signed. */
	readonly lift: (core: unknown) => unknown;
	readonly lower: (value: unknown) => unknown;
}

const SCALARS: Readonly<Record<Exclude<Primitive, "string" | "error-context">, Scalar>> = {
	bool: {
		size_bytes: 1,
		flat: "i32",
		get: (view, at) => view.getUint8(at) !== 0,
		set: (view, at, value) => view.setUint8(at, truth(value)),
		lift: (core) => core !== 0,
		lower: truth,
	},
	s8: {
		size_bytes: 1,
		flat: "i32",
		get: (view, at) => view.getInt8(at),
		set: (view, at, value) => view.setInt8(at, numberOf(value)),
		lift: (core) => (numberOf(core) << 24) >> 24,
		lower: (value) => (numberOf(value) << 24) >> 24,
	},
	u8: {
		size_bytes: 1,
		flat: "i32",
		get: (view, at) => view.getUint8(at),
		set: (view, at, value) => view.setUint8(at, numberOf(value)),
		lift: (core) => numberOf(core) & 0xff,
		lower: (value) => numberOf(value) & 0xff,
	},
	s16: {
		size_bytes: 2,
		flat: "i32",
		get: (view, at) => view.getInt16(at, true),
		set: (view, at, value) => view.setInt16(at, numberOf(value), true),
		lift: (core) => (numberOf(core) << 16) >> 16,
		lower: (value) => (numberOf(value) << 16) >> 16,
	},
	u16: {
		size_bytes: 2,
		flat: "i32",
		get: (view, at) => view.getUint16(at, true),
		set: (view, at, value) => view.setUint16(at, numberOf(value), true),
		lift: (core) => numberOf(core) & 0xffff,
		lower: (value) => numberOf(value) & 0xffff,
	},
	s32: {
		size_bytes: 4,
		flat: "i32",
		get: (view, at) => view.getInt32(at, true),
		set: (view, at, value) => view.setInt32(at, numberOf(value), true),
		lift: (core) => numberOf(core) | 0,
		lower: (value) => numberOf(value) | 0,
	},
	u32: {
		size_bytes: 4,
		flat: "i32",
		get: (view, at) => view.getUint32(at, true),
		set: (view, at, value) => view.setUint32(at, numberOf(value), true),
		lift: (core) => numberOf(core) >>> 0,
		lower: (value) => numberOf(value) | 0,
	},
	s64: {
		size_bytes: 8,
		flat: "i64",
		get: (view, at) => view.getBigInt64(at, true),
		set: (view, at, value) => view.setBigInt64(at, bigintOf(value), true),
		lift: (core) => BigInt.asIntN(64, bigintOf(core)),
		lower: bigintOf,
	},
	u64: {
		size_bytes: 8,
		flat: "i64",
		get: (view, at) => view.getBigUint64(at, true),
		set: (view, at, value) => view.setBigUint64(at, bigintOf(value), true),
		lift: (core) => BigInt.asUintN(64, bigintOf(core)),
		lower: bigintOf,
	},
	f32: {
		size_bytes: 4,
		flat: "f32",
		get: (view, at) => view.getFloat32(at, true),
		set: (view, at, value) => view.setFloat32(at, numberOf(value), true),
		lift: numberOf,
		lower: numberOf,
	},
	f64: {
		size_bytes: 8,
		flat: "f64",
		get: (view, at) => view.getFloat64(at, true),
		set: (view, at, value) => view.setFloat64(at, numberOf(value), true),
		lift: numberOf,
		lower: numberOf,
	},
	char: {
		size_bytes: 4,
		flat: "i32",
		get: (view, at) => characterOf(view.getUint32(at, true)),
		set: (view, at, value) => view.setUint32(at, codePointOf(value), true),
		lift: (core) => characterOf(numberOf(core) >>> 0),
		lower: codePointOf,
	},
};

function truth(value: unknown): number {
	return value === true || (value !== false && Boolean(value)) ? 1 : 0;
}

function characterOf(codePoint: number): string {
	if (codePoint >= 0x110000 || (codePoint >= 0xd800 && codePoint <= 0xdfff))
		throw trap(`0x${codePoint.toString(16)} is no character`);
	return String.fromCodePoint(codePoint);
}

function codePointOf(value: unknown): number {
	const codePoint = stringOf(value).codePointAt(0);
	if (codePoint === undefined || (codePoint >= 0xd800 && codePoint <= 0xdfff))
		throw new TypeError("a character was wanted, not half of one or none");
	return codePoint;
}

/** Numbers, characters and truth values. */
export function scalarCodec(kind: keyof typeof SCALARS): Codec {
	const { size_bytes, flat, get, set, lift, lower } = SCALARS[kind];
	return {
		size_bytes,
		align: size_bytes,
		flat: [flat],
		load: (context: Context, at) => get(context.view, at),
		store: (context, value, at) => {
			set(context.view, at, value);
		},
		lift: (_, core, at) => lift(core[at]),
		lower: (_, value, core) => {
			core.push(lower(value));
		},
	};
}

import { alignTo, type Codec, type Flat, FLAT_MAX } from "./codec.ts";
import { readUnsigned, writeUnsigned } from "./codec-records.ts";
import type { Context } from "./context.ts";
import { trap } from "./trap.ts";
import { bigintOf, fieldsOf, numberOf, stringOf } from "./values.ts";

/** How a kind of variant looks in JavaScript: which case a value is of, what that carries, and back. */
export interface Shape {
	readonly caseOf: (value: unknown) => number;
	readonly payloadOf: (value: unknown) => unknown;
	readonly make: (index: number, payload: unknown) => unknown;
}

/** `{ tag, val }` */
export function taggedShape(names: readonly string[]): Shape {
	const indices = new Map(names.map((name, index) => [name, index]));
	return {
		caseOf: (value) => indexOf(indices, fieldsOf(value)["tag"]),
		payloadOf: (value) => fieldsOf(value)["val"],
		make: (index, val) => ({ tag: names[index], val }),
	};
}

/** The case's name alone. */
export function enumShape(names: readonly string[]): Shape {
	const indices = new Map(names.map((name, index) => [name, index]));
	return {
		caseOf: (value) => indexOf(indices, value),
		payloadOf: () => undefined,
		make: (index) => names[index],
	};
}

/** Undefined, or the value: for what is never undefined itself. */
export const OPTION_SHAPE: Shape = {
	caseOf: (value) => (value === undefined || value === null ? 0 : 1),
	payloadOf: (value) => value,
	make: (index, payload) => (index === 0 ? undefined : payload),
};

/** Options of options are tagged, and may be left out. */
export function nestedOptionShape(): Shape {
	const tagged = taggedShape(["none", "some"]);
	return { ...tagged, caseOf: (value) => (value === undefined || value === null ? 0 : tagged.caseOf(value)) };
}

function indexOf(indices: ReadonlyMap<string, number>, name: unknown): number {
	const index = indices.get(stringOf(name));
	if (index === undefined) throw new TypeError(`there is no case '${stringOf(name)}'`);
	return index;
}

/** A case with a payload, and how that fits the core values that all cases share. */
interface Case {
	readonly codec: Codec;
	/** Undefined: its core values are of the shared types. */
	readonly fit: readonly Fit[] | undefined;
}

/** A core value of a case in the place of one that all cases share. */
interface Fit {
	readonly narrow: (shared: unknown) => unknown;
	readonly widen: (own: unknown) => unknown;
}

/** Variants, enums, options and results: a case's number and what it carries. */
export function variantCodec(payloads: readonly (Codec | undefined)[], shape: Shape): Codec {
	const count = payloads.length;
	const discriminant_bytes = count <= 0x100 ? 1 : count <= 0x1_0000 ? 2 : 4;
	const payloadAlign = Math.max(1, ...payloads.map((codec) => codec?.align ?? 1));
	const payloadSize_bytes = Math.max(0, ...payloads.map((codec) => codec?.size_bytes ?? 0));
	const align = Math.max(discriminant_bytes, payloadAlign);
	const offset_bytes = alignTo(discriminant_bytes, payloadAlign);
	const shared = joinFlat(payloads);
	const cases = payloads.map((codec) => (codec === undefined ? undefined : fitted(codec, shared)));
	const check = (index: number): number => {
		if (index >= count) throw trap(`case ${index} of ${count}`);
		return index;
	};
	return {
		size_bytes: alignTo(offset_bytes + payloadSize_bytes, align),
		align,
		flat: ["i32" as const, ...shared].slice(0, FLAT_MAX + 1),
		load: (context, at) => {
			const index = check(readUnsigned(context, at, discriminant_bytes));
			return shape.make(index, cases[index]?.codec.load(context, at + offset_bytes));
		},
		store: (context, value, at) => {
			const index = shape.caseOf(value);
			writeUnsigned(context, at, discriminant_bytes, index);
			cases[index]?.codec.store(context, shape.payloadOf(value), at + offset_bytes);
		},
		lift: (context, core, at) => {
			const index = check(numberOf(core[at]) >>> 0);
			return shape.make(index, liftPayload(context, cases[index], core, at + 1));
		},
		lower: (context, value, core) => {
			const index = shape.caseOf(value);
			const end = core.push(index) + shared.length;
			lowerPayload(context, cases[index], shape.payloadOf(value), core);
			while (core.length < end) core.push(zeroOf(shared[shared.length - (end - core.length)]));
		},
	};
}

function liftPayload(context: Context, one: Case | undefined, core: readonly unknown[], at: number): unknown {
	if (one === undefined) return undefined;
	const { codec, fit } = one;
	if (fit === undefined) return codec.lift(context, core, at);
	return codec.lift(
		context,
		fit.map(({ narrow }, index) => narrow(core[at + index])),
		0,
	);
}

function lowerPayload(context: Context, one: Case | undefined, payload: unknown, core: unknown[]): void {
	if (one === undefined) return;
	const start = core.length;
	one.codec.lower(context, payload, core);
	one.fit?.forEach(({ widen }, index) => {
		core[start + index] = widen(core[start + index]);
	});
}

function zeroOf(flat: Flat | undefined): unknown {
	return flat === "i64" ? 0n : 0;
}

/** The core types that hold the core values of each case. */
function joinFlat(payloads: readonly (Codec | undefined)[]): readonly Flat[] {
	const joined: Flat[] = [];
	for (const codec of payloads)
		codec?.flat.forEach((own, index) => {
			const before = joined[index];
			joined[index] = before === undefined || before === own ? own : wider(before, own);
		});
	return joined;
}

function wider(one: Flat, other: Flat): Flat {
	const isShort = (flat: Flat) => flat === "i32" || flat === "f32";
	return isShort(one) && isShort(other) ? "i32" : "i64";
}

function fitted(codec: Codec, shared: readonly Flat[]): Case {
	const isFit = codec.flat.every((own, index) => own === shared[index]);
	return {
		codec,
		fit: isFit ? undefined : codec.flat.map((own, index) => FITS[`${own} in ${shared[index]}`] ?? SAME),
	};
}

const SAME: Fit = { narrow: (shared) => shared, widen: (own) => own };

const scratch = new DataView(new ArrayBuffer(8));

/** By own and shared type. */
const FITS: Readonly<Record<string, Fit>> = {
	"f32 in i32": { narrow: floatOf, widen: bitsOf },
	"i32 in i64": {
		narrow: (shared) => Number(BigInt.asIntN(32, bigintOf(shared))),
		widen: (own) => BigInt(numberOf(own) >>> 0),
	},
	"f32 in i64": {
		narrow: (shared) => floatOf(Number(BigInt.asIntN(32, bigintOf(shared)))),
		widen: (own) => BigInt(bitsOf(own) >>> 0),
	},
	"f64 in i64": {
		narrow: (shared) => {
			scratch.setBigInt64(0, bigintOf(shared));
			return scratch.getFloat64(0);
		},
		widen: (own) => {
			scratch.setFloat64(0, numberOf(own));
			return scratch.getBigInt64(0);
		},
	},
};

function floatOf(bits: unknown): number {
	scratch.setInt32(0, numberOf(bits));
	return scratch.getFloat32(0);
}

function bitsOf(float: unknown): number {
	scratch.setFloat32(0, numberOf(float));
	return scratch.getInt32(0);
}

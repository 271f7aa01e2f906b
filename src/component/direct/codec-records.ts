import { alignTo, type Codec, type Flat, FLAT_MAX } from "./codec.ts";
import type { Context } from "./context.ts";
import { fieldsOf, listOf, numberOf } from "./values.ts";

/** A part of a record or tuple: where it lies, in memory and among core values. */
interface Part {
	readonly key: string;
	readonly codec: Codec;
	readonly offset_bytes: number;
	readonly flatOffset: number;
}

interface Layout {
	readonly parts: readonly Part[];
	readonly size_bytes: number;
	readonly align: number;
	readonly flat: readonly Flat[];
}

/** Objects with a property for each field. */
export function recordCodec(fields: readonly { readonly key: string; readonly codec: Codec }[]): Codec {
	const { parts, size_bytes, align, flat } = layOut(fields);
	return {
		size_bytes,
		align,
		flat,
		load: (context, at) => {
			const record: Record<string, unknown> = {};
			for (const { key, codec, offset_bytes } of parts) record[key] = codec.load(context, at + offset_bytes);
			return record;
		},
		store: (context, value, at) => {
			const record = fieldsOf(value);
			for (const { key, codec, offset_bytes } of parts) codec.store(context, record[key], at + offset_bytes);
		},
		lift: (context, core, at) => {
			const record: Record<string, unknown> = {};
			for (const { key, codec, flatOffset } of parts)
				record[key] = codec.lift(context, core, at + flatOffset);
			return record;
		},
		lower: (context, value, core) => {
			const record = fieldsOf(value);
			for (const { key, codec } of parts) codec.lower(context, record[key], core);
		},
	};
}

/** Arrays of a fixed length; a function's parameters are one too. */
export function tupleCodec(items: readonly Codec[]): Codec {
	const { parts, size_bytes, align, flat } = layOut(items.map((codec) => ({ key: "", codec })));
	return {
		size_bytes,
		align,
		flat,
		load: (context, at) => {
			const tuple: unknown[] = [];
			for (const { codec, offset_bytes } of parts) tuple.push(codec.load(context, at + offset_bytes));
			return tuple;
		},
		store: (context, value, at) => {
			const tuple = itemsOf(value, parts.length);
			for (let index = 0; index < parts.length; index++) {
				const part = parts[index];
				part?.codec.store(context, tuple[index], at + part.offset_bytes);
			}
		},
		lift: (context, core, at) => {
			const tuple: unknown[] = [];
			for (const { codec, flatOffset } of parts) tuple.push(codec.lift(context, core, at + flatOffset));
			return tuple;
		},
		lower: (context, value, core) => {
			const tuple = itemsOf(value, parts.length);
			for (let index = 0; index < parts.length; index++)
				parts[index]?.codec.lower(context, tuple[index], core);
		},
	};
}

function itemsOf(value: unknown, length: number): ArrayLike<unknown> {
	const items = listOf(value);
	if (items.length === length) return items;
	throw new TypeError(`${length} values were wanted, not ${items.length}`);
}

function layOut(items: readonly { readonly key: string; readonly codec: Codec }[]): Layout {
	const parts: Part[] = [];
	const flat: Flat[] = [];
	let size_bytes = 0;
	let align = 1;
	for (const { key, codec } of items) {
		size_bytes = alignTo(size_bytes, codec.align);
		parts.push({ key, codec, offset_bytes: size_bytes, flatOffset: flat.length });
		size_bytes += codec.size_bytes;
		align = Math.max(align, codec.align);
		flat.push(...codec.flat.slice(0, FLAT_MAX + 1 - flat.length));
	}
	return { parts, size_bytes: alignTo(size_bytes, align), align, flat };
}

/** Objects of truth values, packed into one number. Bits that have no name are passed over. */
export function flagsCodec(keys: readonly string[]): Codec {
	const size_bytes = keys.length <= 8 ? 1 : keys.length <= 16 ? 2 : 4;
	const unpack = (bits: number): Record<string, boolean> => {
		const flags: Record<string, boolean> = {};
		for (let bit = 0; bit < keys.length; bit++) flags[keys[bit] ?? ""] = ((bits >>> bit) & 1) === 1;
		return flags;
	};
	const pack = (value: unknown): number => {
		const flags = fieldsOf(value);
		let bits = 0;
		for (let bit = 0; bit < keys.length; bit++) if (flags[keys[bit] ?? ""] === true) bits |= 1 << bit;
		return bits;
	};
	return {
		size_bytes,
		align: size_bytes,
		flat: ["i32"],
		load: (context, at) => unpack(readUnsigned(context, at, size_bytes)),
		store: (context, value, at) => {
			writeUnsigned(context, at, size_bytes, pack(value));
		},
		lift: (_, core, at) => unpack(numberOf(core[at])),
		lower: (_, value, core) => {
			core.push(pack(value) | 0);
		},
	};
}

/** One, two or four bytes. */
export function readUnsigned({ view }: Context, at: number, size_bytes: number): number {
	if (size_bytes === 1) return view.getUint8(at);
	return size_bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
}

export function writeUnsigned({ view }: Context, at: number, size_bytes: number, value: number): void {
	if (size_bytes === 1) view.setUint8(at, value);
	else if (size_bytes === 2) view.setUint16(at, value, true);
	else view.setUint32(at, value, true);
}

import type { ValueType } from "../types.ts";
import type { Codec } from "./codec.ts";
import type { Context } from "./context.ts";
import { costOf } from "./cost.ts";
import { trap } from "./trap.ts";
import { listOf, numberOf } from "./values.ts";

/** The specification's limit. */
const LIST_BYTES_MAX = 2 ** 28 - 1;

/** What a list, and an element of an array, costs the host at least. */
const ELEMENT_BYTES = 64;

type Numbers =
	| Uint8Array
	| Int8Array
	| Uint16Array
	| Int16Array
	| Uint32Array
	| Int32Array
	| BigUint64Array
	| BigInt64Array
	| Float32Array
	| Float64Array;

/** Lists of numbers are typed arrays: a copy of the guest's bytes. */
const TYPED: Readonly<Record<string, new (buffer: ArrayBuffer) => Numbers>> = {
	u8: Uint8Array,
	s8: Int8Array,
	u16: Uint16Array,
	s16: Int16Array,
	u32: Uint32Array,
	s32: Int32Array,
	u64: BigUint64Array,
	s64: BigInt64Array,
	f32: Float32Array,
	f64: Float64Array,
};

/** How the elements of a list are taken and put; the place is checked. */
interface Elements {
	readonly read: (context: Context, at: number, length: number) => unknown;
	readonly write: (context: Context, list: ArrayLike<unknown>, at: number) => void;
	/** What each costs the host when it is lifted. */
	readonly cost_bytes: number;
}

export function listCodec(elementType: ValueType, element: Codec): Codec {
	const { read, write, cost_bytes } = elementsOf(elementType, element);
	const { size_bytes, align } = element;
	const lift = (context: Context, at: number, length: number): unknown => {
		if (length * size_bytes > LIST_BYTES_MAX) throw trap(`a list of ${length} elements`);
		context.demand(at, length * size_bytes, align);
		context.state.spend(length * cost_bytes + ELEMENT_BYTES);
		return read(context, at, length);
	};
	const lower = (context: Context, list: ArrayLike<unknown>): number => {
		const total_bytes = list.length * size_bytes;
		if (total_bytes > LIST_BYTES_MAX) throw new RangeError(`a list of ${list.length} cannot be passed`);
		const at = context.allocate(total_bytes, align);
		write(context, list, at);
		return at;
	};
	return {
		size_bytes: 8,
		align: 4,
		flat: ["i32", "i32"],
		load: (context, at) => {
			const { view } = context;
			return lift(context, view.getUint32(at, true), view.getUint32(at + 4, true));
		},
		store: (context, value, at) => {
			const list = listOf(value);
			const place = lower(context, list);
			const { view } = context;
			view.setUint32(at, place, true);
			view.setUint32(at + 4, list.length, true);
		},
		lift: (context, flat, at) => lift(context, numberOf(flat[at]) >>> 0, numberOf(flat[at + 1]) >>> 0),
		lower: (context, value, flat) => {
			const list = listOf(value);
			flat.push(lower(context, list) | 0, list.length | 0);
		},
	};
}

function elementsOf(type: ValueType, element: Codec): Elements {
	const Typed = TYPED[type.kind];
	return Typed === undefined ? boxed(element, ELEMENT_BYTES + costOf(type)) : typed(Typed, element);
}

function typed(Typed: new (buffer: ArrayBuffer) => Numbers, element: Codec): Elements {
	const { size_bytes } = element;
	const { write } = boxed(element, 0);
	return {
		cost_bytes: size_bytes,
		read: ({ bytes }, at, length) => new Typed(bytes.buffer.slice(at, at + length * size_bytes)),
		write: (context, list, at) => {
			// the very bytes, where they are of this type
			if (list instanceof Typed)
				context.bytes.set(new Uint8Array(list.buffer, list.byteOffset, list.byteLength), at);
			else write(context, list, at);
		},
	};
}

function boxed({ size_bytes, load, store }: Codec, cost_bytes: number): Elements {
	return {
		cost_bytes,
		read: (context, at, length) => {
			const list: unknown[] = [];
			for (let index = 0; index < length; index++) list.push(load(context, at + index * size_bytes));
			return list;
		},
		write: (context, list, at) => {
			for (let index = 0; index < list.length; index++) store(context, list[index], at + index * size_bytes);
		},
	};
}

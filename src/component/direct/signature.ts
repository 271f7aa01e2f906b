import { partsOf } from "../elaborate-types.ts";
import type { FunctionType, ValueType } from "../types.ts";
import { type Codec, FLAT_MAX } from "./codec.ts";
import type { Codecs } from "./codecs.ts";
import type { Context } from "./context.ts";
import { costOf } from "./cost.ts";
import { numberOf } from "./values.ts";

/** How a function's parameters and result are passed, from either side (CanonicalABI.md, `flatten_functype`). */
export interface Signature {
	/** All of them, as one tuple. */
	readonly params: Codec;
	/** They are too many for core values: one address is passed instead. */
	readonly paramsInMemory: boolean;
	readonly result: Codec | undefined;
	/** What lifting them from memory costs the host, beside what lists and strings hold. */
	readonly params_bytes: number;
	readonly result_bytes: number;
	/** A caller passes the address where it is to be put; a callee answers with the address where it is. */
	readonly resultInMemory: boolean;
	/** Its result is a `result`: returned or thrown in JavaScript. */
	readonly throws: boolean;
	readonly lends: boolean;
}

/** @throws Unsupported, Fault COMPONENT_INVALID */
export function signatureOf(type: FunctionType, codecs: Codecs): Signature {
	const params = codecs.tuple(type.params.map((param) => param.type));
	const result = type.result === undefined ? undefined : codecs.of(type.result);
	return {
		params,
		paramsInMemory: params.flat.length > FLAT_MAX,
		result,
		params_bytes: costOf({ kind: "tuple", items: type.params.map((param) => param.type) }),
		result_bytes: type.result === undefined ? 0 : costOf(type.result),
		resultInMemory: result !== undefined && result.flat.length > 1,
		throws: type.result?.kind === "result",
		lends: type.params.some((param) => hasBorrow(param.type, new Set())),
	};
}

function hasBorrow(type: ValueType, seen: Set<ValueType>): boolean {
	if (seen.has(type)) return false;
	seen.add(type);
	return type.kind === "borrow" || partsOf(type).some((part) => hasBorrow(part, seen));
}

/** What a guest passes to a function that it imports. */
export function liftParams(
	{ params, paramsInMemory, params_bytes }: Signature,
	context: Context,
	flat: readonly unknown[],
): unknown[] {
	if (!paramsInMemory) return params.lift(context, flat, 0) as unknown[];
	context.state.spend(params_bytes);
	return loadAt(params, context, flat[0]) as unknown[];
}

/** What a guest's export is passed: core values. */
export function lowerParams(
	{ params, paramsInMemory }: Signature,
	context: Context,
	values: readonly unknown[],
): unknown[] {
	const flat: unknown[] = [];
	if (!paramsInMemory) {
		params.lower(context, values, flat);
		return flat;
	}
	const at = context.allocate(params.size_bytes, params.align);
	params.store(context, values, at);
	flat.push(at | 0);
	return flat;
}

/** What a guest's export answered. */
export function liftResult(
	{ result, resultInMemory, result_bytes }: Signature,
	context: Context,
	core: unknown,
): unknown {
	if (result === undefined) return undefined;
	if (!resultInMemory) return result.lift(context, [core], 0);
	context.state.spend(result_bytes);
	return loadAt(result, context, core);
}

/** What a function that a guest imports answers: its core value, unless it is put into memory. `flat` is what the guest passed. */
export function lowerResult(
	{ params, paramsInMemory, result, resultInMemory }: Signature,
	context: Context,
	value: unknown,
	flat: readonly unknown[],
): unknown {
	if (result === undefined) return undefined;
	if (!resultInMemory) {
		const lowered: unknown[] = [];
		result.lower(context, value, lowered);
		return lowered[0];
	}
	const at = numberOf(flat[paramsInMemory ? 1 : params.flat.length]) >>> 0;
	context.demand(at, result.size_bytes, result.align);
	result.store(context, value, at);
	return undefined;
}

function loadAt(codec: Codec, context: Context, address: unknown): unknown {
	const at = numberOf(address) >>> 0;
	context.demand(at, codec.size_bytes, codec.align);
	return codec.load(context, at);
}

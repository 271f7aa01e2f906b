import { Fault } from "../../base/fault.ts";
import { ComponentError } from "../../wasi/host-interface.ts";
import type { Resource } from "../entities.ts";
import type { Context, State } from "./context.ts";
import { callHost, type HostFunction } from "./host-function.ts";
import { liftParams, lowerResult, type Signature } from "./signature.ts";
import { numberOf } from "./values.ts";

/** A core function, as a core module imports it. */
export type CoreFunction = (...flat: unknown[]) => unknown;

/** `canon lower` of a function of the host's (CanonicalABI.md, `canon_lower`). Only one that `mayWait` may answer with a promise. */
export function lowerHost(
	signature: Signature,
	context: Context,
	host: HostFunction,
	mayWait: boolean,
): CoreFunction {
	const { state } = context;
	return (...flat) => {
		try {
			state.leave();
			const lent = state.lent;
			const values = liftParams(signature, context, flat);
			const answer = answered(signature, host, values);
			if (answer instanceof Promise && !mayWait) throw cannotWait(answer);
			if (answer instanceof Promise) return answeredLater(answer, signature, context, flat, lent);
			if (signature.lends) state.endLends(lent);
			return lowerResult(signature, context, answer, flat);
		} catch (error) {
			throw failed(state, error);
		}
	};
}

/** The core module would take the promise for a number. */
function cannotWait(answer: Promise<unknown>): Fault {
	// nobody hears how it ends
	answer.catch(() => {});
	return new Fault("BUG", "cannot wait for a function of the host's that was to answer at once");
}

/** A component value: `result`s as `{ tag, val }`. */
function answered({ throws }: Signature, host: HostFunction, values: unknown[]): unknown {
	if (!throws) return callHost(host, values);
	try {
		const val = callHost(host, values);
		return val instanceof Promise ? val : { tag: "ok", val };
	} catch (error) {
		return errorOf(error);
	}
}

function errorOf(error: unknown): unknown {
	if (error instanceof ComponentError) return { tag: "err", val: error.payload };
	throw error;
}

async function answeredLater(
	answer: Promise<unknown>,
	signature: Signature,
	context: Context,
	flat: readonly unknown[],
	lent: number,
): Promise<unknown> {
	const { state } = context;
	try {
		const value = await (signature.throws ? answer.then((val) => ({ tag: "ok", val }), errorOf) : answer);
		state.leave();
		state.endLends(lent);
		return lowerResult(signature, context, value, flat);
	} catch (error) {
		throw failed(state, error);
	}
}

/** `canon lower` of a function that another component instance exports: `call` gives a component value. */
export function lowerGuest(
	signature: Signature,
	context: Context,
	call: (values: readonly unknown[]) => unknown,
): CoreFunction {
	const { state } = context;
	return (...flat) => {
		try {
			state.leave();
			const lent = state.lent;
			const finish = (value: unknown): unknown => {
				state.endLends(lent);
				return lowerResult(signature, context, value, flat);
			};
			const value = call(liftParams(signature, context, flat));
			return value instanceof Promise ? value.then(finish) : finish(value);
		} catch (error) {
			throw failed(state, error);
		}
	};
}

/** `canon resource.new`, `resource.rep`: for the component instance that defines the resource. */
export function resourceNew(state: State, resource: Resource): CoreFunction {
	return (rep) => {
		state.leave();
		return state.handles.add(resource, numberOf(rep));
	};
}

export function resourceRep(state: State, resource: Resource): CoreFunction {
	return (index) => state.handles.get(numberOf(index) >>> 0, resource).rep;
}

/** `canon resource.drop` */
export function resourceDrop(state: State, resource: Resource, destroy: (rep: number) => void): CoreFunction {
	return (index) => {
		try {
			state.leave();
			const { rep, lentFor } = state.handles.remove(numberOf(index) >>> 0, resource);
			if (lentFor !== undefined) lentFor.borrows--;
			else if (resource.definedBy === undefined) disposeOf(rep);
			else destroy(numberOf(rep));
		} catch (error) {
			throw failed(state, error);
		}
	};
}

/** Tells a host's resource that nobody holds it any more. */
export function disposeOf(object: unknown): void {
	const dispose = (object as Partial<Disposable>)[Symbol.dispose];
	dispose?.call(object);
}

/** Nothing may run any more: the error itself, noted. */
export function failed({ whole }: State, error: unknown): unknown {
	whole.failure ??= { error };
	return error;
}

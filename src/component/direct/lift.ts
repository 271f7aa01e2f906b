import type { Context, State } from "./context.ts";
import { type CoreFunction, failed } from "./lower.ts";
import { liftResult, lowerParams, type Signature } from "./signature.ts";
import { trap } from "./trap.ts";

/** An export of one component instance, ready to be called. */
export interface Lifted {
	readonly signature: Signature;
	readonly context: Context;
	readonly core: CoreFunction;
	/** `core` answers with a promise. */
	readonly promising: boolean;
	readonly postReturn: CoreFunction | undefined;
}

/**
 * Calls it with component values, and gives one (CanonicalABI.md, `canon_lift`). `enters` are the component
 * instances that the call comes into: none of them may be in a call already.
 */
export function callLifted(lifted: Lifted, values: readonly unknown[], enters: readonly State[]): unknown {
	const { context, signature, core } = lifted;
	const { state } = context;
	enter(state, enters);
	const outer = state.task;
	state.task = signature.lends ? { borrows: 0 } : undefined;
	try {
		const flat = lowerParams(signature, context, values);
		const answer = core(...flat);
		if (lifted.promising && answer instanceof Promise) return finishLater(lifted, answer, enters, outer);
		return finish(lifted, answer, enters, outer);
	} catch (error) {
		throw failed(state, error);
	}
}

async function finishLater(
	lifted: Lifted,
	answer: Promise<unknown>,
	enters: readonly State[],
	outer: State["task"],
): Promise<unknown> {
	try {
		return finish(lifted, await answer, enters, outer);
	} catch (error) {
		throw failed(lifted.context.state, error);
	}
}

function finish(lifted: Lifted, core: unknown, enters: readonly State[], outer: State["task"]): unknown {
	const { signature, context, postReturn } = lifted;
	const { state } = context;
	// a guest that caught what the host threw through it has failed all the same
	if (state.whole.failure !== undefined) throw state.whole.failure.error;
	state.refill();
	const value = liftResult(signature, context, core);
	if (state.task !== undefined && state.task.borrows > 0) throw trap("a borrowed handle was not dropped");
	state.task = outer;
	if (postReturn !== undefined) afterReturn(state, postReturn, core);
	for (const entered of enters) entered.mayEnter = true;
	return value;
}

function afterReturn(state: State, postReturn: CoreFunction, core: unknown): void {
	state.mayLeave = false;
	if (core === undefined) postReturn();
	else postReturn(core);
	state.mayLeave = true;
}

/** Marks them as being in a call, unless one is already. */
export function enter(state: State, enters: readonly State[]): void {
	const { failure } = state.whole;
	if (failure !== undefined) throw failure.error;
	if (enters.some((entered) => !entered.mayEnter))
		throw failed(state, trap("a call into an instance that is in a call"));
	for (const entered of enters) entered.mayEnter = false;
}

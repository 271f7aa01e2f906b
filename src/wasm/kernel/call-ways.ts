import { type Kernel, startKernel } from "./kernel.ts";
import type { CodeWalk } from "./walk-code.ts";

/** Calls of a module, and what may be called through its tables. */
export interface Calls extends Pick<CodeWalk, "callees" | "calleesAt" | "indirect" | "indirectAt"> {
	readonly functions: number;
	readonly importedFunctions: number;
	/** By type index: a number below `shapeCount`. Types of one shape may stand for each other in a call. */
	readonly shapes: Int32Array;
	readonly shapeCount: number;
	/** By function: the shape of its type where its address is taken; -1: no call through a table leads to it. */
	readonly takenShape: Int32Array;
}

/** Shortest ways to some functions, from all that lead there. */
export interface WaysTo {
	/** By function: the next one on the way; itself for those that are wanted, -1 where no way leads there. */
	readonly next: Int32Array;
	/** By function: 1 where the step to the next one is a call through a table that may lead there. */
	readonly possible: Int32Array;
	/** All that a way was found for, the nearest first. */
	readonly nearest: Uint32Array;
}

/** An instance for itself, since the graph of a module is asked several times; and whose it has. */
let kernel: Kernel | undefined;
let held: Calls | undefined;

/**
 * Breadth first, from callee to caller: linear in functions and calls.
 *
 * @param targets function indices
 * @param alsoPossible follow calls through tables
 * @throws Fault MODULE_TOO_LARGE
 */
export function waysTo(calls: Calls, targets: readonly number[], alsoPossible: boolean): WaysTo {
	kernel ??= startKernel();
	if (held !== calls) hold(kernel, calls);
	held = calls;
	const { places } = kernel;
	const { words } = kernel.memory();
	words.set(targets, places.nearestAt() / 4);
	const found = kernel.ways(targets.length, alsoPossible ? 1 : 0);
	const list = (at: () => number, count: number) => words.slice(at() / 4, at() / 4 + count);
	return {
		next: new Int32Array(list(places.nextAt, calls.functions).buffer),
		possible: new Int32Array(list(places.possibleAt, calls.functions).buffer),
		nearest: list(places.nearestAt, found),
	};
}

function hold(to: Kernel, calls: Calls): void {
	const { functions, importedFunctions, callees, indirect, shapes, shapeCount } = calls;
	held = undefined;
	to.graph(functions, importedFunctions, callees.length, indirect.length, shapes.length, shapeCount);
	const { words } = to.memory();
	const { places } = to;
	const put = (list: Uint32Array | Int32Array, at: () => number) => words.set(list, at() / 4);
	put(calls.calleesAt, places.givenCalleesAtAt);
	put(callees, places.givenCalleesListAt);
	put(calls.indirectAt, places.givenTypesAtAt);
	put(indirect, places.givenTypesListAt);
	put(shapes, places.shapeOfAt);
	put(calls.takenShape, places.takenShapeAt);
	to.link();
}

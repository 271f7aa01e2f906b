import type { ValueType } from "../wasm/module.ts";
import type { Scan } from "./scan.ts";

/**
 * Who may call whom within a module. Direct calls are certain. A call through a table or a reference may lead to every function
 * whose address is taken and whose type fits; which one, nobody can tell from the bytes.
 */
export interface CallGraph {
	readonly functions: number;
	/** Direct callers of `f`, each once: `callers[callersAt[f] ... callersAt[f + 1]]`. */
	readonly callersAt: Uint32Array;
	readonly callers: Uint32Array;
	/** By function: the shape of its type where its address is taken; -1: no indirect call leads to it. */
	readonly takenShape: Int32Array;
	/** By shape: the functions whose address is taken, and those that call through a table by it. */
	readonly taken: readonly (readonly number[])[];
	readonly indirectCallers: readonly (readonly number[])[];
	/** By type index. */
	readonly shapes: Int32Array;
}

const known = new WeakMap<Scan, CallGraph>();

/** Made once for each scan; linear in functions and calls. */
export function callGraph(scan: Scan): CallGraph {
	const made = known.get(scan) ?? build(scan);
	known.set(scan, made);
	return made;
}

function build(scan: Scan): CallGraph {
	const { shapes, count } = shapesOf(scan);
	const lists = () => Array.from({ length: count }, (): number[] => []);
	const [taken, indirectCallers] = [lists(), lists()];
	const imported = scan.module.importedFunctions;
	const functions = imported + scan.module.definedFunctions;
	const takenShape = takenShapes(scan, shapes, functions);
	for (const index of scan.addressTaken) taken[takenShape[index] ?? -1]?.push(index);
	for (let entry = 0; entry < scan.typeOf.length; entry++)
		for (let call = scan.indirectAt[entry] ?? 0; call < (scan.indirectAt[entry + 1] ?? 0); call++)
			indirectCallers[shapes[scan.indirect[call] ?? 0] ?? -1]?.push(imported + entry);
	return { functions, ...callersOf(scan, functions), takenShape, taken, indirectCallers, shapes };
}

/** Sorts calls by callee, counting first. */
function callersOf(scan: Scan, functions: number): Pick<CallGraph, "callers" | "callersAt"> {
	const { callees, calleesAt, module } = scan;
	const callersAt = new Uint32Array(functions + 1);
	for (const callee of callees) if (callee < functions) callersAt[callee + 1]! += 1;
	for (let index = 0; index < functions; index++) callersAt[index + 1]! += callersAt[index]!;
	const callers = new Uint32Array(callersAt[functions] ?? 0);
	const next = callersAt.slice();
	for (let entry = 0; entry + 1 < calleesAt.length; entry++)
		for (let call = calleesAt[entry] ?? 0; call < (calleesAt[entry + 1] ?? 0); call++) {
			const callee = callees[call] ?? functions;
			if (callee < functions) callers[next[callee]!++] = module.importedFunctions + entry;
		}
	return { callersAt, callers };
}

/**
 * Types are the same by what they are, wherever they stand in the section. References are all taken for one: a subtype passes where
 * its supertype is asked for.
 */
function shapesOf({ module }: Scan): { readonly shapes: Int32Array; readonly count: number } {
	const numbers = new Map<string, number>();
	const shapes = Int32Array.from(module.types, (type, index) => {
		const text =
			type.kind === "function" ? `${shapeText(type.params)}:${shapeText(type.results)}` : `#${index}`;
		const number = numbers.get(text) ?? numbers.size;
		numbers.set(text, number);
		return number;
	});
	return { shapes, count: numbers.size };
}

const NUMBERS: ReadonlySet<string> = new Set(["i32", "i64", "f32", "f64", "v128"]);

function shapeText(types: readonly ValueType[]): string {
	return types.map((type) => (NUMBERS.has(type) ? type : "ref")).join(" ");
}

function takenShapes(scan: Scan, shapes: Int32Array, functions: number): Int32Array {
	const { module, typeOf, addressTaken } = scan;
	const imported = module.imports.flatMap(({ type }) => (type.kind === "function" ? [type.typeIndex] : []));
	const taken = new Int32Array(functions).fill(-1);
	for (const index of addressTaken) {
		const type = index < imported.length ? imported[index] : typeOf[index - imported.length];
		if (type !== undefined && index < functions) taken[index] = shapes[type] ?? -1;
	}
	return taken;
}

/** Shortest ways to some functions, from all that lead there. */
export interface WaysTo {
	/** By function: the next one on the way; itself for those that are wanted, -1 where no way leads there. */
	readonly next: Int32Array;
	/** By function: the step to the next one is a call through a table that may lead there. */
	readonly possible: Uint8Array;
	/** All that a way was found for, the nearest first. */
	readonly nearest: Uint32Array;
}

/** Breadth first, from callee to caller: linear in functions and calls. */
export function waysTo(graph: CallGraph, targets: readonly number[], alsoPossible: boolean): WaysTo {
	const { functions, callersAt, callers, takenShape, indirectCallers } = graph;
	const next = new Int32Array(functions).fill(-1);
	const possible = new Uint8Array(functions);
	const nearest = new Uint32Array(functions);
	let found = 0;
	const visit = (caller: number, callee: number, isPossible: boolean) => {
		if (next[caller] !== -1) return;
		next[caller] = callee;
		possible[caller] = isPossible ? 1 : 0;
		nearest[found++] = caller;
	};
	for (const target of targets) if (target < functions) visit(target, target, false);
	const done = new Uint8Array(indirectCallers.length);
	for (let at = 0; at < found; at++) {
		const callee = nearest[at] ?? 0;
		for (let call = callersAt[callee] ?? 0; call < (callersAt[callee + 1] ?? 0); call++)
			visit(callers[call] ?? 0, callee, false);
		const shape = alsoPossible ? (takenShape[callee] ?? -1) : -1;
		// whoever calls by this shape is visited now, for all functions of it
		if (shape < 0 || done[shape] === 1) continue;
		done[shape] = 1;
		for (const caller of indirectCallers[shape] ?? []) visit(caller, callee, true);
	}
	return { next, possible, nearest: nearest.slice(0, found) };
}

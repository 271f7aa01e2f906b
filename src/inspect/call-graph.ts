import type { Calls } from "../wasm/kernel/call-ways.ts";
import type { ValueType } from "../wasm/module.ts";
import type { Scan } from "./scan.ts";

/**
 * Who may call whom within a module. Direct calls are certain. A call through a table or a reference may lead to every function
 * whose address is taken and whose type fits; which one, nobody can tell from the bytes.
 */
export interface CallGraph extends Calls {
	/** By shape: the functions whose address is taken. */
	readonly taken: readonly (readonly number[])[];
}

const known = new WeakMap<Scan, CallGraph>();

/** Made once for each scan; linear in functions and calls. */
export function callGraph(scan: Scan): CallGraph {
	const made = known.get(scan) ?? build(scan);
	known.set(scan, made);
	return made;
}

function build(scan: Scan): CallGraph {
	const { callees, calleesAt, indirect, indirectAt, module, addressTaken } = scan;
	const { importedFunctions } = module;
	const functions = importedFunctions + module.definedFunctions;
	const { shapes, count } = shapesOf(scan);
	const takenShape = takenShapes(scan, shapes, functions);
	const taken = Array.from({ length: count }, (): number[] => []);
	for (const index of addressTaken) taken[takenShape[index] ?? -1]?.push(index);
	const calls = { callees, calleesAt, indirect, indirectAt, importedFunctions };
	return { ...calls, functions, shapes, shapeCount: count, takenShape, taken };
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

import { Cursor, malformed } from "../../wasm/cursor.ts";
import type { FunctionType, ValueType } from "../../wasm/module.ts";
import { readValueType } from "../../wasm/read-types.ts";
import { Fault } from "../../base/fault.ts";
import type { Scan } from "../scan.ts";
import { type Instruction, readInstruction } from "./instruction.ts";

/** V8's own limit (`kV8MaxWasmFunctionLocals`). */
const LOCALS_MAX = 50_000;

/** A function that is defined in the module, its body still to be read. */
export interface Body {
	readonly index: number;
	readonly typeIndex: number;
	/** Undefined where the type is no function type that could be read. */
	readonly type: FunctionType | undefined;
	/** Locals behind the parameters. */
	readonly locals: readonly ValueType[];
	/** Stands before the first instruction; its end is the body's. */
	readonly cursor: Cursor;
}

/**
 * The body of a function, its locals read.
 *
 * @param index of a function that is defined in the module
 * @throws Fault MODULE_INVALID
 */
export function openBody(scan: Scan, index: number): Body {
	const entry = index - scan.module.importedFunctions;
	const cursor = new Cursor(scan.bytes, scan.bodyStart[entry] ?? 0, scan.bodyEnd[entry] ?? 0);
	const typeIndex = scan.typeOf[entry] ?? 0;
	const type = scan.module.types[typeIndex];
	const locals = readLocals(cursor);
	return { index, typeIndex, type: type?.kind === "function" ? type : undefined, locals, cursor };
}

function readLocals(cursor: Cursor): readonly ValueType[] {
	const groups = cursor.count("the number of locals", 2, LOCALS_MAX);
	const locals: ValueType[] = [];
	for (let group = 0; group < groups; group++) {
		const count = cursor.u32("a number of locals");
		if (count > LOCALS_MAX - locals.length) throw malformed("there are too many locals", cursor.offset);
		const type = readValueType(cursor);
		for (let left = count; left > 0; left--) locals.push(type);
	}
	return locals;
}

/** The instructions of a body, to the first that is not known, which it answers then. */
export function* instructionsOf({ cursor }: Body): Generator<Instruction, Fault | undefined> {
	while (cursor.remaining > 0) {
		let instruction: Instruction;
		try {
			instruction = readInstruction(cursor);
		} catch (error) {
			if (error instanceof Fault) return error;
			throw error;
		}
		yield instruction;
	}
	return undefined;
}

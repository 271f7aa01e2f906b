import { readNames } from "../wasm/customs.ts";
import { Cursor } from "../wasm/cursor.ts";
import { walkCode } from "../wasm/kernel/walk-code.ts";
import { type Module, SectionId, sectionOf } from "../wasm/module.ts";
import { readModule } from "../wasm/read-module.ts";
import { noteReferences } from "../wasm/references.ts";
import type { Scan } from "./scan.ts";
import { readDebugFacts } from "./scan-debug.ts";
import { readDataSegments, readElementSegments, readGlobalFacts } from "./scan-segments.ts";

/**
 * Scans a core module in one pass over its code. Takes time in proportion to its bytes, and memory of some 40 bytes for
 * each function and 4 for each different callee.
 *
 * Where the code holds an instruction that is not known, what comes after it in its body is not seen (`Scan.unknown`): whether a module
 * is valid is for `demandValid` to say.
 *
 * @param module what was read of it before
 * @throws Fault NOT_WASM, MODULE_INVALID, MODULE_TOO_LARGE
 */
export function scanModule(bytes: Uint8Array, module: Module = readModule(bytes)): Scan {
	const functions = module.importedFunctions + module.definedFunctions;
	const taken = new Uint8Array(functions);
	const take = (index: number) => {
		if (index < functions) taken[index] = 1;
	};
	noteReferences(bytes, module, take);
	const code = walkCode(bytes, module, take);
	return {
		bytes,
		module,
		...code,
		typeOf: readTypeIndices(bytes, module),
		addressTaken: indicesOf(taken),
		data: readDataSegments(bytes, module),
		elements: readElementSegments(bytes, module),
		globals: readGlobalFacts(bytes, module),
		start: module.start,
		names: readNames(bytes, module),
		debug: readDebugFacts(bytes, module),
	};
}

function indicesOf(marks: Uint8Array): Uint32Array {
	const indices = new Uint32Array(marks.reduce((sum, mark) => sum + mark, 0));
	let count = 0;
	for (let index = 0; index < marks.length; index++) if (marks[index] === 1) indices[count++] = index;
	return indices;
}

function readTypeIndices(bytes: Uint8Array, module: Module): Uint32Array {
	const typeOf = new Uint32Array(module.definedFunctions);
	const section = sectionOf(module, SectionId.FUNCTION);
	if (section === undefined) return typeOf;
	const cursor = new Cursor(bytes, section.contents, section.end);
	cursor.u32("the number of functions");
	for (let entry = 0; entry < typeOf.length; entry++) typeOf[entry] = cursor.u32("a function's type");
	return typeOf;
}

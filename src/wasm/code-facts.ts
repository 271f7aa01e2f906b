import { Fault } from "../base/fault.ts";
import { BodyWalk } from "./body-walk.ts";
import { Cursor } from "./cursor.ts";
import { type Module, SectionId, sectionOf } from "./module.ts";
import { noteReferences } from "./references.ts";

/** How many callers of a function are remembered by name; more are only counted. */
export const CALLERS_KEPT = 4;

/**
 * What one walk over the code found, an entry for each function defined in the module: entry `i` is about the
 * function with the index `importedFunctions + i`.
 */
export interface CodeFacts {
	readonly importedFunctions: number;
	readonly definedFunctions: number;
	readonly bodySize_bytes: Uint32Array;
	/** Where the body begins in the file: after its size, with its locals. */
	readonly bodyStart: Uint32Array;
	readonly loops: Uint32Array;
	/** How deep loops stand in loops; 1 for a plain loop, 0 without any. */
	readonly loopDepth: Uint32Array;
	/** Bytes of the body that lie in loops. */
	readonly loop_bytes: Uint32Array;
	/** Innermost loops without any call: what runs in them is all in this body. */
	readonly leafLoops: Uint32Array;
	/** Calls in the body, through tables and references too. */
	readonly calls: Uint32Array;
	/** Direct calls of this function, tail calls included, from anywhere in the module. */
	readonly callSites: Uint32Array;
	/** How many of these stand in a loop of their caller. */
	readonly callSitesInLoops: Uint32Array;
	/** The first callers, `CALLERS_KEPT` slots for each function, as entries of these arrays. */
	readonly callers: Uint32Array;
	/** How often its reference is taken: element segments, ref.func, globals' and tables' first values. */
	readonly addressTaken: Uint32Array;
}

/**
 * Walks all function bodies once and says what loops and calls they hold; undefined where it met something it
 * does not know, or where there is more code than `code_bytes`.
 *
 * Takes time in proportion to the code, and about 60 bytes for each function.
 */
export function readCodeFacts(bytes: Uint8Array, module: Module, code_bytes: number): CodeFacts | undefined {
	const code = sectionOf(module, SectionId.CODE);
	if (code === undefined || code.end - code.contents > code_bytes) return undefined;
	try {
		const facts = emptyFacts(module);
		noteReferences(bytes, module, (index) => noteAddress(facts, index));
		return walkBodies(new Cursor(bytes, code.contents, code.end), facts) ? facts : undefined;
	} catch (error) {
		if (error instanceof Fault) return undefined;
		throw error;
	}
}

function emptyFacts({ importedFunctions, definedFunctions }: Module): CodeFacts {
	const figures = (each = 1) => new Uint32Array(definedFunctions * each);
	return {
		importedFunctions,
		definedFunctions,
		bodySize_bytes: figures(),
		bodyStart: figures(),
		loops: figures(),
		loopDepth: figures(),
		loop_bytes: figures(),
		leafLoops: figures(),
		calls: figures(),
		callSites: figures(),
		callSitesInLoops: figures(),
		callers: figures(CALLERS_KEPT),
		addressTaken: figures(),
	};
}

function noteAddress(facts: CodeFacts, functionIndex: number): void {
	const entry = functionIndex - facts.importedFunctions;
	if (entry >= 0 && entry < facts.definedFunctions) facts.addressTaken[entry]! += 1;
}

function walkBodies(cursor: Cursor, facts: CodeFacts): boolean {
	if (cursor.u32("the number of bodies") !== facts.definedFunctions) return false;
	const walk = new BodyWalk(cursor.bytes, facts);
	for (let entry = 0; entry < facts.definedFunctions; entry++) {
		const size = cursor.u32("a body's size");
		const start = cursor.offset;
		cursor.skip(size, "a body");
		facts.bodySize_bytes[entry] = size;
		facts.bodyStart[entry] = start;
		if (!walk.body(entry, start, cursor.offset)) return false;
	}
	return true;
}

// The two passes over all bytes of a program, in AssemblyScript: over its code, instruction by instruction, and over its data, byte by byte.
// JavaScript does the same at a fifth of the speed, because a program is over before the engine has optimised the loop that sees it once.
//
// `node tools/kernel.ts` makes src/wasm/kernel/code.ts of it; kernel.ts there talks to it. It imports nothing, and reads nothing outside of
// its window but for the zeros that stand behind it, which end every number.

export {
	BODIES,
	BODIES_MAX,
	FOUND,
	HEADS,
	HISTOGRAM,
	IMMEDIATES,
	LISTS,
	PREFIXED,
	RECORDS,
	STEPS,
	WEIGHTS,
} from "./layout";
export { foundCount, match, weigh } from "./search";
export { begin, calleeCount, indirectCount, takenCount, unknown, walk, wideCount } from "./walk";
export {
	givenCalleesAtAt,
	givenCalleesListAt,
	givenTypesAtAt,
	givenTypesListAt,
	graph,
	link,
	nearestAt,
	nextAt,
	possibleAt,
	shapeOfAt,
	takenShapeAt,
	ways,
} from "./ways";
export { calleesAt, indirectAt, place, takenAt, wideAt, windowAt } from "./window";

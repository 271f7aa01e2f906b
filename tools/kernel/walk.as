import { afterImmediate, afterLeb, afterMemory, afterValueType, readU32 } from "./immediates";
import { BODIES, BODIES_MAX, HISTOGRAM, IMMEDIATES, IMMEDIATES_EACH, LIST, PREFIXED, PREFIXED_EACH, STEPS } from "./layout";
import { callees, callerOf, callerOfType, functions, indirect, placeFor, taken, types, wide, window } from "./window";

// Over code, instruction by instruction.

// steps, from the commonest on
const LEB: u32 = 1;
const NEXT: u32 = 0;
const MEMORY: u32 = 2;
const CONSTANT: u32 = 3;
const MIXING: u32 = 4;
const OPEN: u32 = 5;
const CLOSE: u32 = 6;
const CALL: u32 = 7;
const CALL_BY_TYPE: u32 = 8;
const REFERENCE: u32 = 9;
const PREFIX: u32 = 10;

const LOOP: u32 = 0x03;
const DELEGATE: u32 = 0x18;
const FIRST_PREFIX: u32 = 0xfb;
const SIMD: u32 = 0xfd;
/** Opcode and number of a constant that is told, of i32 and of i64. */
const WIDE32_BYTES: usize = 6;
const WIDE64_BYTES: usize = 4;
const I32_CONST: u32 = 0x41;

/** Added to a place in memory it is the one in the file. */
let base: usize = 0;

/** Numbers that the window's lists hold; callees and types are counted on from the module's begin, too. */
export let calleeCount: u32 = 0;
export let indirectCount: u32 = 0;
export let wideCount: u32 = 0;
export let takenCount: u32 = 0;
let calleesBefore: u32 = 0;
let indirectBefore: u32 = 0;
/** Where the first instruction stands that is not known, in the file; 0: all are. */
export let unknown: usize = 0;
/** The next body. */
let entry: u32 = 0;

/** Makes ready for a module. False: there is no memory for it. */
export function begin(functionCount: u32, typeCount: u32, windowBytes: u32): bool {
	calleesBefore = 0;
	indirectBefore = 0;
	entry = 0;
	unknown = 0;
	if (!placeFor(functionCount, typeCount, windowBytes)) return false;
	memory.fill(callerOf, 0, ((<usize>functionCount) + (<usize>typeCount)) << 2);
	memory.fill(HISTOGRAM, 0, PREFIXED - HISTOGRAM + (<usize>PREFIXED_EACH << 4));
	return true;
}

@inline
function fileOffset(at: usize): u32 {
	return <u32>(at + base);
}

/**
 * Walks bodies, each with its size before it, as far as they are whole and there is room to tell of them.
 *
 * @param length bytes in the window, of which the first is `offset` in the file
 * @returns how many bodies these are
 */
export function walk(offset: u32, length: u32, most: u32): u32 {
	const end = window + <usize>length;
	store<u64>(end, 0);
	base = <usize>offset - window;
	calleeCount = 0;
	indirectCount = 0;
	wideCount = 0;
	takenCount = 0;
	let bodies: u32 = 0;
	let next = window;
	while (bodies < most && bodies < BODIES_MAX && next < end) {
		const start = afterLeb(next);
		if (start - next > 5 || start > end) break;
		const size = readU32(next);
		if (<usize>size > end - start) break;
		next = start + <usize>size;
		const told = BODIES + ((<usize>bodies) << 2);
		store<u32>(told, fileOffset(start));
		store<u32>(told, fileOffset(next), LIST);
		body(start, next, told);
		store<u32>(told, calleesBefore + calleeCount, 5 * LIST);
		store<u32>(told, indirectBefore + indirectCount, 6 * LIST);
		entry++;
		bodies++;
	}
	calleesBefore += calleeCount;
	indirectBefore += indirectCount;
	return bodies;
}

/** Groups of locals: each a number and a type. */
function afterLocals(start: usize, end: usize): usize {
	let next = afterLeb(start);
	for (let groups = readU32(start); groups > 0 && next < end; groups--) next = afterValueType(afterLeb(next));
	return next;
}

function body(start: usize, end: usize, told: usize): void {
	let next = afterLocals(start, end);
	let count: u32 = 0;
	let mixing: u32 = 0;
	let depth: u32 = 1;
	/** The depth of the outermost loop that it is in, 0 in none; and what was counted before that began. */
	let loop: u32 = 0;
	let countBefore: u32 = 0;
	let mixingBefore: u32 = 0;
	let loopCount: u32 = 0;
	let loopMixing: u32 = 0;
	while (next < end) {
		const at = next;
		const opcode = <u32>load<u8>(at);
		const step = <u32>load<u8>(STEPS + <usize>opcode);
		const counter = HISTOGRAM + (<usize>opcode << 2);
		store<u32>(counter, load<u32>(counter) + 1);
		count++;
		next++;
		if (step == LEB) {
			next = afterLeb(next);
		} else if (step == NEXT) {
			continue;
		} else if (step == MEMORY) {
			next = afterMemory(next);
		} else if (step == CONSTANT) {
			next = afterLeb(next);
			if (next - at >= (opcode == I32_CONST ? WIDE32_BYTES : WIDE64_BYTES)) store<u32>(wide + (<usize>(wideCount++) << 2), fileOffset(at));
		} else if (step == MIXING) {
			mixing++;
		} else if (step == OPEN) {
			depth++;
			if (opcode == LOOP && loop == 0) {
				loop = depth;
				countBefore = count - 1;
				mixingBefore = mixing;
			}
			next = afterImmediate(next, end, load<u8>(IMMEDIATES + <usize>opcode));
		} else if (step == CLOSE) {
			if (loop != 0 && depth == loop) {
				loopCount += count - countBefore;
				loopMixing += mixing - mixingBefore;
				loop = 0;
			}
			// of a body that is not valid more may be closed than was opened
			if (depth > 0) depth--;
			if (opcode == DELEGATE) next = afterLeb(next);
		} else if (step == CALL) {
			call(readU32(next));
			next = afterLeb(next);
		} else if (step == PREFIX) {
			const sub = readU32(next);
			const prefix = opcode - FIRST_PREFIX;
			if (sub < PREFIXED_EACH) {
				const subCounter = PREFIXED + ((<usize>(prefix * PREFIXED_EACH + sub)) << 2);
				store<u32>(subCounter, load<u32>(subCounter) + 1);
			}
			if (opcode == SIMD && mixesLanes(sub)) mixing++;
			const known = sub < <u32>IMMEDIATES_EACH;
			const immediates = IMMEDIATES + <usize>(prefix + 1) * IMMEDIATES_EACH;
			next = known ? afterImmediate(afterLeb(next), end, load<u8>(immediates + <usize>sub)) : 0;
		} else {
			if (step == CALL_BY_TYPE) callByType(readU32(next));
			else if (step == REFERENCE) store<u32>(taken + (<usize>(takenCount++) << 2), readU32(next));
			next = afterImmediate(next, end, load<u8>(IMMEDIATES + <usize>opcode));
		}
		if (next == 0 || next > end) {
			if (unknown == 0) unknown = fileOffset(at);
			break;
		}
	}
	if (loop != 0) {
		loopCount += count - countBefore;
		loopMixing += mixing - mixingBefore;
	}
	store<u32>(told, count, 2 * LIST);
	store<u32>(told, loopCount, 3 * LIST);
	store<u32>(told, loopMixing, 4 * LIST);
}

/** Each callee is told once for a body. */
@inline
function call(callee: u32): void {
	if (callee >= functions) return;
	const last = callerOf + (<usize>callee << 2);
	if (load<u32>(last) == entry + 1) return;
	store<u32>(last, entry + 1);
	store<u32>(callees + (<usize>(calleeCount++) << 2), callee);
}

@inline
function callByType(type: u32): void {
	if (type >= types) return;
	const last = callerOfType + (<usize>type << 2);
	if (load<u32>(last) == entry + 1) return;
	store<u32>(last, entry + 1);
	store<u32>(indirect + (<usize>(indirectCount++) << 2), type);
}

/** v128.xor, and shifts of lanes. */
@inline
function mixesLanes(sub: u32): bool {
	return sub == 0x51 || (sub >= 0xab && sub <= 0xad) || (sub >= 0xcb && sub <= 0xcd);
}

// The two passes over all bytes of a program, in AssemblyScript: over its code, instruction by instruction, and over its data, byte by byte.
// JavaScript does the same at a fifth of the speed, because a program is over before the engine has optimised the loop that sees it once.
//
// `node tools/kernel.ts` makes src/wasm/kernel/code.ts of it; kernel.ts there talks to it. It imports nothing, and reads nothing outside of
// its window but for the zeros that stand behind it, which end every number.

/** What the walk does at an opcode: as `Step` in kernel.ts. */
export const STEPS: usize = 0;
/** What follows an opcode, by opcode; and behind each of the four prefixes: as `Immediate` in src/wasm/instructions.ts. */
export const IMMEDIATES: usize = 0x100;
const IMMEDIATES_EACH: usize = 0x120;
/** How often each opcode was seen; and each behind the four prefixes. */
export const HISTOGRAM: usize = 0x800;
export const PREFIXED: usize = 0xc00;
const PREFIXED_EACH: u32 = 0x200;
/** By two bytes of a pattern, those that are rarest: the number of its list, 0 for none. */
export const HEADS: usize = 0x4000;
/** Four counts for each byte, so that runs of one byte do not wait for each other. */
const COUNTS: usize = 0x14000;
/** `n * log2(n)` for each count of a window, as f64. */
export const WEIGHTS: usize = 0x15000;
/**
 * Where the records of each list begin. A record: its pattern's number (u16), length (u8), where in it the two bytes stand (u8), its bytes; one
 * of length 0 ends the list.
 */
export const LISTS: usize = 0x1e000;
export const RECORDS: usize = 0x1e400;
/** What was found: pairs of a pattern's number and its place. */
export const FOUND: usize = 0x20000;
export const FOUND_MAX: u32 = 0x1000;
/**
 * What is told of bodies, seven lists of so many numbers each: where one starts and ends, its instructions, those in loops, those of these
 * that mix, and how many callees and types of indirect calls there were up to its end.
 */
export const BODIES: usize = 0x28000;
export const BODIES_MAX: u32 = 0x1000;
const LIST: usize = 0x4000;
/** From here on everything is placed by `place`. */
export const FREE: usize = 0x48000;
const MEMORY_MAX: u64 = 0xf000_0000;

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

let callerOf: usize = 0;
let callerOfType: usize = 0;
let functions: u32 = 0;
let types: u32 = 0;
let callees: usize = 0;
let indirect: usize = 0;
let wide: usize = 0;
let taken: usize = 0;
let window: usize = 0;
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

export function calleesAt(): usize { return callees; }
export function indirectAt(): usize { return indirect; }
export function wideAt(): usize { return wide; }
export function takenAt(): usize { return taken; }
export function windowAt(): usize { return window; }

/** Makes ready for a module. False: there is no memory for it. */
export function begin(functionCount: u32, typeCount: u32, windowBytes: u32): bool {
	functions = functionCount;
	types = typeCount;
	calleesBefore = 0;
	indirectBefore = 0;
	entry = 0;
	unknown = 0;
	if (!place(windowBytes)) return false;
	memory.fill(callerOf, 0, ((<usize>functions) + (<usize>types)) << 2);
	memory.fill(HISTOGRAM, 0, PREFIXED - HISTOGRAM + (<usize>PREFIXED_EACH << 4));
	return true;
}

/** Room for a window of so many bytes, and for all that can be told of it: a call takes two bytes at least. */
export function place(windowBytes: u32): bool {
	// beyond any memory, where sums would begin again at 0
	if (<u64>FREE + ((<u64>functions + <u64>types) << 2) + (<u64>windowBytes << 3) >= MEMORY_MAX) return false;
	const each = (<usize>windowBytes + 7) & ~7;
	callerOf = FREE;
	callerOfType = callerOf + (<usize>functions << 2);
	callees = callerOfType + (<usize>types << 2);
	indirect = callees + (each << 1);
	wide = indirect + (each << 1);
	taken = wide + each;
	window = taken + (each << 1);
	const pages = <i32>((window + each + 0x100ff) >> 16);
	return pages <= memory.size() || memory.grow(pages - memory.size()) >= 0;
}

@inline
function afterLeb(at: usize): usize {
	let next = at;
	while (load<u8>(next) >= 0x80) next++;
	return next + 1;
}

/** An unsigned number; 2^32-1 where it has more than 32 bits. */
function readU32(at: usize): u32 {
	let value: u32 = 0;
	for (let shift: u32 = 0; shift < 35; shift += 7) {
		const byte = <u32>load<u8>(at++);
		if (shift == 28 && (byte & 0x70) != 0) return u32.MAX_VALUE;
		value |= (byte & 0x7f) << shift;
		if (byte < 0x80) break;
	}
	return value;
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

/** `(ref null ht)` and `(ref ht)` have a heap type behind them. */
@inline
function afterValueType(at: usize): usize {
	const code = load<u8>(at);
	return afterLeb(code == 0x63 || code == 0x64 ? at + 1 : at);
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

@inline
function afterMemory(at: usize): usize {
	const hasIndex = (load<u8>(at) & 0x40) != 0;
	let next = afterLeb(at);
	if (hasIndex) next = afterLeb(next);
	return afterLeb(next);
}

/** By the kinds of src/wasm/instructions.ts; 0: not known. No list is followed past the body's end. */
function afterImmediate(at: usize, end: usize, kind: u32): usize {
	switch (kind) {
		case 0: return at;
		case 1: return afterLeb(at);
		case 2: return afterLeb(afterLeb(at));
		case 3: return afterMemory(at);
		case 4: return afterMemory(at) + 1;
		case 5: return at + 1;
		case 6: return at + 4;
		case 7: return at + 8;
		case 8: return at + 16;
		case 9: return afterValueType(at);
		case 10: {
			let next = afterLeb(at);
			for (let labels = <u64>readU32(at) + 1; labels > 0 && next <= end; labels--) next = afterLeb(next);
			return next;
		}
		case 11: {
			let next = afterLeb(at);
			for (let left = readU32(at); left > 0 && next <= end; left--) next = afterValueType(next);
			return next;
		}
		case 12: {
			let next = afterValueType(at);
			const clauses = readU32(next);
			next = afterLeb(next);
			for (let left = clauses; left > 0 && next <= end; left--) {
				const hasTag = load<u8>(next) < 2;
				next = afterLeb(next + 1);
				if (hasTag) next = afterLeb(next);
			}
			return next;
		}
		case 13: return afterLeb(afterLeb(afterLeb(at + 1)));
		default: return 0;
	}
}

/** Of bytes that are ASCII, or are not, for more than this share no two bits are told by the highest: see `weigh`. */
const MIXED_LEAST: f64 = 0.27;

/**
 * The sum of `n * log2(n)` over the counts of bytes in a stretch of the window, `length` of them, a multiple of 16. -1 where the highest
 * bits of its bytes say already that each tells less than 7.85 bits: h(0.27) + 7 is 7.84.
 */
export function weigh(from: u32, length: u32): f64 {
	const start = window + <usize>from;
	const end = start + <usize>length;
	let high: i32 = 0;
	for (let at = start; at < end; at += 16) high += popcnt(i8x16.bitmask(v128.load(at)));
	const share = <f64>high / <f64>length;
	if (share < MIXED_LEAST || share > 1 - MIXED_LEAST) return -1;
	memory.fill(COUNTS, 0, 0x1000);
	for (let at = start; at < end; at += 4) {
		const bytes = load<u32>(at);
		tally(COUNTS + ((bytes & 0xff) << 2));
		tally(COUNTS + 0x400 + ((bytes >> 6) & 0x3fc));
		tally(COUNTS + 0x800 + ((bytes >> 14) & 0x3fc));
		tally(COUNTS + 0xc00 + ((bytes >> 22) & 0x3fc));
	}
	let sum: f64 = 0;
	for (let at: usize = COUNTS; at < COUNTS + 0x400; at += 4) {
		const count = load<u32>(at) + load<u32>(at, 0x400) + load<u32>(at, 0x800) + load<u32>(at, 0xc00);
		sum += load<f64>(WEIGHTS + (<usize>count << 3));
	}
	return sum;
}

@inline
function tally(counter: usize): void {
	store<u32>(counter, load<u32>(counter) + 1);
}

/** How many pairs are in FOUND. */
export let foundCount: u32 = 0;

/**
 * Looks for the patterns whose two rarest bytes stand in `from ... to` of the window, and which lie wholly in its `length`.
 *
 * @returns where it stopped: `to`, or earlier where FOUND is full
 */
export function match(from: u32, to: u32, length: u32): u32 {
	const end = window + <usize>length;
	const last = min(window + <usize>to, end - 1);
	foundCount = 0;
	let at = window + <usize>from;
	for (; at < last; at++) {
		// eight places at a time, for as long as there is nothing at any of them
		while (at + 8 <= last && !isAnyOf8(at)) at += 8;
		if (at >= last) break;
		const list = load<u8>(HEADS + <usize>load<u16>(at));
		if (list == 0) continue;
		if (foundCount + 0x100 > FOUND_MAX) return <u32>(at - window);
		compare(at, end, <usize>load<u32>(LISTS + (<usize>list << 2)));
	}
	return to;
}

@inline
function isAnyOf8(at: usize): bool {
	const even = load<u64>(at);
	const odd = load<u64>(at, 1);
	const one = list(even) | list(even >> 16) | list(even >> 32) | list(even >> 48);
	const other = list(odd) | list(odd >> 16) | list(odd >> 32) | list(odd >> 48);
	return (one | other) != 0;
}

@inline
function list(pair: u64): u32 {
	return <u32>load<u8>(HEADS + (<usize>pair & 0xffff));
}

function compare(at: usize, end: usize, first: usize): void {
	let record = first;
	for (;;) {
		const length = <usize>load<u8>(record, 2);
		if (length == 0) return;
		const begin = at - <usize>load<u8>(record, 3);
		if (begin >= window && begin + length <= end && isAt(begin, record + 4, length)) {
			const pair = FOUND + (<usize>(foundCount++) << 3);
			store<u32>(pair, load<u16>(record));
			store<u32>(pair, <u32>(begin - window), 4);
		}
		record += length + 4;
	}
}

@inline
function isAt(at: usize, bytes: usize, length: usize): bool {
	for (let index: usize = 0; index < length; index++) if (load<u8>(at + index) != load<u8>(bytes + index)) return false;
	return true;
}

// Who calls whom, from callee to caller: the lists are placed anew in FREE, so that an instance is used either for this or for what is above.

let nodes: usize = 0;
let importedNodes: usize = 0;
let shapeCount: usize = 0;
/** What is given: lists of callees and of types called through tables, by body; the shape of each type; and of each function that a table may have, -1 else. */
let givenCalleesAt: usize = 0;
let givenCallees: usize = 0;
let givenTypesAt: usize = 0;
let givenTypes: usize = 0;
let shapeOf: usize = 0;
let takenShape: usize = 0;
/** What is made of it: callers by function, and callers through tables by shape. */
let callersAt: usize = 0;
let callers: usize = 0;
let tableCallersAt: usize = 0;
let tableCallers: usize = 0;
/** What `ways` tells, by function; `nearest` is in the order of finding. */
let nextOf: usize = 0;
let possibleOf: usize = 0;
let nearest: usize = 0;
let doneShapes: usize = 0;

export function givenCalleesAtAt(): usize { return givenCalleesAt; }
export function givenCalleesListAt(): usize { return givenCallees; }
export function givenTypesAtAt(): usize { return givenTypesAt; }
export function givenTypesListAt(): usize { return givenTypes; }
export function shapeOfAt(): usize { return shapeOf; }
export function takenShapeAt(): usize { return takenShape; }
export function nextAt(): usize { return nextOf; }
export function possibleAt(): usize { return possibleOf; }
export function nearestAt(): usize { return nearest; }

/** Room for a graph. False: there is no memory for it. */
export function graph(functionCount: u32, imports: u32, calls: u32, typeCalls: u32, typeCount: u32, shapes: u32): bool {
	nodes = <usize>functionCount;
	importedNodes = <usize>imports;
	shapeCount = <usize>shapes;
	const bodies = nodes - importedNodes;
	const words = ((<u64>functionCount + <u64>calls + <u64>typeCalls + <u64>shapes) << 3) + <u64>typeCount;
	if ((words << 2) >= MEMORY_MAX) return false;
	givenCalleesAt = FREE;
	givenCallees = after(givenCalleesAt, bodies + 1);
	givenTypesAt = after(givenCallees, <usize>calls);
	givenTypes = after(givenTypesAt, bodies + 1);
	shapeOf = after(givenTypes, <usize>typeCalls);
	takenShape = after(shapeOf, <usize>typeCount);
	callersAt = after(takenShape, nodes);
	callers = after(callersAt, nodes + 2);
	tableCallersAt = after(callers, <usize>calls);
	tableCallers = after(tableCallersAt, shapeCount + 2);
	nextOf = after(tableCallers, <usize>typeCalls);
	possibleOf = after(nextOf, nodes);
	nearest = after(possibleOf, nodes);
	doneShapes = after(nearest, nodes);
	const pages = <i32>((after(doneShapes, shapeCount) + 0xffff) >> 16);
	return pages <= memory.size() || memory.grow(pages - memory.size()) >= 0;
}

@inline
function after(at: usize, words: usize): usize {
	return at + (words << 2);
}

@inline
function word(at: usize, index: usize): u32 {
	return load<u32>(at + (index << 2));
}

@inline
function setWord(at: usize, index: usize, value: u32): void {
	store<u32>(at + (index << 2), value);
}

/** Sorts the calls by who is called, counting first. */
export function link(): void {
	const bodies = nodes - importedNodes;
	// as shapes, so that types which are the same wherever they stand are one
	const typeCalls = <usize>word(givenTypesAt, bodies);
	for (let call: usize = 0; call < typeCalls; call++)
		setWord(givenTypes, call, word(shapeOf, <usize>word(givenTypes, call)));
	invert(bodies, givenCalleesAt, givenCallees, nodes, callersAt, callers);
	invert(bodies, givenTypesAt, givenTypes, shapeCount, tableCallersAt, tableCallers);
}

function invert(bodies: usize, at: usize, list: usize, count: usize, invertedAt: usize, inverted: usize): void {
	memory.fill(invertedAt, 0, (count + 2) << 2);
	const calls = <usize>word(at, bodies);
	// counted two places on, so that filling moves each beginning to where it belongs
	for (let call: usize = 0; call < calls; call++) {
		const called = <usize>word(list, call) + 2;
		setWord(invertedAt, called, word(invertedAt, called) + 1);
	}
	for (let index: usize = 2; index < count + 2; index++)
		setWord(invertedAt, index, word(invertedAt, index) + word(invertedAt, index - 1));
	for (let body: usize = 0; body < bodies; body++) {
		const last = <usize>word(at, body + 1);
		for (let call = <usize>word(at, body); call < last; call++) {
			const called = <usize>word(list, call) + 1;
			const place = word(invertedAt, called);
			setWord(inverted, <usize>place, <u32>(importedNodes + body));
			setWord(invertedAt, called, place + 1);
		}
	}
}

let foundNodes: usize = 0;

/**
 * Shortest ways to the first `targets` functions of `nearest`, breadth first.
 *
 * @returns how many functions lead there
 */
export function ways(targets: u32, alsoPossible: bool): u32 {
	memory.fill(nextOf, 0xff, nodes << 2);
	memory.fill(possibleOf, 0, nodes << 2);
	memory.fill(doneShapes, 0, shapeCount << 2);
	foundNodes = 0;
	for (let index: usize = 0; index < <usize>targets; index++) visit(word(nearest, index), word(nearest, index), 0);
	for (let at: usize = 0; at < foundNodes; at++) {
		const callee = <usize>word(nearest, at);
		const last = <usize>word(callersAt, callee + 1);
		for (let call = <usize>word(callersAt, callee); call < last; call++) visit(word(callers, call), <u32>callee, 0);
		if (!alsoPossible) continue;
		const shape = <usize>word(takenShape, callee);
		// whoever calls by this shape is visited now, for all functions of it
		if (shape >= shapeCount || word(doneShapes, shape) != 0) continue;
		setWord(doneShapes, shape, 1);
		const end = <usize>word(tableCallersAt, shape + 1);
		for (let call = <usize>word(tableCallersAt, shape); call < end; call++) visit(word(tableCallers, call), <u32>callee, 1);
	}
	return <u32>foundNodes;
}

@inline
function visit(caller: u32, callee: u32, possible: u32): void {
	if (word(nextOf, <usize>caller) != u32.MAX_VALUE) return;
	setWord(nextOf, <usize>caller, callee);
	setWord(possibleOf, <usize>caller, possible);
	setWord(nearest, foundNodes++, caller);
}

import { FREE, MEMORY_MAX } from "./layout";

// Who calls whom, from callee to caller: the lists are placed anew in FREE, so that an instance is used either for this or for windows.

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

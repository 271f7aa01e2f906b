import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Calls, waysTo, type WaysTo } from "./call-ways.ts";

interface Shape {
	readonly imports: number;
	/** By body: what it calls, and by which types through tables. */
	readonly bodies: readonly { readonly calls: readonly number[]; readonly types: readonly number[] }[];
	/** By type index. */
	readonly shapes: readonly number[];
	/** By function; -1: none. */
	readonly taken: readonly number[];
}

const SHAPES = 3;
const shape = fc.integer({ min: 0, max: SHAPES - 1 });
const graphs: fc.Arbitrary<Shape> = fc
	.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 12 }))
	.chain(([imports, bodies]) =>
		fc.record({
			imports: fc.constant(imports),
			shapes: fc.array(shape, { minLength: 4, maxLength: 4 }),
			taken: fc.array(fc.integer({ min: -1, max: SHAPES - 1 }), {
				minLength: imports + bodies,
				maxLength: imports + bodies,
			}),
			bodies: fc.array(
				fc.record({
					calls: fc.uniqueArray(fc.nat(imports + bodies - 1), { maxLength: 4 }),
					types: fc.uniqueArray(fc.nat(3), { maxLength: 2 }),
				}),
				{ minLength: bodies, maxLength: bodies },
			),
		}),
	);

test("ways are shortest ones, and there is one wherever a search finds one", () => {
	fc.assert(
		fc.property(
			graphs,
			fc.array(fc.nat(20), { maxLength: 5 }),
			fc.boolean(),
			(graph, wanted, alsoPossible) => {
				const calls = callsOf(graph);
				const targets = [...new Set(wanted.map((index) => index % calls.functions))];
				const found = waysTo(calls, targets, alsoPossible);
				const expected = distances(graph, targets, alsoPossible);
				assert.deepEqual(
					Array.from(found.next, (_, index) => lengthOf(found, index)),
					expected,
				);
				const reached = expected.filter((distance) => distance !== undefined);
				assert.equal(found.nearest.length, reached.length);
				assert.deepEqual(
					Array.from(found.nearest, (index) => expected[index]),
					reached.toSorted((a, b) => a - b),
				);
				for (const [index, next] of found.next.entries())
					if (next !== -1 && next !== index) checkStep(graph, index, next, found.possible[index] === 1);
			},
		),
		{ numRuns: 500 },
	);
});

test("another module's calls are not taken for those that were asked before", () => {
	const one = callsOf({
		imports: 1,
		bodies: [{ calls: [0], types: [] }],
		shapes: [0, 0, 0, 0],
		taken: [-1, -1],
	});
	const other = callsOf({
		imports: 1,
		bodies: [{ calls: [], types: [] }],
		shapes: [0, 0, 0, 0],
		taken: [-1, -1],
	});
	for (const [calls, next] of [
		[one, 0],
		[other, -1],
		[one, 0],
	] as const)
		assert.equal(waysTo(calls, [0], true).next[1], next);
});

function callsOf({ imports, bodies, shapes, taken }: Shape): Calls {
	const ends = (lists: readonly (readonly number[])[]) => {
		let sum = 0;
		return Uint32Array.from([0, ...lists.map((list) => (sum += list.length))]);
	};
	const lists = { calls: bodies.map(({ calls }) => calls), types: bodies.map(({ types }) => types) };
	return {
		functions: imports + bodies.length,
		importedFunctions: imports,
		callees: Uint32Array.from(lists.calls.flat()),
		calleesAt: ends(lists.calls),
		indirect: Uint32Array.from(lists.types.flat()),
		indirectAt: ends(lists.types),
		shapes: Int32Array.from(shapes),
		shapeCount: SHAPES,
		takenShape: Int32Array.from(taken),
	};
}

/** Steps along the way; undefined: there is none. */
function lengthOf({ next }: WaysTo, begin: number): number | undefined {
	if (next[begin] === -1) return undefined;
	let length = 0;
	for (let index = begin; next[index] !== index; index = next[index]!) length += 1;
	return length;
}

function mayCall({ bodies, imports, shapes, taken }: Shape, caller: number, callee: number): boolean {
	return bodies[caller - imports]?.types.some((type) => shapes[type] === taken[callee]) ?? false;
}

function doesCall({ bodies, imports }: Shape, caller: number, callee: number): boolean {
	return bodies[caller - imports]?.calls.includes(callee) ?? false;
}

function checkStep(graph: Shape, caller: number, callee: number, isPossible: boolean): void {
	assert.ok(isPossible ? mayCall(graph, caller, callee) : doesCall(graph, caller, callee));
}

/** By relaxing every call until nothing changes. */
function distances(graph: Shape, targets: readonly number[], alsoPossible: boolean): (number | undefined)[] {
	const count = graph.imports + graph.bodies.length;
	const found = Array.from({ length: count }, (_, index) => (targets.includes(index) ? 0 : Infinity));
	for (let round = 0; round < count; round++)
		for (let caller = 0; caller < count; caller++)
			for (let callee = 0; callee < count; callee++)
				if (doesCall(graph, caller, callee) || (alsoPossible && mayCall(graph, caller, callee)))
					found[caller] = Math.min(found[caller]!, found[callee]! + 1);
	return found.map((distance) => (distance === Infinity ? undefined : distance));
}

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assemble, INSTRUCTION_SIZE_bytes, type Test, type Tree } from "./bpf.ts";
import { runFilter } from "./testing/bpf-machine.ts";

/** What a tree means, said once more and as simply as can be. */
function decide(tree: Tree, data: DataView, accumulator = 0): number {
	if ("answer" in tree) return tree.answer;
	if ("load" in tree) return decide(tree.next, data, data.getUint32(tree.load, true));
	return decide(holds(tree.test, accumulator, tree.value) ? tree.yes : tree.no, data, accumulator);
}

function holds(kind: Test, accumulator: number, value: number): boolean {
	if (kind === "equal") return accumulator === value;
	return kind === "atLeast" ? accumulator >= value : (accumulator & value) !== 0;
}

const word = fc.oneof(fc.nat(8), fc.integer({ min: 0, max: 0xffff_ffff }));
const trees = fc.letrec<{ tree: Tree; leaf: Tree }>((tie) => ({
	tree: fc.oneof(
		{ maxDepth: 9, depthSize: "large" },
		tie("leaf"),
		fc.record({ load: fc.nat(15).map((index) => index * 4), next: tie("tree") }),
		fc.record({
			test: fc.constantFrom("equal", "atLeast", "anyBits"),
			value: word,
			yes: tie("tree"),
			no: tie("tree"),
		}),
	),
	leaf: fc.record({ answer: word }),
})).tree;

test("a program decides as its tree does", () => {
	const seccompData = fc.array(word, { minLength: 16, maxLength: 16 });
	fc.assert(
		fc.property(trees, fc.array(seccompData, { minLength: 8, maxLength: 8 }), (tree, samples) => {
			const program = assemble(tree);
			for (const words of samples) {
				const data = new DataView(Uint32Array.from(words).buffer);
				assert.equal(runFilter(program, data), decide(tree, data));
			}
		}),
	);
});

/** Comparisons of the first word with 1 and up, each on the given side of the one before. */
function chain(length: number, side: "yes" | "no"): Tree {
	let tree: Tree = { answer: 0xffff };
	for (let value = length; value > 0; value -= 1) {
		const found: Tree = { answer: 0x10000 + value };
		tree =
			side === "no"
				? { test: "equal", value, yes: found, no: tree }
				: { test: "atLeast", value: value + 1, yes: tree, no: found };
	}
	return { load: 0, next: tree };
}

for (const length of [200, 254, 255, 256, 257, 300, 1000])
	test(`a chain of ${length} comparisons is reached from end to end`, () => {
		for (const tree of [chain(length, "yes"), chain(length, "no")]) {
			const program = assemble(tree);
			for (const value of [1, 2, 128, length - 1, length]) {
				const data = new DataView(Uint32Array.of(value, ...Array<number>(15).fill(0)).buffer);
				assert.equal(runFilter(program, data), decide(tree, data), `at ${value}`);
			}
		}
	});

test("a program over the kernel's limit is not made", () => {
	let tree: Tree = { answer: 0 };
	for (let value = 0; value < 5000; value += 1)
		tree = { test: "equal", value, yes: { answer: value }, no: tree };
	assert.throws(() => assemble(tree), RangeError);
});

test("answers that stand near are written once", () => {
	const answer: Tree = { answer: 7 };
	const tree: Tree = { test: "equal", value: 1, yes: answer, no: answer };
	assert.equal(assemble(tree).length, 2 * INSTRUCTION_SIZE_bytes);
});

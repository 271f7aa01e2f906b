/** Binaries in binaries: so many, so deep; and what is not told is not forgotten. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeUnsigned } from "./encode.ts";
import { binariesIn } from "./nested.ts";

const MODULE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const COMPONENT = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

/** Sections of a component, each a core module (1) or a component (4). */
function component(...nested: readonly (readonly [id: 1 | 4, bytes: readonly number[]])[]): number[] {
	return [
		...COMPONENT,
		...nested.flatMap(([id, bytes]) => [[id], encodeUnsigned(bytes.length), bytes].flat()),
	];
}

function deep(levels: number): number[] {
	return levels === 0 ? component([1, MODULE]) : component([4, deep(levels - 1)]);
}

const unreadIn = (bytes: readonly number[]) =>
	binariesIn(Uint8Array.from(bytes)).reduce((sum, { unread }) => sum + unread.length, 0);

const CASES: readonly (readonly [name: string, bytes: readonly number[], told: number, unread: number])[] = [
	["a module is alone", MODULE, 1, 0],
	["what is cut off is not read", component([1, MODULE.slice(0, 5)], [1, MODULE]), 2, 1],
	["what is something else is not read", component([4, [1, 2, 3, 4, 5, 6, 7, 8]]), 1, 1],
	["so many are told", component(...Array.from({ length: 1200 }, () => [1, MODULE] as const)), 1000, 201],
	["so deep is told", deep(14), 16, 0],
	["what is deeper is not read", deep(30), 17, 1],
];

for (const [name, bytes, told, unread] of CASES)
	test(name, () => {
		assert.equal(binariesIn(Uint8Array.from(bytes)).length, told);
		assert.equal(unreadIn(bytes), unread);
	});

test("what many nested ones have of sections is bounded together", () => {
	const custom = [...MODULE, ...Array.from({ length: 200 }, () => [0, 1, 0]).flat()];
	const bytes = component(...Array.from({ length: 900 }, () => [1, custom] as const));
	const sections = binariesIn(Uint8Array.from(bytes)).reduce((sum, one) => sum + one.sections.length, 0);
	assert.ok(sections <= 51_200, `${sections}`);
	assert.ok(unreadIn(bytes) > 600);
});

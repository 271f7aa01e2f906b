import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isBeneath, leastPlaces, type PathUse, type UsedPath } from "./learn.ts";

const used = (path: string, use: PathUse): UsedPath => ({
	path: path.split("/").filter((name) => name !== ""),
	use,
	call: "open",
	wanted: path,
});

const cases: readonly [name: string, uses: readonly UsedPath[], places: readonly string[]][] = [
	["a file that is read stays a file", [used("data/a", "read")], ["data/a ro"]],
	["several files of a folder are the folder", [used("data/a", "read"), used("data/b", "read")], ["data ro"]],
	["files at the top are not all of it", [used("a", "read"), used("b", "write")], ["a ro", "b rw"]],
	["one of them written", [used("data/a", "read"), used("data/b", "write")], ["data rw"]],
	["a listed folder is read-only", [used("data", "tree-read")], ["data ro"]],
	["a new file needs its folder", [used("out", "tree-write")], ["out rw"]],
	["written within what is read", [used("a", "tree-read"), used("a/b", "tree-write")], ["a ro", "a/b rw"]],
	["read within what is written", [used("a", "tree-write"), used("a/b", "tree-read")], ["a rw"]],
	["seen on the way", [used("a", "seen"), used("a/b", "read")], ["a/b ro"]],
	["only seen", [used("a", "seen")], ["a empty"]],
	["a name missed in it", [used("a/b", "missed")], ["a/b empty"]],
	["a name missed above what is read", [used("a", "missed"), used("a/b", "read")], ["a/b ro", "a empty"]],
	["a name missed in what is listed", [used("a", "tree-read"), used("a/b", "missed")], ["a ro"]],
	["the grant itself, only seen", [used("", "seen")], []],
	["the grant itself, listed", [used("", "tree-read"), used("a/b", "read")], [" ro"]],
];

for (const [name, uses, places] of cases)
	test(`least places: ${name}`, () =>
		assert.deepEqual(
			leastPlaces(uses).map(
				({ path, readOnly, isEmpty }) => `${path.join("/")} ${isEmpty ? "empty" : readOnly ? "ro" : "rw"}`,
			),
			places,
		));

test("least places: they cover all that was used, and are few", () => {
	const name = fc.constantFrom("a", "b", "c", "d", "e", "f");
	const path = fc.array(name, { minLength: 1, maxLength: 5 });
	const use = fc.constantFrom<PathUse>("read", "write", "tree-read", "tree-write");
	fc.assert(
		fc.property(
			fc.array(fc.record({ path, use, call: fc.constant("open"), wanted: fc.string() }), { maxLength: 200 }),
			(uses) => {
				const places = leastPlaces(uses);
				assert.ok(places.length <= 24);
				for (const one of uses) {
					const writes = one.use === "write" || one.use === "tree-write";
					const over = places.filter((place) => isBeneath(one.path, place.path));
					// the nearest decides: what is mounted within hides what is above
					const nearest = over.toSorted((a, b) => b.path.length - a.path.length)[0];
					assert.ok(nearest !== undefined && (!writes || !nearest.readOnly), JSON.stringify([one, places]));
				}
			},
		),
	);
});

test("least places: a name that the guest chose does not end the quotes around it", () => {
	const [place] = leastPlaces([used("a', which is \\fine", "read")]);
	assert.equal(place?.why, String.raw`open, first at 'a\', which is \\fine'`);
});

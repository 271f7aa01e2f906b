import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Entries } from "./entries.ts";

function namesAfter(entries: Entries<number>, cookie = 0): string[] {
	return [...entries.after(cookie)].map((entry) => entry.name);
}

test("names are listed in the order in which they came", () => {
	const entries = new Entries<number>();
	for (const name of ["b", "a", "__proto__", "c"]) entries.add(name, 1);
	assert.deepEqual(namesAfter(entries), ["b", "a", "__proto__", "c"]);
	assert.equal(entries.size, 4);
});

test("a name that is changed keeps its place", () => {
	const entries = new Entries<number>();
	for (const name of ["a", "b", "c"]) entries.add(name, 1);
	const [first] = entries.after(0);
	entries.rename("a", "z");
	assert.deepEqual(namesAfter(entries), ["z", "b", "c"]);
	assert.deepEqual(namesAfter(entries, first?.cookie), ["b", "c"]);
});

test("one who renames all that is listed comes to an end", () => {
	const entries = new Entries<number>();
	for (let index = 0; index < 100; index++) entries.add(`n${index}`, index);
	let renamed = 0;
	for (const { name } of entries.after(0)) {
		entries.rename(name, `${name}.bak`);
		renamed += 1;
	}
	assert.equal(renamed, 100);
});

test("gaps are closed in the end", () => {
	const entries = new Entries<number>();
	for (let round = 0; round < 1000; round++) {
		for (let index = 0; index < 10; index++) entries.add(`${round}.${index}`, index);
		for (let index = 0; index < 10; index++) entries.remove(`${round}.${index}`);
	}
	entries.add("last", 1);
	assert.deepEqual(namesAfter(entries), ["last"]);
});

const name = fc.constantFrom("a", "b", "c", "d", "e", "f");
const step = fc.record({ do: fc.constantFrom("add", "remove", "rename"), name, other: name });

test("whoever goes on from cookie to cookie sees what stays once, in any history", () => {
	fc.assert(
		fc.property(
			fc.array(step, { maxLength: 40 }),
			fc.array(step, { maxLength: 40 }),
			fc.nat(6),
			(before, after, seen) => {
				const entries = new Entries<string>();
				const values = new Map<string, string>();
				play(before, entries, values);
				const start = [...entries.after(0)].slice(0, seen);
				const untouched = new Set(values.values());
				play(after, entries, values, untouched);
				const rest = [...entries.after(start.at(-1)?.cookie ?? 0)];
				for (const value of untouched)
					assert.equal([...start, ...rest].filter((entry) => entry.value === value).length, 1);
				assert.deepEqual(new Set([...entries.after(0)].map((entry) => entry.name)), new Set(values.keys()));
			},
		),
	);
});

let made = 0;

/** Each name that is added stands for a value of its own; those removed are struck from `untouched`. */
function play(
	steps: readonly { do: string; name: string; other: string }[],
	entries: Entries<string>,
	values: Map<string, string>,
	untouched = new Set<string>(),
): void {
	for (const { do: what, name: from, other } of steps) {
		const value = values.get(from);
		if (what === "add" && value === undefined) {
			values.set(from, `value ${(made += 1)}`);
			entries.add(from, `value ${made}`);
		} else if (what === "remove" && value !== undefined) {
			values.delete(from);
			untouched.delete(value);
			entries.remove(from);
		} else if (what === "rename" && value !== undefined && !values.has(other)) {
			values.delete(from);
			values.set(other, value);
			entries.rename(from, other);
		}
	}
}

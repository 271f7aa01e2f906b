import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ImageStore } from "../../src/store/image-store.ts";
import { walk } from "../../src/store/graph.ts";
import { readBlob, readName } from "../../src/store/read.ts";

/** What a worker has said: for each name what it may stand for now; undefined: nothing. */
export type Said = ReadonlyMap<string, ReadonlySet<string | undefined>>;

/**
 * What names may stand for after these lines. What was begun and not done may have happened or not.
 */
export function readSaid(output: string): Said {
	const said = new Map<string, Set<string | undefined>>();
	// a line that was cut off was not said
	for (const line of output.split("\n").slice(0, -1)) {
		const [when, act, name = "", digest] = line.split(" ");
		const value = act === "tag" ? digest : undefined;
		if (when === "done") said.set(name, new Set([value]));
		if (when === "begin") said.set(name, (said.get(name) ?? new Set([undefined])).add(value));
	}
	return said;
}

/** The store opens, every name stands for what was said, and every image is whole, byte by byte. */
export function checkStore(folder: string, said: Said): void {
	const store = ImageStore.open(folder);
	for (const [name, values] of said) {
		const found = readName(folder, name)?.digest;
		assert.ok(values.has(found), `${name} is ${found}, and not ${[...values].join(" or ")}`);
	}
	for (const image of store.list())
		walk(folder, image, (one) => readBlob(folder, one, 2 ** 30).length === one.size);
}

/** After a collection nothing is left of those who died. */
export function checkSwept(folder: string): void {
	ImageStore.open(folder).collect();
	for (const name of ["writing", "leases"]) assert.deepEqual(readdirSync(join(folder, "wherry", name)), []);
}

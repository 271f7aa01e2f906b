/** What is learnt of a directory is enough: the same calls succeed where only that is mounted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { leastPlaces, type LeastPlace, type UsedPath } from "../../capability/learn.ts";
import { makeMemoryBackend } from "../../host/memory/backend.contract.ts";
import type { Directory, OpenOptions } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import { LearningDirectory } from "./learning.ts";
import { ReadOnlyDirectory } from "./readonly.ts";
import { type Mounted, mountTable } from "./table.ts";

type Call = readonly [name: keyof typeof CALLS, path: string, to: string];

const READ: OpenOptions = {
	follow: true,
	directory: false,
	create: false,
	exclusive: false,
	truncate: false,
	read: true,
	write: false,
	sync: "none",
};

/** Each answers whether it succeeded. */
const CALLS = {
	read: (root: Directory, path: string) => closed(root.open(path, READ)),
	write: (root: Directory, path: string) => closed(root.open(path, { ...READ, write: true })),
	make: (root: Directory, path: string) => closed(root.open(path, { ...READ, write: true, create: true })),
	list(root: Directory, path: string) {
		const directory = root.open(path, { ...READ, directory: true });
		if (typeof directory === "number" || directory.kind !== "directory") return false;
		const done = directory.list(0n, () => true);
		directory.close();
		return done === Errno.SUCCESS;
	},
	stat: (root: Directory, path: string) => typeof root.statAt(path, true) !== "number",
	"stat of a link": (root: Directory, path: string) => typeof root.statAt(path, false) !== "number",
	"read a link": (root: Directory, path: string) => typeof root.readLink(path) === "string",
	"make a directory": (root: Directory, path: string) => root.createDirectory(path) === Errno.SUCCESS,
	"remove a directory": (root: Directory, path: string) => root.removeDirectory(path) === Errno.SUCCESS,
	unlink: (root: Directory, path: string) => root.unlink(path) === Errno.SUCCESS,
	"make a symbolic link": (root: Directory, path: string, to: string) =>
		root.symlink(to, path) === Errno.SUCCESS,
	"make a link": (root: Directory, path: string, to: string) =>
		root.link(path, false, root, to) === Errno.SUCCESS,
	rename: (root: Directory, path: string, to: string) => root.rename(path, root, to) === Errno.SUCCESS,
};

function closed(opened: ReturnType<Directory["open"]>): boolean {
	if (typeof opened !== "number") opened.close();
	return typeof opened !== "number";
}

/** The same each time. */
function tree(): Directory {
	const { root } = makeMemoryBackend();
	for (const folder of ["a", "a/b", "a/b/c", "d", "e"]) root.createDirectory(folder);
	for (const file of ["t", "a/f", "a/g", "a/b/f", "a/b/c/f", "d/f", "d/g"]) CALLS.make(root, file);
	root.symlink("../d/f", "a/l");
	root.symlink("b", "a/m");
	root.symlink("a", "n");
	return root;
}

function learnt(calls: readonly Call[]): { done: boolean[]; places: LeastPlace[] } {
	const root = tree();
	const used: UsedPath[] = [];
	const learning = new LearningDirectory(root, {
		used: (path, use, call, wanted, ways) => used.push({ path, use, call, wanted, ways }),
		missedAtTop() {},
	});
	const done = calls.map(([name, path, to]) => CALLS[name](learning, path, to));
	return { done, places: leastPlaces(used) };
}

function mounted(root: Directory, { path, readOnly, isEmpty }: LeastPlace): Mounted {
	const guest = `/${path.join("/")}`;
	if (isEmpty) return { guest, what: new ReadOnlyDirectory(makeMemoryBackend().root) };
	const closedTo = (directory: Directory) => (readOnly ? new ReadOnlyDirectory(directory) : directory);
	const opened = root.open(path.join("/") || ".", READ);
	assert.ok(typeof opened !== "number", `${guest} is not there`);
	if (opened.kind === "directory") return { guest, what: closedTo(opened) };
	const parent = root.open(path.slice(0, -1).join("/") || ".", { ...READ, directory: true });
	assert.ok(typeof parent !== "number" && parent.kind === "directory");
	return { guest, what: { kind: "file-mount", directory: closedTo(parent), name: path.at(-1) ?? "" } };
}

function replayed(calls: readonly Call[], places: readonly LeastPlace[]): boolean[] {
	const root = tree();
	const directory = mountTable(places.map((place) => mounted(root, place))).directoryAt("/");
	assert.ok(directory !== undefined);
	const done = calls.map(([name, path, to]) => CALLS[name](directory, path, to));
	return done;
}

function check(calls: readonly Call[]): void {
	const { done, places } = learnt(calls);
	const again = replayed(calls, places);
	for (const [index, wasDone] of done.entries())
		assert.ok(!wasDone || again[index], `${calls[index]?.join(" ")} with ${JSON.stringify(places)}`);
}

const cases: readonly (readonly [name: string, calls: readonly Call[]])[] = [
	["nothing", []],
	[
		"a path that goes up again, beside what is written on its way",
		[
			["read", "a/../d/f", ""],
			["make", "a/new", ""],
		],
	],
	[
		"a link, beside what is written in the folder that holds it",
		[
			["read", "a/l", ""],
			["make", "a/b/new", ""],
			["make", "a/new", ""],
		],
	],
	[
		"a file that is written in a folder by which a path goes up",
		[
			["write", "d/g", ""],
			["read", "d/..", ""],
		],
	],
	["a path that goes up again", [["read", "a/../d/f", ""]]],
];

for (const [name, calls] of cases) test(`what is learnt is enough: ${name}`, () => check(calls));

test("what is learnt is enough for the same calls", () => {
	const name = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "l", "m", "n", "t", "..", ".");
	const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
	const call = fc.tuple(fc.constantFrom(...(Object.keys(CALLS) as (keyof typeof CALLS)[])), path, path);
	fc.assert(fc.property(fc.array(call, { maxLength: 6 }), check), { numRuns: 3000 });
});

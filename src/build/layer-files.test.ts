import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultText } from "../../test/support/fault.ts";
import { Fault } from "../base/fault.ts";
import { sourceEpoch, timeText } from "./epoch.ts";
import { type LayerFile, RootFiles, treeOf } from "./layer-files.ts";

const FILE: LayerFile = { kind: "file", bytes: new Uint8Array(1), executable: false };
const link = (target: string): LayerFile => ({ kind: "link", target });

/** The paths of each layer. */
function layersOf(act: (root: RootFiles) => void): readonly (readonly string[])[] {
	const root = new RootFiles();
	root.startLayer("one");
	act(root);
	return root.layers.map(({ files }) => Array.from(files.keys()));
}

const cases: readonly (readonly [string, (root: RootFiles) => void, readonly (readonly string[])[]])[] = [
	["a file brings its folders", (root) => root.put("/a/b/c", FILE), [["a", "a/b", "a/b/c"]]],
	["'.', '..' and slashes mean nothing", (root) => root.put("//a/./../../b/c", FILE), [["b", "b/c"]]],
	["the root is there", (root) => root.makeDirectory("/"), []],
	[
		"what is there is not made anew",
		(root) => {
			root.put("a/b", FILE);
			root.startLayer("two");
			root.makeDirectory("a");
			root.startLayer("three");
			root.put("a/c", FILE);
		},
		[["a", "a/b"], ["a/c"]],
	],
	[
		"links are followed within the root",
		(root) => {
			root.put("to", link("../../real/deep"));
			root.put("to/x", FILE);
			root.put("abs", link("/real"));
			root.put("abs/y", FILE);
		},
		[["to", "real", "real/deep", "real/deep/x", "abs", "real/y"]],
	],
	[
		"a link itself is replaced, not followed",
		(root) => {
			root.put("a", link("b"));
			root.put("a", FILE);
		},
		[["a"]],
	],
];
for (const [name, act, expected] of cases)
	test(`the root of an image: ${name}`, () => assert.deepEqual(layersOf(act), expected));

const refused: readonly (readonly [string, (root: RootFiles) => void])[] = [
	["a file becomes a folder", (root) => (root.put("a", FILE), root.put("a/b", FILE))],
	["a folder becomes a file", (root) => (root.put("a/b", FILE), root.put("a", FILE))],
	[
		"links go in circles",
		(root) => (root.put("a", link("b")), root.put("b", link("a")), root.put("a/c", FILE)),
	],
];
for (const [name, act] of refused)
	test(`the root of an image is refused: ${name}`, () =>
		assert.match(
			faultText(() => layersOf(act)),
			/in the way/,
		));

test("any order of any paths ends in a tree or a Fault, and nothing is above the root", () => {
	const name = fc.constantFrom("a", "b", "..", ".", "", "__proto__", "constructor");
	const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => names.join("/"));
	const act = fc.tuple(path, fc.oneof(fc.constant(FILE), path.map(link), fc.constant(undefined)));
	fc.assert(
		fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
			const root = new RootFiles();
			root.startLayer("one");
			try {
				for (const [where, file] of acts)
					if (file === undefined) root.makeDirectory(where);
					else root.put(`${where}/z`, file);
			} catch (error) {
				assert.ok(error instanceof Fault);
			}
			for (const { files } of root.layers) {
				for (const key of files.keys())
					assert.ok(key.split("/").every((one) => !["", ".", ".."].includes(one)));
				treeOf(files, 0n);
			}
		}),
	);
});

test("a tree holds what its files are", () => {
	const tree = treeOf(
		new Map([
			["a/b", FILE],
			["c", link("d")],
		]),
		5n,
	);
	const a = tree.entries.get("a");
	assert.ok(a?.kind === "directory");
	assert.deepEqual(a.entries.get("b"), { ...FILE, modified_ns: 5n });
	assert.deepEqual(tree.entries.get("c"), { kind: "link", target: "d", modified_ns: 5n });
});

test("SOURCE_DATE_EPOCH is a count of seconds", () => {
	assert.equal(sourceEpoch(undefined), 0);
	assert.equal(sourceEpoch(""), 0);
	assert.equal(timeText(sourceEpoch("253402300799")), "9999-12-31T23:59:59Z");
	for (const wrong of ["-1", "1.5", "now", "253402300800", "1e3", " 1"])
		assert.match(
			faultText(() => sourceEpoch(wrong)),
			/SOURCE_DATE_EPOCH/,
		);
});

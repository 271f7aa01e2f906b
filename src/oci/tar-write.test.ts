import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { faultText } from "../../test/support/fault.ts";
import type { FileTree, TreeDirectory, TreeFile } from "../sys/file-tree.ts";
import { mergeLayers } from "./layer-tree.ts";
import { bytesOf, join, treeText } from "./raw-tar.contract.ts";
import { tarInMemory, walkTar } from "./tar-read.ts";
import { tarHeader, type TarItem, writeTar } from "./tar-write.ts";

const TIME_NS = 1_700_000_000n * 1_000_000_000n;

function file(text: string, executable = false): TreeFile {
	return { kind: "file", bytes: bytesOf(text), executable, modified_ns: TIME_NS };
}

function directory(entries: Readonly<Record<string, FileTree>>): TreeDirectory {
	return { kind: "directory", entries: new Map(Object.entries(entries)), modified_ns: TIME_NS };
}

function tarOf(tree: TreeDirectory): Uint8Array {
	return join(...writeTar(tree));
}

const shared = file("shared", true);
const TREE = directory({
	z: file("last"),
	app: directory({ "main.wasm": shared, again: shared, empty: directory({}) }),
	link: { kind: "link", target: "app/main.wasm", modified_ns: TIME_NS },
	é: file(""),
});

test("the same tree is the same bytes, in whatever order its names came", () => {
	const turned = { ...TREE, entries: new Map([...TREE.entries].toReversed()) };
	assert.deepEqual(tarOf(turned), tarOf(TREE));
});

test("entries are sorted, a directory before what is in it, and belong to user 0", () => {
	const listed = spawnSync("tar", ["--numeric-owner", "--utc", "-tvf", "-"], {
		input: tarOf(TREE),
		encoding: "utf8",
		env: { ...process.env, LC_ALL: "C" },
	});
	assert.equal(
		listed.stdout,
		[
			"drwxr-xr-x 0/0               0 2023-11-14 22:13 app/",
			"-rwxr-xr-x 0/0               6 2023-11-14 22:13 app/again",
			"drwxr-xr-x 0/0               0 2023-11-14 22:13 app/empty/",
			"hrwxr-xr-x 0/0               0 2023-11-14 22:13 app/main.wasm link to app/again",
			"lrwxrwxrwx 0/0               0 2023-11-14 22:13 link -> app/main.wasm",
			"-rw-r--r-- 0/0               4 2023-11-14 22:13 z",
			"-rw-r--r-- 0/0               0 2023-11-14 22:13 \\303\\251",
			"",
		].join("\n"),
	);
});

test("what is written reads as it was", () => {
	const merged = mergeLayers([{ what: "layer", tar: tarOf(TREE) }]);
	assert.equal(treeText(merged), treeText(directory(Object.fromEntries(TREE.entries))));
	assert.deepEqual(tarOf(merged), tarOf(TREE));
});

test("contents are the tree's own bytes", () => {
	const bytes = new Uint8Array(1000);
	const pieces = [...writeTar(directory({ f: { ...file(""), bytes } }))];
	assert.ok(pieces.includes(bytes));
});

test("a name that would hide another is refused", () => {
	assert.match(
		faultText(() => tarOf(directory({ d: directory({ ".wh.x": file("") }) }))),
		/cannot unpack 'd\/\.wh\.x' of the new layer: such a name says in a layer that another is gone/,
	);
});

/** Items, and how many blocks their headers take: three where ustar has no room. */
const HEADERS: Readonly<Record<string, readonly [item: Omit<TarItem, "modified_s">, blocks: number]>> = {
	"a short name": [{ kind: "file", path: "a" }, 1],
	"a name of 100 bytes": [{ kind: "file", path: "n".repeat(100) }, 1],
	"a name of 101 bytes": [{ kind: "file", path: "n".repeat(101) }, 3],
	"a directory's name of 100 bytes, and its slash": [{ kind: "directory", path: "n".repeat(100) }, 3],
	"a path that fills name and prefix": [{ kind: "file", path: `${"p".repeat(155)}/${"n".repeat(100)}` }, 1],
	"a directory that fills name and prefix": [
		{ kind: "directory", path: `${"p".repeat(155)}/${"n".repeat(99)}` },
		1,
	],
	"a path whose first half is too long": [{ kind: "file", path: `${"p".repeat(156)}/n` }, 3],
	"a path whose second half is too long": [{ kind: "file", path: `${"p".repeat(10)}/${"n".repeat(101)}` }, 3],
	"a path of 3,000 bytes": [{ kind: "file", path: "d/".repeat(1500) + "f" }, 8],
	"a name that is not ASCII": [{ kind: "file", path: "é" }, 3],
	"a prefix that is not ASCII": [{ kind: "file", path: `${"é".repeat(50)}/${"n".repeat(90)}` }, 3],
	"a name with a line in it": [{ kind: "file", path: "a\n12 path=b\n" }, 3],
	"a target of 100 bytes": [{ kind: "link", path: "l", target: "t".repeat(100) }, 1],
	"a target of 101 bytes": [{ kind: "link", path: "l", target: "t".repeat(101) }, 3],
	"a target that is not ASCII": [{ kind: "hard-link", path: "l", target: "é" }, 3],
	"a long path and a long target": [{ kind: "link", path: "n".repeat(300), target: "t".repeat(300) }, 4],
	"the largest size": [{ kind: "file", path: "a", size_bytes: 2 ** 33 - 1 }, 1],
};

for (const [title, [item, blocks]] of Object.entries(HEADERS))
	test(`writes ${title}`, () => {
		const header = tarHeader({ ...item, modified_s: 1_700_000_000 });
		assert.equal(header.length, 512 * blocks);
		const [read] = walkTar({
			what: "layer",
			size_bytes: 2 ** 34,
			read: (at, length) => header.slice(at, at + length),
		});
		assert.deepEqual(
			[read?.kind, read?.name.replace(/\/$/, ""), read?.target, read?.size_bytes, read?.modified_ns],
			[item.kind, item.path, item.target ?? "", item.size_bytes ?? 0, TIME_NS],
		);
	});

test("what no header has room for is our own mistake", () => {
	assert.throws(() => tarHeader({ kind: "file", path: "a", size_bytes: 2 ** 33, modified_s: 0 }), RangeError);
	assert.throws(() => tarHeader({ kind: "file", path: "a", modified_s: -1 }), RangeError);
});

test("times are cut to what a header holds", () => {
	for (const [modified_ns, seconds] of [
		[-5n, 0n],
		[1_999_999_999n, 1n],
		[2n ** 63n, 2n ** 33n - 1n],
	] as const) {
		const tree = { ...directory({ f: { ...file(""), modified_ns } }) };
		const [entry] = walkTar(tarInMemory("layer", tarOf(tree)));
		assert.equal(entry?.modified_ns, seconds * 1_000_000_000n);
	}
});

const anyName = fc
	.oneof(
		fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
		fc.string({ minLength: 1, maxLength: 120 }),
	)
	.filter(
		(name) =>
			!/^\.\.?$|[\0/]|^\.wh\.|^\ufeff?$/.test(name) && name.isWellFormed() && bytesOf(name).length <= 255,
	);
const leaf: fc.Arbitrary<FileTree> = fc.oneof(
	fc
		.record({ text: fc.string({ maxLength: 700 }), executable: fc.boolean() })
		.map(({ text, executable }) => file(text, executable)),
	anyName.map((target) => ({ kind: "link" as const, target, modified_ns: TIME_NS })),
);
const { tree: anyTree } = fc.letrec<{ tree: TreeDirectory }>((tie) => ({
	tree: fc
		.array(fc.tuple(anyName, fc.oneof({ maxDepth: 4 }, leaf, tie("tree"))), { maxLength: 5 })
		.map((entries) => ({ kind: "directory" as const, entries: new Map(entries), modified_ns: TIME_NS })),
}));

test("any tree reads as it was written", () => {
	fc.assert(
		fc.property(anyTree, (tree) => {
			const merged = mergeLayers([{ what: "layer", tar: tarOf(tree) }]);
			assert.equal(treeText(merged), treeText(tree));
			assert.deepEqual(tarOf(merged), tarOf(tree));
		}),
		{ numRuns: 300 },
	);
});

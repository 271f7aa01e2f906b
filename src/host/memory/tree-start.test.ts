/** A file system that starts as a tree: what costs nothing, what is copied, and that the tree stays as it was. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
	assertErrno,
	assertOk,
	bytes,
	CREATE,
	entriesOf,
	got,
	namesIn,
	openDirectory,
	openFile,
	READ,
	readFile,
	treeOf,
	WRITE,
	writeFile,
} from "../../sys/backend.contract.ts";
import type { Directory } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import { operations, Player } from "../../sys/file-operations.contract.ts";
import type { FileTree, TreeDirectory, TreeFile, TreeLink } from "../../sys/file-tree.ts";
import { FrozenClocks } from "../../sys/frozen-clocks.ts";
import { FileType } from "../../sys/stat.ts";
import { MemoryFileSystem } from "./file-system.ts";
import { pictureOf } from "./remounted.contract.ts";

const MEBIBYTE = 1024 ** 2;
const START_NS = 1_700_000_000_000_000_000n;
const IMAGE_NS = 1_600_000_000_000_000_000n;

function file(content: string | Uint8Array): TreeFile {
	const all = typeof content === "string" ? bytes(content) : content;
	return { kind: "file", bytes: all, executable: false, modified_ns: IMAGE_NS };
}

function link(target: string): TreeLink {
	return { kind: "link", target, modified_ns: IMAGE_NS + 1n };
}

function directory(entries: Readonly<Record<string, FileTree>>): TreeDirectory {
	return { kind: "directory", entries: new Map(Object.entries(entries)), modified_ns: IMAGE_NS + 2n };
}

function mount(tree: TreeDirectory, quota_bytes = MEBIBYTE): { fs: MemoryFileSystem; root: Directory } {
	const fs = new MemoryFileSystem({ clocks: new FrozenClocks(START_NS), quota_bytes, tree });
	return { fs, root: fs.root };
}

/** An image with a bit of everything. */
function smallImage(): TreeDirectory {
	const shared = file("shared");
	return directory({
		app: directory({ "main.wasm": file("wasm"), lib: directory({ a: file("a"), again: shared }) }),
		etc: directory({ conf: file("conf"), link: link("../app/lib/a") }),
		first: shared,
		empty: directory({}),
		nothing: file(""),
	});
}

test("what is in the tree can be listed, read, followed and examined, and costs nothing", () => {
	const { fs, root } = mount(smallImage(), 0);
	assert.equal(
		treeOf(root),
		"app/\napp/lib/\napp/lib/a: a\napp/lib/again: shared\napp/main.wasm: wasm\nempty/\n" +
			"etc/\netc/conf: conf\netc/link -> ../app/lib/a\nfirst: shared\nnothing: \n",
	);
	assert.equal(readFile(root, "etc/link"), "a");
	assert.equal(fs.used_bytes, 0);
});

test("times, sizes and links are those of the tree", () => {
	const { root } = mount(smallImage());
	const conf = got(root.statAt("etc/conf", true));
	assert.deepEqual([conf.type, conf.size_bytes, conf.links], [FileType.REGULAR_FILE, 4n, 1n]);
	assert.deepEqual([conf.modified_ns, conf.changed_ns, conf.accessed_ns], [IMAGE_NS, IMAGE_NS, IMAGE_NS]);
	const toA = got(root.statAt("etc/link", false));
	assert.deepEqual([toA.type, toA.size_bytes, toA.modified_ns], [FileType.SYMBOLIC_LINK, 12n, IMAGE_NS + 1n]);
	const app = got(root.statAt("app", true));
	assert.deepEqual([app.links, app.size_bytes, app.modified_ns], [3n, 2n, IMAGE_NS + 2n]);
	assert.deepEqual([got(root.stat()).links, got(root.statAt("empty", true)).links], [5n, 2n]);
});

test("a file with several names is one file, whichever is looked at first", () => {
	for (const [one, other] of [
		["first", "app/lib/again"],
		["app/lib/again", "first"],
	] as const) {
		const { root } = mount(smallImage());
		assert.equal(got(root.statAt(one, true)).links, 2n);
		const before = got(root.statAt(one, true)).inode;
		writeFile(root, one, "changed");
		assert.equal(readFile(root, other), "changed");
		assert.equal(got(root.statAt(other, true)).inode, before);
		assertOk(root.unlink(one));
		assert.equal(got(root.statAt(other, true)).links, 1n);
		assert.equal(readFile(root, other), "changed");
	}
});

test("a link with several names is one link", () => {
	const shared = link("x");
	const { root } = mount(directory({ a: shared, d: directory({ b: shared }) }));
	const [a, b] = [got(root.statAt("a", false)), got(root.statAt("d/b", false))];
	assert.deepEqual([a.inode, a.links], [b.inode, 2n]);
});

test("inodes stay the same, and differ", () => {
	const { root } = mount(smallImage());
	const inodesOf = () =>
		["app", "app/lib/a", "etc", "first"].map((path) => got(root.statAt(path, true)).inode);
	const before = inodesOf();
	treeOf(root);
	writeFile(root, "app/lib/a", "other");
	assert.deepEqual(inodesOf(), before);
	assert.equal(new Set(before).size, 4);
});

test("a file of 30 MB costs what is written of it, and a quota that is too small leaves the rest whole", () => {
	const original = new Uint8Array(30 * MEBIBYTE).fill(7);
	const { fs, root } = mount(directory({ big: file(original) }), MEBIBYTE);
	const big = openFile(root, "big", { ...WRITE, read: true });
	assert.equal(big.write([bytes("x")], 20 * MEBIBYTE), 1);
	assert.ok(fs.used_bytes > 65_536 && fs.used_bytes < 70_000, `${fs.used_bytes}`);
	const written = big.write([new Uint8Array(30 * MEBIBYTE).fill(8)], 0);
	assert.ok(written > 0.8 * MEBIBYTE && written < MEBIBYTE, `${written}`);
	assertErrno(-big.write([new Uint8Array(100)], 10 * MEBIBYTE), Errno.NOSPC);
	assertErrno(-big.append([new Uint8Array(100_000)]), Errno.NOSPC);
	assert.equal(got(big.stat()).size_bytes, BigInt(original.length));
	const wanted = original.slice().fill(8, 0, written);
	wanted.set(bytes("x"), 20 * MEBIBYTE);
	const found = new Uint8Array(original.length);
	assert.equal(big.read([found], 0), original.length);
	assert.ok(Buffer.compare(found, wanted) === 0);
	big.close();
	assertOk(root.unlink("big"));
	assert.equal(fs.used_bytes, 0);
	assert.ok(original.every((byte) => byte === 7));
});

test("a full quota lets what is in the tree be read, cut, renamed within its names and removed", () => {
	const { fs, root } = mount(smallImage(), 0);
	assertErrno(root.open("new", CREATE), Errno.NOSPC);
	assertErrno(root.rename("first", root, "a name that is not in the tree"), Errno.NOSPC);
	assertErrno(-openFile(root, "etc/conf", WRITE).write([bytes("x")], 0), Errno.NOSPC);
	assert.equal(readFile(root, "etc/conf"), "conf");
	assertOk(root.rename("etc/conf", root, "first"));
	assertOk(openFile(root, "app/main.wasm", WRITE).truncate(2));
	assert.equal(readFile(root, "app/main.wasm"), "wa");
	assertOk(root.unlink("app/lib/again"));
	assertOk(root.removeDirectory("empty"));
	assert.equal(readFile(root, "first"), "conf");
	assert.equal(fs.used_bytes, 0);
});

test("what was cut off and lengthened again is zeros, not what the image had there", () => {
	const { root } = mount(directory({ f: file("secret") }));
	const opened = openFile(root, "f", { ...WRITE, read: true });
	assertOk(opened.truncate(2));
	assertOk(opened.truncate(6));
	assert.equal(readFile(root, "f"), "se\0\0\0\0");
	assert.equal(opened.write([bytes("!")], 5), 1);
	assert.equal(readFile(root, "f"), "se\0\0\0!");
	opened.close();
	openFile(root, "f", { ...CREATE, truncate: true }).close();
	assert.equal(got(root.statAt("f", true)).size_bytes, 0n);
});

test("allocating copies what is there, so that writing has room", () => {
	const { fs, root } = mount(directory({ f: file(new Uint8Array(200_000).fill(1)) }));
	const opened = openFile(root, "f", WRITE);
	assertErrno(opened.allocate(0, 2 * MEBIBYTE), Errno.NOSPC);
	assertOk(opened.allocate(0, 200_000));
	const used = fs.used_bytes;
	assert.ok(used > 200_000 && used < 210_000, `${used}`);
	assert.equal(opened.write([new Uint8Array(200_000).fill(2)], 0), 200_000);
	assert.equal(fs.used_bytes, used);
	opened.close();
});

test("names of the tree can be removed and given again, renamed away and back", () => {
	const { fs, root } = mount(smallImage());
	assertOk(root.unlink("nothing"));
	assertErrno(root.statAt("nothing", true), Errno.NOENT);
	writeFile(root, "nothing", "new");
	assert.equal(readFile(root, "nothing"), "new");
	assertOk(root.unlink("nothing"));
	assert.equal(fs.used_bytes, 0);
	assertOk(root.rename("app", root, "application"));
	assert.equal(readFile(root, "application/lib/a"), "a");
	assert.ok(fs.used_bytes > 0);
	assertOk(root.rename("application", root, "app"));
	assert.equal(fs.used_bytes, 0);
	assert.deepEqual(namesIn(root), ["app", "empty", "etc", "first"]);
});

test("a directory of the tree is removed only when it is empty, also when nobody has looked into it", () => {
	const { fs, root } = mount(smallImage());
	assertErrno(root.removeDirectory("app"), Errno.NOTEMPTY);
	assertErrno(root.rename("empty", root, "etc"), Errno.NOTEMPTY);
	assertOk(root.rename("etc", root, "empty"));
	assert.equal(readFile(root, "empty/conf"), "conf");
	assert.equal(got(root.stat()).links, 4n);
	assert.equal(fs.used_bytes, 0);
});

test("a name '__proto__' in a tree is a name", () => {
	const tree = directory({});
	(tree.entries as Map<string, FileTree>).set("__proto__", file("x")).set("constructor", file("y"));
	const { root } = mount(tree);
	assert.deepEqual(namesIn(root), ["__proto__", "constructor"]);
	assert.equal(readFile(root, "__proto__"), "x");
});

test("10,000 files cost nothing, wherever they are", () => {
	const names = Array.from({ length: 100 }, (_, index) => `n${index}`);
	const hundred = () => directory(Object.fromEntries(names.map((name) => [name, file(name)])));
	const tree = directory(Object.fromEntries(names.map((name) => [name, hundred()])));
	const { fs, root } = mount(tree, 0);
	assert.equal(readFile(root, "n99/n7"), "n7");
	let seen = 0;
	for (const { name } of entriesOf(root)) seen += entriesOf(openDirectory(root, name)).length;
	assert.equal(seen, 10_000);
	assert.equal(fs.used_bytes, 0);
});

test("whatever is done, it is as if the files had been copied, the tree stays as it was, and all is given back", () => {
	fc.assert(
		fc.property(operations, operations, (before, after) => {
			const copied = new MemoryFileSystem({ clocks: new FrozenClocks(START_NS), quota_bytes: 64 * MEBIBYTE });
			play(copied.root, before);
			const tree = pictureOf(copied.root);
			if (tree === undefined) return;
			const snapshot = JSON.stringify(plain(tree));
			const { fs, root } = mount(tree, 64 * MEBIBYTE);
			assert.deepEqual(play(root, after), play(copied.root, after));
			assert.equal(treeOf(root), treeOf(copied.root));
			assert.equal(JSON.stringify(plain(tree)), snapshot);
			clear(root);
			assert.equal(fs.used_bytes, 0);
			assert.equal(got(root.stat()).links, 2n);
		}),
		{ numRuns: 500 },
	);
});

function play(root: Directory, sequence: readonly Parameters<Player["play"]>[0][]): string[] {
	const player = new Player({ root, plantLink() {}, dispose() {} });
	const lines = sequence.map((step) => player.play(step));
	player.end();
	return lines;
}

function plain(tree: FileTree): unknown {
	if (tree.kind === "directory") return [...tree.entries].map(([name, child]) => [name, plain(child)]);
	return tree.kind === "link" ? tree.target : Buffer.from(tree.bytes).toString("latin1");
}

function clear(root: Directory): void {
	for (const { name, type } of entriesOf(root)) {
		if (type !== FileType.DIRECTORY) {
			assertOk(root.unlink(name));
			continue;
		}
		const inner = openDirectory(root, name);
		clear(inner);
		inner.close();
		assertOk(root.removeDirectory(name));
	}
}

test("reading only what a part of the tree holds leaves the rest unmade", () => {
	const deep = directory({ x: file("x") });
	const watched = new WatchedMap([["x", file("x")]]);
	const { root } = mount(directory({ seen: deep, unseen: { ...deep, entries: watched } }));
	watched.lookedAt = 0;
	assert.equal(readFile(root, "seen/x"), "x");
	assert.equal(got(root.statAt("unseen", true)).size_bytes, 1n);
	assertErrno(root.open("unseen/x/y", READ), Errno.NOTDIR);
	assert.equal(watched.lookedAt, 1);
});

/** Counts how often all of its entries are gone through with their names. */
class WatchedMap extends Map<string, FileTree> {
	lookedAt = 0;

	override [Symbol.iterator](): MapIterator<[string, FileTree]> {
		this.lookedAt += 1;
		return super[Symbol.iterator]();
	}
}

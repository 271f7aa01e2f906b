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
	treeOf,
	WRITE,
	writeFile,
} from "../../sys/backend.contract.ts";
import type { Directory } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import { operations, Player } from "../../sys/file-operations.contract.ts";
import { FrozenClocks } from "../../sys/frozen-clocks.ts";
import { FileType } from "../../sys/stat.ts";
import { MemoryFileSystem } from "./file-system.ts";

const MEBIBYTE = 1024 ** 2;
const START_NS = 1_700_000_000_000_000_000n;

function make(quota_bytes = MEBIBYTE): { fs: MemoryFileSystem; root: Directory; clocks: FrozenClocks } {
	const clocks = new FrozenClocks(START_NS);
	const fs = new MemoryFileSystem({ clocks, quota_bytes });
	return { fs, root: fs.root, clocks };
}

/** Does something until there is no room, and answers how often it could be done. */
function untilFull(act: (index: number) => Errno): number {
	for (let index = 0; ; index++) {
		const answer = act(index);
		if (answer === Errno.SUCCESS) continue;
		assertErrno(answer, Errno.NOSPC);
		return index;
	}
}

function makeFile(root: Directory, path: string): Errno {
	const file = root.open(path, CREATE);
	if (typeof file === "number") return file;
	file.close();
	return Errno.SUCCESS;
}

/** All the ways to use up memory without writing a byte. */
const HOARDERS: Readonly<Record<string, (root: Directory, index: number) => Errno>> = {
	"empty files": (root, index) => makeFile(root, `${index}`),
	"empty files with long names": (root, index) => makeFile(root, `${index}`.padStart(255, "n")),
	"empty directories": (root, index) => root.createDirectory(`${index}`),
	links: (root, index) => root.symlink("x", `${index}`),
	"links to long targets": (root, index) => root.symlink("t".repeat(4095), `${index}`),
	"names of one file": (root, index) => {
		if (index === 0) makeFile(root, "f");
		return root.link("f", false, root, `l${index}`);
	},
	"files that lost their names but not their handles": (root, index) => {
		const answer = root.open(`${index}`, CREATE);
		if (typeof answer === "number") return answer;
		return root.unlink(`${index}`);
	},
	"directories that were removed but not closed": (root, index) => {
		const answer = root.createDirectory(`${index}`);
		if (answer !== Errno.SUCCESS) return answer;
		openDirectory(root, `${index}`);
		return root.removeDirectory(`${index}`);
	},
	"holes with a byte in each": (root, index) => {
		const file = root.open("holes", CREATE);
		if (typeof file === "number") return file;
		assert.ok(file.kind === "file");
		const count = file.write([Uint8Array.of(1)], index * 2 ** 20);
		file.close();
		return count < 0 ? (-count as Errno) : Errno.SUCCESS;
	},
};

for (const [what, hoard] of Object.entries(HOARDERS))
	test(`${what} end at the quota`, () => {
		const { fs, root } = make();
		const count = untilFull((index) => hoard(root, index));
		assert.ok(count > 10 && count < MEBIBYTE / 250, `${count}`);
		assert.ok(fs.used_bytes <= MEBIBYTE);
	});

test("names that only grow by renaming end at the quota", () => {
	const { fs, root } = make();
	const count = untilFull((index) => makeFile(root, `${index}`));
	const answers = new Set<Errno>();
	for (let index = 0; index < count; index++)
		answers.add(root.rename(`${index}`, root, `${index}`.padStart(255, "n")));
	assert.ok(answers.has(Errno.NOSPC));
	assert.ok(fs.used_bytes <= MEBIBYTE);
});

test("what is full can be emptied and filled again", () => {
	const { fs, root } = make();
	const counts = [0, 1, 2].map(() => {
		const count = untilFull((index) => makeFile(root, `${index}`));
		for (const name of namesIn(root)) assertOk(root.unlink(name));
		assert.equal(fs.used_bytes, 0);
		return count;
	});
	assert.equal(new Set(counts).size, 1);
});

test("a full file system can still be read, renamed over, cut and cleared", () => {
	const { root } = make();
	const file = openFile(root, "big", CREATE);
	while (file.append([new Uint8Array(1000)]) > 0);
	const count = untilFull((index) => root.createDirectory(`d${index}`));
	assert.ok(count < 100);
	assertErrno(-file.append([new Uint8Array(65_536)]), Errno.NOSPC);
	assertErrno(makeFile(root, "x"), Errno.NOSPC);
	assertErrno(root.symlink("x", "y"), Errno.NOSPC);
	assertErrno(file.allocate(0, 2 * MEBIBYTE), Errno.NOSPC);
	assert.equal(file.write([bytes("over")], 0), 4);
	assertOk(file.truncate(100));
	assertOk(makeFile(root, "x"));
	assertOk(root.rename("x", root, "big"));
	file.close();
});

test("space that is freed by the last handle is free only then", () => {
	const { fs, root } = make();
	const file = openFile(root, "f", CREATE);
	file.write([new Uint8Array(500_000)], 0);
	assertOk(root.unlink("f"));
	assert.ok(fs.used_bytes > 500_000);
	file.close();
	assert.equal(fs.used_bytes, 0);
});

test("a write that only fits in part answers how much did", () => {
	const { root } = make();
	const file = openFile(root, "f", CREATE);
	const count = file.write([new Uint8Array(600_000), new Uint8Array(600_000), new Uint8Array(10)], 0);
	assert.ok(count > 900_000 && count < MEBIBYTE);
	assert.equal(got(file.stat()).size_bytes, BigInt(count));
	file.close();
});

test("a file larger than any number answers FBIG", () => {
	const { root } = make();
	const file = openFile(root, "f", CREATE);
	assertErrno(-file.write([new Uint8Array(2)], Number.MAX_SAFE_INTEGER - 1), Errno.FBIG);
	assert.equal(file.write([new Uint8Array(1)], Number.MAX_SAFE_INTEGER - 1), 1);
	assertErrno(-file.append([new Uint8Array(1)]), Errno.FBIG);
	assertErrno(file.allocate(Number.MAX_SAFE_INTEGER, 1), Errno.FBIG);
	assertErrno(file.allocate(0, Number.MAX_SAFE_INTEGER), Errno.NOSPC);
	file.close();
});

test("100,000 entries are made, listed in small pieces and removed", () => {
	const { fs, root } = make(1024 * MEBIBYTE);
	const count = 100_000;
	for (let index = 0; index < count; index++) assertOk(makeFile(root, `${index}`));
	let from = 0n;
	let seen = 0;
	for (let before = -1; seen > before;) {
		before = seen;
		let piece = 0;
		root.list(from, (entry) => {
			from = entry.next;
			seen += 1;
			return (piece += 1) < 40;
		});
	}
	assert.equal(seen, count + 2);
	for (let index = 0; index < count; index++) assertOk(root.unlink(`${index}`));
	assert.equal(fs.used_bytes, 0);
});

test("a path through 2,000 directories, and back", () => {
	const { root } = make(16 * MEBIBYTE);
	let inner = root;
	for (let depth = 0; depth < 2000; depth++) {
		assertOk(inner.createDirectory("d"));
		inner = openDirectory(inner, "d");
	}
	writeFile(inner, "f", "x");
	assert.equal(got(root.statAt("d/".repeat(2000) + "f", true)).size_bytes, 1n);
	assertErrno(root.rename("d", inner, "d"), Errno.INVAL);
	writeFile(root, "f", "at the top");
	assert.equal(got(root.statAt("d/".repeat(800) + "../".repeat(800) + "f", true)).size_bytes, 10n);
	assertErrno(root.statAt("d/".repeat(800) + "../".repeat(801) + "f", true), Errno.NOTCAPABLE);
});

test("times come from the clocks", () => {
	const { root, clocks } = make();
	const file = openFile(root, "f", CREATE);
	assert.equal(got(file.stat()).modified_ns, START_NS);
	clocks.advance(5n);
	file.write([bytes("x")], 0);
	assert.equal(got(file.stat()).modified_ns, START_NS + 5n);
	assert.equal(got(file.stat()).changed_ns, START_NS + 5n);
	assert.equal(got(file.stat()).accessed_ns, START_NS);
	clocks.advance(5n);
	file.read([new Uint8Array(1)], 0);
	clocks.advance(5n);
	file.read([new Uint8Array(1)], 0);
	assert.equal(got(file.stat()).accessed_ns, START_NS + 10n);
	assertOk(file.setTimes(1n, "keep"));
	const { accessed_ns, modified_ns, changed_ns } = got(file.stat());
	assert.deepEqual([accessed_ns, modified_ns, changed_ns], [1n, START_NS + 5n, START_NS + 15n]);
	clocks.advance(5n);
	assertOk(root.link("f", false, root, "g"));
	assert.equal(got(file.stat()).changed_ns, START_NS + 20n);
	clocks.advance(5n);
	assertOk(root.rename("g", root, "h"));
	assert.equal(got(file.stat()).changed_ns, START_NS + 25n);
	clocks.advance(5n);
	assertOk(root.unlink("h"));
	assert.equal(got(file.stat()).changed_ns, START_NS + 30n);
	assert.equal(got(root.stat()).modified_ns, START_NS + 30n);
	file.close();
});

test("inodes are told apart within a file system, and file systems by their device", () => {
	const { root } = make();
	for (const name of ["a", "b"]) writeFile(root, name, "");
	assert.notEqual(got(root.statAt("a", true)).inode, got(root.statAt("b", true)).inode);
	const other = new MemoryFileSystem({ clocks: new FrozenClocks(0n), quota_bytes: MEBIBYTE, device: 9n });
	assert.equal(got(other.root.stat()).device, 9n);
	assert.notEqual(got(root.stat()).device, 9n);
});

test("directories count their subdirectories among their links", () => {
	const { root } = make();
	const links = (path: string) => got(root.statAt(path, true)).links;
	assert.equal(links("."), 2n);
	assertOk(root.createDirectory("a"));
	assertOk(root.createDirectory("a/sub"));
	assertOk(root.createDirectory("b"));
	assert.deepEqual([links("."), links("a"), links("a/sub"), links("b")], [4n, 3n, 2n, 2n]);
	assertOk(root.rename("a/sub", root, "b"));
	assert.deepEqual([links("."), links("a"), links("b")], [4n, 2n, 2n]);
	const handle = openDirectory(root, "b");
	assertOk(root.removeDirectory("b"));
	assert.deepEqual([links("."), got(handle.stat()).links], [3n, 0n]);
	handle.close();
});

test("a directory that was removed cannot be listed", () => {
	const { root } = make();
	assertOk(root.createDirectory("d"));
	const handle = openDirectory(root, "d");
	assertOk(root.removeDirectory("d"));
	assertErrno(
		handle.list(0n, () => true),
		Errno.NOENT,
	);
	handle.close();
});

test("nothing is linked or renamed into another file system", () => {
	const [one, other] = [make(), make()];
	writeFile(one.root, "f", "x");
	assertErrno(one.root.link("f", false, other.root, "f"), Errno.XDEV);
	assertErrno(one.root.rename("f", other.root, "f"), Errno.XDEV);
	assert.deepEqual([treeOf(one.root), treeOf(other.root)], ["f: x\n", ""]);
});

test("random operations leave nothing behind: all that was taken is given back", () => {
	fc.assert(
		fc.property(operations, fc.constantFrom(4000, 10_000, MEBIBYTE), (sequence, quota_bytes) => {
			const { fs, root } = make(quota_bytes);
			const player = new Player({ root, plantLink() {}, dispose() {} });
			for (const step of sequence) {
				player.play(step);
				assert.ok(fs.used_bytes >= 0 && fs.used_bytes <= quota_bytes);
			}
			player.end();
			clear(root);
			assert.equal(fs.used_bytes, 0);
			assert.equal(got(root.stat()).links, 2n);
		}),
		{ numRuns: 500 },
	);
});

test("random operations within a directory neither change nor see what is outside", () => {
	fc.assert(
		fc.property(operations, (sequence) => {
			const { root } = make();
			writeFile(root, "secret", "s");
			assertOk(root.createDirectory("inside"));
			assertOk(root.createDirectory("a"));
			const inside = openDirectory(root, "inside");
			const player = new Player({ root: inside, plantLink() {}, dispose() {} });
			for (const step of sequence) assert.ok(!player.play(step).includes("secret"));
			clear(inside);
			assert.equal(treeOf(root), "a/\ninside/\nsecret: s\n");
			player.end();
			inside.close();
		}),
		{ numRuns: 500 },
	);
});

function clear(directory: Directory): void {
	for (const { name, type } of entriesOf(directory)) {
		if (type !== FileType.DIRECTORY) {
			assertOk(directory.unlink(name));
			continue;
		}
		const inner = openDirectory(directory, name);
		clear(inner);
		inner.close();
		assertOk(directory.removeDirectory(name));
	}
}

test("a file opened for nothing can be examined only", () => {
	const { root } = make();
	writeFile(root, "f", "x");
	const file = openFile(root, "f", { ...READ, read: false });
	assertErrno(-file.read([new Uint8Array(1)], 0), Errno.BADF);
	assertErrno(-file.write([bytes("y")], 0), Errno.BADF);
	assert.equal(got(file.stat()).size_bytes, 1n);
	file.close();
	openFile(root, "f", WRITE).close();
});

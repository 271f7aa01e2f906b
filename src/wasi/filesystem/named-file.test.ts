import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryFileSystem } from "../../host/memory/file-system.ts";
import { READ, WRITE } from "../../sys/backend.contract.ts";
import type { Directory } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import { FrozenClocks } from "../../sys/frozen-clocks.ts";
import { FileType } from "../../sys/stat.ts";
import { betweenPlaces } from "./mounts.ts";
import { NamedFile } from "./named-file.ts";

function world(): { root: Directory; named: NamedFile } {
	const { root } = new MemoryFileSystem({ clocks: new FrozenClocks(0n), quota_bytes: 1 << 20 });
	const made = root.open("f", { ...WRITE, create: true });
	assert.ok(typeof made !== "number" && made.kind === "file");
	made.write([Buffer.from("text")], 0);
	root.createDirectory("d");
	return { root, named: new NamedFile(root, "f") };
}

type Act = (named: NamedFile, root: Directory) => unknown;

const ACTS: readonly (readonly [string, Act, unknown])[] = [
	["it is a directory, as preopens are", (named) => named.stat().type, FileType.DIRECTORY],
	["what it holds is the file", (named) => typeOf(named.statAt(".", true)), FileType.REGULAR_FILE],
	["it has no entries", (named) => named.list(), Errno.NOTDIR],
	["nothing else is in it", (named) => named.statAt("f", true), Errno.NOTDIR],
	["nor beside it", (named) => named.open("../d", READ), Errno.NOTDIR],
	["nor behind dots", (named) => named.open("./.", READ), Errno.NOTDIR],
	["no directory is made in it", (named) => named.createDirectory("x"), Errno.NOTDIR],
	["nor over it", (named) => named.createDirectory("."), Errno.EXIST],
	["no link is made over it", (named) => named.symlink("f", "."), Errno.EXIST],
	["it is no directory to be removed", (named) => named.removeDirectory(), Errno.NOTDIR],
	[
		"it can be removed",
		(named, root) => [named.unlink("."), root.statAt("f", true)],
		[Errno.SUCCESS, Errno.NOENT],
	],
	[
		"it can be renamed",
		(named, root) => [move(named, ".", root, "g"), root.statAt("f", true)],
		[0, Errno.NOENT],
	],
	[
		"and be renamed to",
		(named, root) => [move(root, "f", named, "."), typeOf(root.statAt("f", true))],
		[0, 4],
	],
	["but nothing beneath it", (named, root) => move(root, "f", named, "g"), Errno.NOTDIR],
];

for (const [name, act, expected] of ACTS)
	test(`a file in the place of a directory: ${name}`, () => {
		const { root, named } = world();
		assert.deepEqual(act(named, root), expected);
	});

test("a file in the place of a directory is opened by its own name", () => {
	const opened = world().named.open(".", READ);
	assert.ok(typeof opened !== "number" && opened.kind === "file");
	const bytes = Buffer.alloc(10);
	assert.equal(bytes.toString("utf8", 0, opened.read([bytes], 0)), "text");
});

function typeOf(stat: ReturnType<Directory["statAt"]>): FileType | Errno {
	return typeof stat === "number" ? stat : stat.type;
}

function move(from: Directory, path: string, to: Directory, toPath: string): Errno {
	return betweenPlaces(from, path, to, toPath, (source, target) =>
		source.directory.rename(source.path, target.directory, target.path),
	);
}

/** What operations on a tree do, one story a case: names, links, handles, listings. */
import assert from "node:assert/strict";
import {
	assertErrno,
	assertOk,
	bytes,
	type Cases,
	contentOf,
	CREATE,
	got,
	namesIn,
	openDirectory,
	openFile,
	READ,
	readFile,
	treeOf,
	WRITE,
	writeFile,
} from "./backend.contract.ts";
import { Errno } from "./errno.ts";
import { FileType } from "./stat.ts";

/** Names that an object would have something to say about, and others that are only odd. */
const ODD_NAMES = [
	"__proto__",
	"constructor",
	"toString",
	"hasOwnProperty",
	" ",
	"...",
	"a\\b",
	"C:",
	"é\u0301",
	"🜁",
	"\n",
	"-rf",
	"0",
];

/** 255 bytes, once in one-byte and once in three-byte characters. */
const LONGEST_NAMES = ["n".repeat(255), "€".repeat(85)];
const TOO_LONG_NAMES = ["n".repeat(256), "€".repeat(85) + "x"];

export const NAME_CASES: Cases = {
	"an empty directory lists nothing but the dots": ({ root }) => {
		const names: string[] = [];
		assertOk(root.list(0n, (entry) => names.push(entry.name) > 0));
		assert.deepEqual(names.sort(), [".", ".."]);
	},
	"odd names are names like all others": ({ root }) => {
		for (const name of ODD_NAMES) assertErrno(root.statAt(name, true), Errno.NOENT);
		for (const name of ODD_NAMES) writeFile(root, name, name);
		for (const name of ODD_NAMES) assert.equal(readFile(root, name), name);
		assert.deepEqual(namesIn(root), [...ODD_NAMES].sort());
		for (const name of ODD_NAMES) assertOk(root.unlink(name));
		assert.deepEqual(namesIn(root), []);
	},
	"odd names as directories and links": ({ root }) => {
		for (const name of ["__proto__", "constructor"]) {
			assertOk(root.createDirectory(name));
			assertOk(root.symlink(name, `${name}.link`));
			writeFile(root, `${name}.link/__proto__`, "x");
			assert.equal(readFile(root, `${name}/__proto__`), "x");
		}
	},
	"names differ by case and by composition": ({ root }) => {
		for (const name of ["a", "A", "\u00e9", "e\u0301"]) writeFile(root, name, name);
		assert.equal(namesIn(root).length, 4);
	},
	"a name may have 255 bytes": ({ root }) => {
		for (const name of LONGEST_NAMES) writeFile(root, name, "x");
		assert.deepEqual(namesIn(root), [...LONGEST_NAMES].sort());
	},
	"a name of 256 bytes is too long for everyone": ({ root }) => {
		writeFile(root, "f", "x");
		for (const name of TOO_LONG_NAMES) {
			assertErrno(root.open(name, CREATE), Errno.NAMETOOLONG);
			assertErrno(root.statAt(name, true), Errno.NAMETOOLONG);
			assertErrno(root.createDirectory(name), Errno.NAMETOOLONG);
			assertErrno(root.removeDirectory(name), Errno.NAMETOOLONG);
			assertErrno(root.unlink(name), Errno.NAMETOOLONG);
			assertErrno(root.readLink(name), Errno.NAMETOOLONG);
			assertErrno(root.symlink("x", name), Errno.NAMETOOLONG);
			assertErrno(root.link("f", false, root, name), Errno.NAMETOOLONG);
			assertErrno(root.rename("f", root, name), Errno.NAMETOOLONG);
			assertErrno(root.statAt(`${name}/x`, true), Errno.NAMETOOLONG);
		}
		assert.deepEqual(namesIn(root), ["f"]);
	},
	"a path may have 4,095 bytes": ({ root }) => {
		writeFile(root, "f", "x");
		assert.equal(readFile(root, "./".repeat(2047) + "f"), "x");
		assertErrno(root.open("./".repeat(2047) + "ff", READ), Errno.NAMETOOLONG);
		assertErrno(root.open("€/".repeat(1024), READ), Errno.NAMETOOLONG);
		assertErrno(root.open("x".repeat(1_000_000), READ), Errno.NAMETOOLONG);
	},
	"a NUL is in no name": ({ root }) => {
		writeFile(root, "f", "x");
		for (const path of ["f\0", "\0f", "f\0/x", "nope/\0", "f/../f\0"]) {
			assertErrno(root.open(path, CREATE), Errno.INVAL);
			assertErrno(root.statAt(path, false), Errno.INVAL);
			assertErrno(root.setTimesAt(path, true, 0n, 0n), Errno.INVAL);
			assertErrno(root.createDirectory(path), Errno.INVAL);
			assertErrno(root.removeDirectory(path), Errno.INVAL);
			assertErrno(root.unlink(path), Errno.INVAL);
			assertErrno(root.readLink(path), Errno.INVAL);
			assertErrno(root.symlink("x", path), Errno.INVAL);
			assertErrno(root.symlink(path, "x"), Errno.INVAL);
			assertErrno(root.link(path, true, root, "x"), Errno.INVAL);
			assertErrno(root.link("f", true, root, path), Errno.INVAL);
			assertErrno(root.rename(path, root, "x"), Errno.INVAL);
			assertErrno(root.rename("f", root, path), Errno.INVAL);
		}
		assert.equal(treeOf(root), "f: x\n");
	},
	"a directory cannot be opened with create, whether it is there or not": ({ root }) => {
		assertOk(root.createDirectory("d"));
		for (const path of ["d", "nope", "d/", "."])
			assertErrno(root.open(path, { ...CREATE, directory: true }), Errno.INVAL);
		assert.equal(treeOf(root), "d/\n");
	},
	"exclusive means nothing without create": ({ root }) => {
		writeFile(root, "f", "x");
		openFile(root, "f", { ...READ, exclusive: true }).close();
	},
};

export const LINK_CASES: Cases = {
	"a link's target is stored as it is": ({ root }) => {
		const targets = ["x", "./x//", "..", "../../x", "€", " ", "__proto__", "t".repeat(255)];
		for (const [index, target] of targets.entries()) {
			assertOk(root.symlink(target, `l${index}`));
			assert.equal(root.readLink(`l${index}`), target);
			const stat = got(root.statAt(`l${index}`, false));
			assert.equal(stat.type, FileType.SYMBOLIC_LINK);
			assert.equal(stat.size_bytes, BigInt(bytes(target).length));
		}
	},
	"an absolute or empty or too long target is refused": ({ root }) => {
		assertErrno(root.symlink("/", "l"), Errno.NOTCAPABLE);
		assertErrno(root.symlink("/etc/passwd", "l"), Errno.NOTCAPABLE);
		assertErrno(root.symlink("", "l"), Errno.NOENT);
		assertErrno(root.symlink("t".repeat(4096), "l"), Errno.NAMETOOLONG);
		assert.deepEqual(namesIn(root), []);
	},
	"an absolute link that someone else made is not followed": (backend) => {
		const { root } = backend;
		assertOk(root.createDirectory("d"));
		for (const [name, target] of [
			["etc", "/etc"],
			["slash", "/"],
			["self", "//"],
			["passwd", "/etc/passwd"],
		] as const) {
			backend.plantLink(target, name);
			for (const path of [name, `${name}/`, `${name}/.`, `${name}/..`, `${name}/passwd`, `d/../${name}`]) {
				assertErrno(root.open(path, READ), Errno.NOTCAPABLE);
				assertErrno(root.statAt(path, true), Errno.NOTCAPABLE);
				assertErrno(root.link(path, true, root, "new"), Errno.NOTCAPABLE);
			}
			assertErrno(root.open(name, CREATE), Errno.NOTCAPABLE);
			assertErrno(root.open(`${name}/`, { ...READ, follow: false }), Errno.NOTCAPABLE);
			assertErrno(root.statAt(`${name}/`, false), Errno.NOTCAPABLE);
			assertErrno(root.readLink(`${name}/`), Errno.NOTCAPABLE);
			assertErrno(root.createDirectory(`${name}/wherry`), Errno.NOTCAPABLE);
			assertErrno(root.unlink(`${name}/wherry`), Errno.NOTCAPABLE);
			assertErrno(root.rename("d", root, `${name}/wherry`), Errno.NOTCAPABLE);
			assertErrno(root.open(name, { ...READ, follow: false }), Errno.LOOP);
			assert.equal(root.readLink(name), target);
			assertOk(root.unlink(name));
		}
	},
	"40 links are followed, 41 are not": ({ root }) => {
		writeFile(root, "f", "end");
		assertOk(root.symlink("f", "l1"));
		for (let index = 2; index <= 41; index++) assertOk(root.symlink(`l${index - 1}`, `l${index}`));
		assert.equal(readFile(root, "l40"), "end");
		assertErrno(root.open("l41", READ), Errno.LOOP);
		assertErrno(root.statAt("l41", true), Errno.LOOP);
		assert.equal(got(root.statAt("l41", false)).type, FileType.SYMBOLIC_LINK);
	},
	"links within one path are counted together": ({ root }) => {
		assertOk(root.createDirectory("d"));
		assertOk(root.symlink(".", "d/here"));
		writeFile(root, "d/f", "x");
		assert.equal(readFile(root, "d/" + "here/".repeat(40) + "f"), "x");
		assertErrno(root.open("d/" + "here/".repeat(41) + "f", READ), Errno.LOOP);
	},
	"links that lead to each other end": ({ root }) => {
		assertOk(root.symlink("b", "a"));
		assertOk(root.symlink("a", "b"));
		assertOk(root.symlink("deep/deep", "deep"));
		for (const path of ["a", "b", "a/", "a/x", "deep", "deep/"])
			assertErrno(root.open(path, READ), Errno.LOOP);
	},
	"a link counts from where it lies": ({ root }) => {
		assertOk(root.createDirectory("d"));
		assertOk(root.createDirectory("d/e"));
		writeFile(root, "f", "top");
		writeFile(root, "d/f", "inner");
		assertOk(root.symlink("../f", "d/e/l"));
		assertOk(root.symlink("../../f", "d/e/top"));
		assertOk(root.symlink("../../../f", "d/e/out"));
		assert.equal(readFile(root, "d/e/l"), "inner");
		assert.equal(readFile(root, "d/e/top"), "top");
		assertErrno(root.open("d/e/out", READ), Errno.NOTCAPABLE);
	},
	"what is beneath the root is not beneath an inner handle": ({ root }) => {
		assertOk(root.createDirectory("d"));
		writeFile(root, "f", "top");
		assertOk(root.symlink("../f", "d/l"));
		const inner = openDirectory(root, "d");
		assert.equal(readFile(root, "d/l"), "top");
		assertErrno(inner.open("l", READ), Errno.NOTCAPABLE);
		assertErrno(inner.open("../f", READ), Errno.NOTCAPABLE);
		assertErrno(inner.statAt("..", true), Errno.NOTCAPABLE);
		assertErrno(inner.rename("l", root, "../l"), Errno.NOTCAPABLE);
		inner.close();
	},
	"`..` behind a link leaves the directory that the link led to": ({ root }) => {
		for (const name of ["a", "a/b", "c"]) assertOk(root.createDirectory(name));
		writeFile(root, "a/f", "in a");
		writeFile(root, "f", "top");
		assertOk(root.symlink("a/b", "l"));
		assert.equal(readFile(root, "l/../f"), "in a");
		assert.equal(readFile(root, "c/../l/../../f"), "top");
		assertErrno(root.open("l/../../../f", READ), Errno.NOTCAPABLE);
	},
	"create makes what a dangling link names, beneath only": ({ root }) => {
		assertOk(root.createDirectory("d"));
		assertOk(root.symlink("d/new", "l"));
		assertOk(root.symlink("../new", "out"));
		assertOk(root.symlink("d/../../new", "roundabout"));
		writeFile(root, "l", "made");
		assert.equal(readFile(root, "d/new"), "made");
		assertErrno(root.open("out", CREATE), Errno.NOTCAPABLE);
		assertErrno(root.open("roundabout", CREATE), Errno.NOTCAPABLE);
	},
	"a link to the root itself is beneath": ({ root }) => {
		assertOk(root.createDirectory("d"));
		assertOk(root.symlink("d/..", "l"));
		writeFile(root, "f", "x");
		assert.equal(readFile(root, "l/f"), "x");
		assert.equal(readFile(root, "l/l/l/f"), "x");
	},
	"hard links are one file": ({ root }) => {
		writeFile(root, "f", "one");
		assertOk(root.link("f", false, root, "g"));
		const [f, g] = [got(root.statAt("f", true)), got(root.statAt("g", true))];
		assert.deepEqual([f.inode, f.device, f.links], [g.inode, g.device, 2n]);
		const file = openFile(root, "g", WRITE);
		file.append([bytes(" two")]);
		file.close();
		assert.equal(readFile(root, "f"), "one two");
		assertOk(root.unlink("f"));
		assert.equal(readFile(root, "g"), "one two");
		assert.equal(got(root.statAt("g", true)).links, 1n);
	},
	"a hard link of a link is a link, or the file when followed": ({ root }) => {
		writeFile(root, "f", "x");
		assertOk(root.symlink("f", "l"));
		assertOk(root.link("l", false, root, "same"));
		assertOk(root.link("l", true, root, "file"));
		assert.equal(root.readLink("same"), "f");
		assert.equal(got(root.statAt("file", false)).type, FileType.REGULAR_FILE);
	},
	"links and renames go from one handle to another": ({ root }) => {
		for (const name of ["a", "b"]) assertOk(root.createDirectory(name));
		const [a, b] = [openDirectory(root, "a"), openDirectory(root, "b")];
		writeFile(a, "f", "x");
		assertOk(a.link("f", false, b, "g"));
		assertOk(a.rename("f", b, "h"));
		assert.equal(treeOf(root), "a/\nb/\nb/g: x\nb/h: x\n");
		for (const handle of [a, b]) handle.close();
	},
};

export const RENAME_CASES: Cases = {
	"a file is renamed over a file": ({ root }) => {
		writeFile(root, "a", "new");
		writeFile(root, "b", "old");
		const old = openFile(root, "b");
		assertOk(root.rename("a", root, "b"));
		assert.equal(treeOf(root), "b: new\n");
		assert.equal(contentOf(old), "old");
		assert.equal(got(old.stat()).links, 0n);
		old.close();
	},
	"a directory takes its tree along, and the place of an empty one": ({ root }) => {
		for (const name of ["a", "a/sub", "b"]) assertOk(root.createDirectory(name));
		writeFile(root, "a/sub/f", "x");
		assertOk(root.rename("a", root, "b"));
		assert.equal(treeOf(root), "b/\nb/sub/\nb/sub/f: x\n");
		assertOk(root.rename("b/sub", root, "sub"));
		assert.equal(treeOf(root), "b/\nsub/\nsub/f: x\n");
	},
	"a directory that was moved has another parent": ({ root }) => {
		for (const name of ["a", "a/sub", "b"]) assertOk(root.createDirectory(name));
		writeFile(root, "b/f", "in b");
		const before = got(root.statAt("a", true)).links;
		assertOk(root.rename("a/sub", root, "b/sub"));
		assert.equal(readFile(root, "b/sub/../f"), "in b");
		assert.ok(got(root.statAt("a", true)).links <= before);
		assertErrno(root.rename("b", root, "b/sub/b"), Errno.INVAL);
		assertOk(root.rename("a", root, "b/sub/a"));
		assertErrno(root.rename("b", root, "b/sub/a"), Errno.INVAL);
		assertErrno(root.rename("b/sub/a", root, "b"), Errno.NOTEMPTY);
		assertErrno(root.rename("b/f", root, "b"), Errno.NOTEMPTY);
	},
	"two names of one file stay when one is renamed to the other": ({ root }) => {
		writeFile(root, "a", "x");
		assertOk(root.link("a", false, root, "b"));
		assertOk(root.rename("a", root, "b"));
		assertOk(root.rename("a", root, "a"));
		assert.equal(treeOf(root), "a: x\nb: x\n");
		assertErrno(root.rename("a", root, "b/"), Errno.NOTDIR);
	},
	"a link is renamed itself": ({ root }) => {
		assertOk(root.createDirectory("d"));
		assertOk(root.symlink("d", "l"));
		writeFile(root, "f", "x");
		assertOk(root.rename("l", root, "m"));
		assert.equal(treeOf(root), "d/\nf: x\nm -> d\n");
		assertOk(root.rename("f", root, "m"));
		assert.equal(treeOf(root), "d/\nm: x\n");
	},
	"both names may end in a slash when a directory is renamed": ({ root }) => {
		assertOk(root.createDirectory("a"));
		assertOk(root.rename("a/", root, "b/"));
		assertOk(root.createDirectory("c"));
		assertOk(root.rename("b/", root, "c/"));
		assert.equal(treeOf(root), "c/\n");
	},
};

export const HANDLE_CASES: Cases = {
	"a file that lost its name lives on": ({ root }) => {
		writeFile(root, "f", "x");
		const file = openFile(root, "f", WRITE);
		assertOk(root.unlink("f"));
		file.append([bytes("y")]);
		assert.equal(contentOf(file), "xy");
		assert.equal(got(file.stat()).links, 0n);
		writeFile(root, "f", "another");
		assert.equal(contentOf(file), "xy");
		file.close();
		assert.equal(readFile(root, "f"), "another");
	},
	"a directory handle stays what it was when its directory is renamed": ({ root }) => {
		for (const name of ["a", "b"]) assertOk(root.createDirectory(name));
		const handle = openDirectory(root, "a");
		assertOk(root.rename("a", root, "b/moved"));
		assertOk(root.createDirectory("a"));
		writeFile(handle, "f", "x");
		assert.equal(treeOf(root), "a/\nb/\nb/moved/\nb/moved/f: x\n");
		assertErrno(handle.open("../f", CREATE), Errno.NOTCAPABLE);
		handle.close();
	},
	"a directory handle stays what it was when a link takes the name": ({ root }) => {
		for (const name of ["inside", "inside/a"]) assertOk(root.createDirectory(name));
		writeFile(root, "secret", "s");
		const inside = openDirectory(root, "inside");
		const handle = openDirectory(inside, "a");
		assertOk(inside.rename("a", inside, "old"));
		assertOk(inside.symlink("..", "a"));
		assertErrno(handle.open("secret", READ), Errno.NOENT);
		assertErrno(inside.open("a/secret", READ), Errno.NOTCAPABLE);
		writeFile(handle, "f", "x");
		assert.deepEqual(namesIn(inside), ["a", "old"]);
		assert.equal(readFile(inside, "old/f"), "x");
		for (const open of [handle, inside]) open.close();
	},
	"nothing is found or made in a directory that was removed": ({ root }) => {
		assertOk(root.createDirectory("d"));
		writeFile(root, "f", "x");
		assertOk(root.symlink("f", "l"));
		const handle = openDirectory(root, "d");
		assertOk(root.removeDirectory("d"));
		assertErrno(handle.open("x", CREATE), Errno.NOENT);
		assertErrno(handle.open("x", READ), Errno.NOENT);
		assertErrno(handle.statAt("x", true), Errno.NOENT);
		assertErrno(handle.createDirectory("x"), Errno.NOENT);
		assertErrno(handle.symlink("f", "x"), Errno.NOENT);
		assertErrno(handle.unlink("x"), Errno.NOENT);
		assertErrno(handle.removeDirectory("x"), Errno.NOENT);
		assertErrno(root.link("f", false, handle, "x"), Errno.NOENT);
		assertErrno(root.rename("f", handle, "x"), Errno.NOENT);
		assertErrno(root.rename("l", handle, "x"), Errno.NOENT);
		assertErrno(handle.rename("x", root, "x"), Errno.NOENT);
		assert.equal(got(handle.stat()).type, FileType.DIRECTORY);
		assertOk(root.createDirectory("d"));
		assertErrno(handle.open("x", CREATE), Errno.NOENT);
		assert.equal(treeOf(root), "d/\nf: x\nl -> f\n");
		handle.close();
	},
	"a directory that was removed lists nothing": ({ root }) => {
		assertOk(root.createDirectory("d"));
		const handle = openDirectory(root, "d");
		assertOk(root.removeDirectory("d"));
		const seen: string[] = [];
		const answer = handle.list(0n, (entry) => seen.push(entry.name) > 0);
		assert.ok(answer === Errno.NOENT || answer === Errno.SUCCESS);
		assert.deepEqual(
			seen.filter((name) => name !== "." && name !== ".."),
			[],
		);
		handle.close();
	},
	"a directory whose place was taken by rename is removed": ({ root }) => {
		for (const name of ["a", "b"]) assertOk(root.createDirectory(name));
		const handle = openDirectory(root, "b");
		assertOk(root.rename("a", root, "b"));
		assertErrno(handle.open("x", CREATE), Errno.NOENT);
		assert.equal(treeOf(root), "b/\n");
		handle.close();
	},
	"two handles of one directory see the same": ({ root }) => {
		assertOk(root.createDirectory("d"));
		const [one, other] = [openDirectory(root, "d"), openDirectory(root, "d/.")];
		writeFile(one, "f", "x");
		assert.equal(readFile(other, "f"), "x");
		one.close();
		assert.equal(readFile(other, "f"), "x");
		assert.equal(got(other.stat()).inode, got(root.statAt("d", true)).inode);
		other.close();
	},
	"`.` opens the directory anew": ({ root }) => {
		writeFile(root, "f", "x");
		const again = openDirectory(root, ".");
		assert.equal(readFile(again, "f"), "x");
		again.close();
		assert.equal(readFile(root, "f"), "x");
	},
};

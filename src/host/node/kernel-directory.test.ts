import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Directory, DirectoryEntry, OpenOptions } from "../../sys/directory.ts";
import { Errno, errnoName } from "../../sys/errno.ts";
import type { File } from "../../sys/file.ts";
import { FileType } from "../../sys/stat.ts";
import { openDirectory, openDirectoryBy } from "./directory.ts";

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
const WRITE: OpenOptions = { ...READ, read: false, write: true };
const CREATE: OpenOptions = { ...READ, write: true, create: true };

let place: string;
let inside: string;
let root: Directory;

before(() => {
	place = fs.mkdtempSync(join(tmpdir(), "wherry-kernel-"));
	inside = join(place, "inside");
	fs.mkdirSync(join(inside, "dir/deep"), { recursive: true });
	fs.mkdirSync(join(place, "outside"));
	fs.writeFileSync(join(place, "outside/secret"), "secret");
	fs.writeFileSync(join(inside, "file"), "file\n");
	fs.writeFileSync(join(inside, "dir/deep/leaf"), "leaf\n");
	fs.symlinkSync("../outside", join(inside, "out"));
	fs.symlinkSync("../outside/", join(inside, "outslash"));
	fs.symlinkSync("../outside/secret", join(inside, "outfile"));
	fs.symlinkSync(place, join(inside, "absolute"));
	fs.symlinkSync("dir/../dir/deep", join(inside, "in"));
	fs.symlinkSync("dangling-target", join(inside, "dangling"));
	fs.symlinkSync("../outside/made", join(inside, "dangling-out"));
	fs.symlinkSync("loop", join(inside, "loop"));
	fs.symlinkSync("/proc/self/root", join(inside, "magic"));
	assert.equal(spawnSync("mkfifo", [join(inside, "fifo")]).status, 0);
	root = openDirectory(inside);
});

after(() => {
	root.close();
	fs.rmSync(place, { recursive: true, force: true });
});

function asFile(opened: File | Directory | Errno): File {
	if (typeof opened === "number") throw new Error(errnoName(opened));
	assert.equal(opened.kind, "file");
	return opened;
}

function asDirectory(opened: File | Directory | Errno): Directory {
	if (typeof opened === "number") throw new Error(errnoName(opened));
	assert.equal(opened.kind, "directory");
	return opened;
}

function close(opened: File | Directory | Errno): Errno {
	if (typeof opened === "number") return opened;
	opened.close();
	return Errno.SUCCESS;
}

function verdict(answer: unknown): string {
	return typeof answer === "number" ? errnoName(answer as Errno) : "SUCCESS";
}

function textOf(opened: File | Directory | Errno): string {
	const file = asFile(opened);
	const bytes = new Uint8Array(100);
	const size_bytes = file.read([bytes], 0);
	file.close();
	return Buffer.from(bytes.subarray(0, size_bytes)).toString();
}

function openDescriptors(): number {
	return fs.readdirSync("/proc/self/fd").length;
}

function namesIn(directory: Directory): string[] {
	const names: string[] = [];
	assert.equal(
		directory.list(0n, (entry) => names.push(entry.name) > 0),
		Errno.SUCCESS,
	);
	return names.sort();
}

// what each act answers on each path that leads out
const OUTWARD = [
	["..", "NOTCAPABLE"],
	["../outside/secret", "NOTCAPABLE"],
	["dir/../../outside/secret", "NOTCAPABLE"],
	["/etc/passwd", "NOTCAPABLE"],
	["/", "NOTCAPABLE"],
	["out/secret", "NOTCAPABLE"],
	["out/", "NOTCAPABLE"],
	["outslash/secret", "NOTCAPABLE"],
	["outslash/", "NOTCAPABLE"],
	["absolute/outside/secret", "NOTCAPABLE"],
	["absolute/", "NOTCAPABLE"],
	["in/../../../outside/secret", "NOTCAPABLE"],
	["magic/etc/passwd", "NOTCAPABLE"],
	["loop/x", "LOOP"],
] as const;

for (const [path, expected] of OUTWARD) {
	for (const follow of [true, false]) {
		test(`${path} leads nowhere (${follow ? "following" : "not following"})`, () => {
			const errno = Errno[expected];
			const at = (answer: unknown, what: string) => assert.equal(answer, errno, what);
			at(root.open(path, { ...READ, follow }), "read");
			at(root.open(path, { ...READ, follow, directory: true }), "list");
			at(root.statAt(path, follow), "stat");
			at(root.setTimesAt(path, follow, 1n, 1n), "touch");
			at(root.readLink(path), "readlink");
			at(root.link(path, follow, root, "linked"), "link");
			if (path === "/") return;
			const beneath = `${path}/new`;
			const refused = new Set<unknown>([Errno.NOTCAPABLE, Errno.LOOP]);
			const below = (answer: unknown, what: string) => assert.ok(refused.has(answer), what);
			below(root.open(beneath, { ...CREATE, follow }), "create");
			below(root.createDirectory(beneath), "mkdir");
			below(root.symlink("x", beneath), "symlink");
			below(root.link("file", false, root, beneath), "link to");
			below(root.rename("file", root, beneath), "rename to");
			below(root.unlink(`${path}/secret`), "unlink");
			below(root.removeDirectory(`${path}/secret`), "rmdir");
		});
	}
}

test("links that lead out are not followed as the last name either", () => {
	for (const name of ["out", "outslash", "outfile", "absolute", "magic", "dangling-out"]) {
		assert.equal(verdict(root.open(name, READ)), "ENOTCAPABLE", name);
		assert.equal(verdict(root.open(name, WRITE)), "ENOTCAPABLE", name);
		assert.equal(verdict(root.open(name, CREATE)), "ENOTCAPABLE", name);
		assert.equal(verdict(root.open(name, { ...READ, follow: false })), "ELOOP", name);
		assert.equal(verdict(root.statAt(name, true)), "ENOTCAPABLE", name);
		assert.equal(verdict(root.setTimesAt(name, true, 1n, 1n)), "ENOTCAPABLE", name);
		assert.equal(verdict(root.link(name, true, root, "linked")), "ENOTCAPABLE", name);
	}
	assert.equal(fs.readFileSync(join(place, "outside/secret"), "utf8"), "secret");
	assert.deepEqual(fs.readdirSync(join(place, "outside")), ["secret"]);
});

test("a link's own facts are its own", () => {
	const stat = root.statAt("out", false);
	assert.ok(typeof stat !== "number");
	assert.equal(stat.type, FileType.SYMBOLIC_LINK);
	assert.equal(root.readLink("out"), "../outside");
	assert.equal(root.setTimesAt("out", false, 5n, 7_000_000_009n), Errno.SUCCESS);
	const touched = root.statAt("out", false);
	assert.ok(typeof touched !== "number");
	assert.equal(touched.modified_ns, 7_000_000_009n);
	assert.equal(root.link("out", false, root, "out-too"), Errno.SUCCESS);
	assert.equal(root.readLink("out-too"), "../outside");
	assert.equal(root.unlink("out-too"), Errno.SUCCESS);
});

test("links that stay beneath are followed", () => {
	assert.equal(textOf(root.open("in/leaf", READ)), "leaf\n");
	assert.equal(textOf(root.open("in/../deep/leaf", READ)), "leaf\n");
	assert.equal(textOf(root.open("in/../../file", READ)), "file\n");
	assert.equal(close(root.open("in", { ...READ, directory: true })), Errno.SUCCESS);
});

test("a dangling link is where the file is made, beneath", () => {
	const file = asFile(root.open("dangling", CREATE));
	assert.equal(file.write([Buffer.from("made")], 0), 4);
	file.close();
	assert.equal(fs.readFileSync(join(inside, "dangling-target"), "utf8"), "made");
	assert.equal(root.unlink("dangling-target"), Errno.SUCCESS);
	assert.equal(root.open("dangling", { ...CREATE, exclusive: true }), Errno.EXIST);
	assert.equal(root.open("dangling", { ...CREATE, follow: false }), Errno.LOOP);
});

test("a FIFO, a socket and a device are examined and removed, never opened", async () => {
	const server = createServer().listen(join(inside, "socket"));
	await new Promise((done) => server.once("listening", done));
	const names = ["fifo", "socket"];
	const dev = openDirectory("/dev");
	for (const options of [READ, WRITE, CREATE, { ...READ, follow: false }, { ...WRITE, truncate: true }]) {
		for (const name of names) assert.equal(verdict(root.open(name, options)), "ENOTCAPABLE", name);
		assert.equal(verdict(dev.open("null", options)), "ENOTCAPABLE");
		assert.equal(verdict(dev.open("tty", options)), "ENOTCAPABLE");
	}
	const stat = root.statAt("fifo", true);
	assert.ok(typeof stat !== "number");
	assert.equal(stat.type, FileType.UNKNOWN);
	assert.equal(root.rename("fifo", root, "fifo-moved"), Errno.SUCCESS);
	assert.equal(root.unlink("fifo-moved"), Errno.SUCCESS);
	dev.close();
	server.close();
});

for (const way of ["kernel", "descriptors"] as const) {
	test(`a grant of /proc itself shows neither its magic links nor this process, by ${way}`, () => {
		const proc = openDirectoryBy(way, "/proc");
		for (const path of ["self/root/etc/passwd", "self/cwd/package.json", "self/fd/0", "self/exe"]) {
			assert.match(verdict(proc.open(path, READ)), /LOOP|NOTCAPABLE|NOENT/, path);
			assert.match(verdict(proc.statAt(path, true)), /LOOP|NOTCAPABLE|NOENT/, path);
		}
		const [thread = ""] = fs.readdirSync("/proc/self/task").slice(-1);
		for (const path of [
			"self/mem",
			"self/environ",
			`${thread}/environ`,
			`${process.pid}/task/${thread}/maps`,
		]) {
			assert.equal(verdict(proc.open(path, READ)), "ENOTCAPABLE", path);
		}
		assert.equal(verdict(proc.open("sys/kernel/hostname", WRITE)), "ENOTCAPABLE");
		assert.equal(close(proc.open("meminfo", READ)), Errno.SUCCESS);
		proc.close();
	});
}

test("paths that are none", () => {
	const long = "x".repeat(256);
	for (const [path, expected] of [
		["", Errno.NOENT],
		["a\0b", Errno.INVAL],
		[long, Errno.NAMETOOLONG],
		[`dir/${long}`, Errno.NAMETOOLONG],
		["d/".repeat(2048), Errno.NAMETOOLONG],
		["é".repeat(2048), Errno.NAMETOOLONG],
	] as const) {
		assert.equal(root.open(path, READ), expected, path.slice(0, 10));
		assert.equal(root.open(path, CREATE), expected, path.slice(0, 10));
		assert.equal(root.statAt(path, false), expected, path.slice(0, 10));
		assert.equal(root.createDirectory(path), expected, path.slice(0, 10));
		assert.equal(root.readLink(path), expected, path.slice(0, 10));
		assert.equal(root.rename("file", root, path), expected, path.slice(0, 10));
	}
});

test("a handle stays the directory it was", () => {
	assert.equal(root.createDirectory("old"), Errno.SUCCESS);
	const handle = asDirectory(root.open("old", { ...READ, directory: true }));
	assert.equal(root.rename("old", root, "moved"), Errno.SUCCESS);
	assert.equal(root.symlink("../outside", "old"), Errno.SUCCESS);
	assert.equal(close(handle.open("new", CREATE)), Errno.SUCCESS);
	assert.deepEqual(fs.readdirSync(join(inside, "moved")), ["new"]);
	assert.equal(handle.open("..", { ...READ, directory: true }), Errno.NOTCAPABLE);
	assert.equal(handle.unlink("new"), Errno.SUCCESS);
	assert.equal(root.removeDirectory("moved"), Errno.SUCCESS);
	assert.equal(handle.open("new", CREATE), Errno.NOENT);
	assert.equal(root.unlink("old"), Errno.SUCCESS);
	handle.close();
});

test("a file is read and written at places, appended to, cut, grown and timed", () => {
	const file = asFile(root.open("data", CREATE));
	assert.equal(file.write([Buffer.from("ab"), Buffer.alloc(0), Buffer.from("cd")], 2), 4);
	assert.equal(file.append([Buffer.from("ef")]), 2);
	assert.equal(file.write([Buffer.from("X")], 3), 1);
	assert.equal(file.append([Buffer.from("g"), Buffer.from("h")]), 2);
	assert.equal(fs.readFileSync(join(inside, "data"), "latin1"), "\0\0aXcdefgh");
	const first = new Uint8Array(3);
	const second = new Uint8Array(20).fill(63);
	assert.equal(file.read([first, second], 2), 8);
	assert.equal(Buffer.concat([first, second.subarray(0, 6)]).toString(), "aXcdefgh???????".slice(0, 8) + "?");
	assert.equal(file.read([first], 100), 0);
	assert.equal(file.read([], 0), 0);
	assert.equal(file.truncate(4), Errno.SUCCESS);
	assert.equal(file.allocate(0, 100), Errno.SUCCESS);
	assert.equal(file.allocate(0, 10), Errno.SUCCESS);
	assert.equal(file.allocate(0, 0), Errno.INVAL);
	assert.equal(file.advise(0, 0, 1), Errno.SUCCESS);
	assert.equal(file.setTimes(1n, 2_000_000_003n), Errno.SUCCESS);
	assert.equal(file.setTimes("now", "keep"), Errno.SUCCESS);
	assert.equal(file.sync("data"), Errno.SUCCESS);
	assert.equal(file.sync("all"), Errno.SUCCESS);
	const stat = file.stat();
	assert.ok(typeof stat !== "number");
	assert.equal(stat.size_bytes, 100n);
	assert.equal(stat.modified_ns, 2_000_000_003n);
	assert.ok(stat.accessed_ns > 1_000_000_000_000_000_000n);
	assert.deepEqual(root.statAt("data", true), stat);
	file.close();
	assert.equal(asFile(root.open("data", READ)).write([Buffer.from("no")], 0), -Errno.BADF);
	assert.equal(root.unlink("data"), Errno.SUCCESS);
});

test("more buffers than the system takes are a short transfer, not an error", () => {
	const file = asFile(root.open("iov", CREATE));
	const many = Array.from({ length: 3000 }, () => Buffer.from("x"));
	assert.equal(file.write(many, 0), 1024);
	assert.equal(file.read(many, 0), 1024);
	assert.equal(file.append(many), 1024);
	file.close();
	assert.equal(root.unlink("iov"), Errno.SUCCESS);
});

test("what trailing slashes demand", () => {
	const plain = { ...READ, directory: false };
	assert.equal(root.open("file/", plain), Errno.NOTDIR);
	assert.equal(root.statAt("file/", false), Errno.NOTDIR);
	assert.equal(root.unlink("file/"), Errno.NOTDIR);
	assert.equal(root.rename("file", root, "other/"), Errno.NOTDIR);
	assert.equal(root.createDirectory("slashed//"), Errno.SUCCESS);
	assert.equal(root.rename("slashed/", root, "renamed/"), Errno.SUCCESS);
	assert.equal(root.removeDirectory("renamed/"), Errno.SUCCESS);
	assert.equal(root.symlink("x", "new/"), Errno.NOENT);
	assert.equal(root.open("new/", CREATE), Errno.ISDIR);
	const stat = root.statAt("in/", false);
	assert.ok(typeof stat !== "number");
	assert.equal(stat.type, FileType.DIRECTORY);
});

test("a listing goes on from every cookie and ends", () => {
	const names = Array.from({ length: 3000 }, (_, index) => `entry-with-a-rather-long-name-${index}`);
	fs.mkdirSync(join(inside, "many"));
	for (const name of names) fs.writeFileSync(join(inside, "many", name), "");
	const many = asDirectory(root.open("many", { ...READ, directory: true }));
	assert.deepEqual(namesIn(many), [".", "..", ...names].sort());
	const all: DirectoryEntry[] = [];
	many.list(0n, (entry) => all.push(entry) > 0);
	// as fd_readdir asks: again from the entry that did not fit
	const seen: string[] = [];
	for (let cookie = 0n, more = true; more;) {
		let room = 7;
		more = false;
		const errno = many.list(cookie, (entry) => {
			more = true;
			if (--room < 0) return false;
			seen.push(entry.name);
			cookie = entry.next;
			return true;
		});
		assert.equal(errno, Errno.SUCCESS);
	}
	assert.deepEqual(
		seen,
		all.map((entry) => entry.name),
	);
	for (const index of [5, 1500, 2999, 17]) {
		const rest: string[] = [];
		many.list(all[index]?.next ?? 0n, (entry) => rest.push(entry.name) < 3);
		assert.deepEqual(
			rest,
			all.slice(index + 1, index + 4).map((entry) => entry.name),
		);
	}
	assert.equal(
		many.list(2n ** 64n - 1n, () => true),
		Errno.INVAL,
	);
	many.close();
	fs.rmSync(join(inside, "many"), { recursive: true });
});

test("a listing tells types and inodes, and nothing of the parent", () => {
	const entries = new Map<string, DirectoryEntry>();
	root.list(0n, (entry) => entries.set(entry.name, entry).size > 0);
	assert.equal(entries.get("file")?.type, FileType.REGULAR_FILE);
	assert.equal(entries.get("dir")?.type, FileType.DIRECTORY);
	assert.equal(entries.get("out")?.type, FileType.SYMBOLIC_LINK);
	assert.equal(entries.get("file")?.inode, fs.statSync(join(inside, "file"), { bigint: true }).ino);
	assert.equal(entries.get("..")?.inode, entries.get(".")?.inode);
});

test("nothing stays open", () => {
	const count = openDescriptors();
	for (let round = 0; round < 50; round++) {
		for (const path of ["file", "dir/deep/leaf", "in/leaf", "out/secret", "missing", "dir", "..", "loop"]) {
			for (const options of [READ, WRITE, { ...READ, directory: true }, { ...READ, follow: false }]) {
				close(root.open(path, options));
			}
			root.statAt(path, true);
			root.setTimesAt(path, true, "keep", "keep");
			root.readLink(path);
			root.link(path, true, root, "dir/deep/leaf");
			root.rename(path, root, "out/x");
			root.createDirectory(`dir/deep/${path}/x/y`);
		}
	}
	assert.equal(openDescriptors(), count);
});

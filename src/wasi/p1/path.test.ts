import assert from "node:assert/strict";
import { test } from "node:test";
import { Caller, CREAT, MEMORY_END, READ, RESULT_AT, TRUNC, WRITE } from "./caller.contract.ts";

const DATA = 3;
const FIXED = 4;
const ROOT = 5;
const FOLLOW = 1;

/** /fixed holds `file` and `dir`, put there before it became read-only. */
function prepared(): Caller {
	const guest = new Caller();
	const file = guest.fixed.open("file", {
		follow: false,
		directory: false,
		create: true,
		exclusive: true,
		truncate: false,
		read: true,
		write: true,
		sync: "none",
	});
	assert.ok(typeof file === "object" && file.kind === "file");
	file.write([new TextEncoder().encode("fixed text")], 0);
	guest.fixed.createDirectory("dir");
	guest.open(DATA, "mine", CREAT);
	return guest;
}

type Words = readonly (number | bigint | string)[];

const READ_ONLY: readonly (readonly [call: string, answer: string, ...args: Words])[] = [
	["path_create_directory", "EROFS", FIXED, "new"],
	["path_create_directory", "EEXIST", FIXED, "dir"],
	["path_remove_directory", "EROFS", FIXED, "dir"],
	["path_unlink_file", "EROFS", FIXED, "file"],
	["path_symlink", "EROFS", "file", FIXED, "link"],
	["path_link", "EROFS", FIXED, 0, "file", FIXED, "twin"],
	["path_link", "EROFS", FIXED, 0, "file", DATA, "stolen"],
	["path_link", "EROFS", DATA, 0, "mine", FIXED, "planted"],
	["path_rename", "EROFS", FIXED, "file", FIXED, "moved"],
	["path_rename", "EROFS", FIXED, "file", DATA, "stolen"],
	["path_rename", "EROFS", DATA, "mine", FIXED, "planted"],
	["path_filestat_set_times", "EROFS", FIXED, 0, "file", 0n, 0n, 2],
	["path_open", "EROFS", FIXED, 0, "file", 0, WRITE, 0n, 0, RESULT_AT],
	["path_open", "EROFS", FIXED, 0, "file", TRUNC, READ, 0n, 0, RESULT_AT],
	["path_open", "EROFS", FIXED, 0, "file", 0, READ, 0n, 1, RESULT_AT],
	["path_open", "EROFS", FIXED, 0, "new", CREAT, READ | WRITE, 0n, 0, RESULT_AT],
	["path_open", "EROFS", FIXED, 0, "new", CREAT, READ, 0n, 0, RESULT_AT],
	["fd_filestat_set_times", "EROFS", FIXED, 0n, 0n, 2],
];
for (const [call, answer, ...args] of READ_ONLY) {
	test(`${call}(${args.join(", ")}) changes nothing that is read-only: ${answer}`, () => {
		const guest = prepared();
		assert.equal(guest.call(call, ...args), answer);
		assert.notEqual(typeof guest.fixed.statAt("file", false), "number");
		assert.equal(typeof guest.data.statAt("stolen", false), "number");
	});
}

test("a file of a read-only grant is read, and no call of its descriptor writes it", () => {
	const guest = prepared();
	const fd = Number(guest.open(FIXED, "file", 0, READ));
	const [pointer] = guest.put("?".repeat(16));
	assert.equal(guest.call("fd_read", fd, ...guest.iovecs([pointer, 16]), RESULT_AT), "SUCCESS");
	assert.equal(guest.text(pointer, 10), "fixed text");
	assert.equal(guest.call("fd_write", fd, ...guest.iovecs(guest.put("x")), RESULT_AT), "EBADF");
	assert.equal(guest.call("fd_filestat_set_size", fd, 0n), "EINVAL");
	assert.equal(guest.call("fd_allocate", fd, 0n, 100n), "EBADF");
	assert.equal(guest.call("fd_filestat_set_times", fd, 1n, 1n, 5), "EROFS");
});

test("a directory opened through a read-only one is read-only too", () => {
	const guest = prepared();
	const dir = Number(guest.open(FIXED, "dir", 2, READ));
	assert.equal(guest.call("path_create_directory", dir, "new"), "EROFS");
});

const IN_ROOT: readonly (readonly [call: string, answer: string, ...args: Words])[] = [
	["path_open", "ENOTCAPABLE", ROOT, 0, "etc/passwd", 0, READ, 0n, 0, RESULT_AT],
	["path_open", "ENOTCAPABLE", ROOT, 0, "data/../etc", 0, READ, 0n, 0, RESULT_AT],
	["path_open", "ENOTCAPABLE", ROOT, 0, "..", 0, READ, 0n, 0, RESULT_AT],
	["path_filestat_get", "ENOTCAPABLE", ROOT, 0, "etc", RESULT_AT],
	["path_filestat_get", "SUCCESS", ROOT, 0, "data", RESULT_AT],
	["path_filestat_get", "SUCCESS", ROOT, 0, "./data//mine", RESULT_AT],
	["path_filestat_get", "SUCCESS", ROOT, 0, ".", RESULT_AT],
	["path_create_directory", "ENOTCAPABLE", ROOT, "new"],
	["path_create_directory", "EEXIST", ROOT, "data"],
	["path_create_directory", "SUCCESS", ROOT, "data/new"],
	["path_remove_directory", "EBUSY", ROOT, "data"],
	["path_unlink_file", "EBUSY", ROOT, "data/"],
	["path_rename", "ENOTCAPABLE", ROOT, "data", ROOT, "moved"],
	["path_rename", "EBUSY", ROOT, "data", DATA, "moved"],
	["path_filestat_get", "ENOTCAPABLE", ROOT, 0, "/data", RESULT_AT],
	["path_rename", "EBUSY", DATA, "mine", ROOT, "fixed"],
	["path_rename", "ENOTCAPABLE", DATA, "mine", ROOT, "free"],
	["path_rename", "SUCCESS", DATA, "mine", ROOT, "data/yours"],
	["path_symlink", "ENOTCAPABLE", "x", ROOT, "link"],
	["path_symlink", "EEXIST", "x", ROOT, "data"],
	["path_readlink", "EINVAL", ROOT, "data", RESULT_AT, 8, RESULT_AT],
];
for (const [call, answer, ...args] of IN_ROOT) {
	test(`in the root, ${call}(${args.join(", ")}): ${answer}`, () => {
		assert.equal(prepared().call(call, ...args), answer);
	});
}

test("the root lists what is mounted and nothing else", () => {
	const guest = new Caller();
	assert.equal(guest.call("fd_readdir", ROOT, 0x1000, 0x800, 0n, RESULT_AT), "SUCCESS");
	const listing = guest.text(0x1000, guest.u32());
	assert.ok(listing.includes("data") && listing.includes("fixed"));
	assert.ok(guest.u32() === 24 * 4 + 1 + 2 + 4 + 5, "four entries: . .. data fixed");
});

const DENIALS: readonly (readonly [name: string, denial: object, call: string, ...args: Words])[] = [
	[
		"what was not granted",
		{ type: "path", guestPath: "/etc/passwd", need: "read", rule: "no-mount" },
		"path_open",
		ROOT,
		0,
		"etc/passwd",
		0,
		READ,
		0n,
		0,
		RESULT_AT,
	],
	[
		"writing what is read-only",
		{ type: "path", guestPath: "/fixed/new", need: "write", rule: "read-only" },
		"path_create_directory",
		FIXED,
		"new",
	],
	[
		"leading out",
		{ type: "path", guestPath: "/data/../x", need: "read", rule: "escape" },
		"path_open",
		DATA,
		0,
		"../x",
		0,
		READ,
		0n,
		0,
		RESULT_AT,
	],
];
for (const [name, denial, call, ...args] of DENIALS) {
	test(`${name} is remembered for the end of the run`, () => {
		const guest = prepared();
		guest.call(call, ...args);
		guest.call(call, ...args);
		assert.deepEqual(guest.guest.denials.list, [denial], "once");
	});
}

test("links are made, read and followed only when asked", () => {
	const guest = prepared();
	assert.equal(guest.call("path_symlink", "mine", DATA, "link"), "SUCCESS");
	assert.equal(guest.call("path_symlink", "/etc", DATA, "bad"), "ENOTCAPABLE");
	assert.equal(guest.call("path_readlink", DATA, "link", 0x1000, 2, RESULT_AT), "SUCCESS");
	assert.equal(guest.text(0x1000, 3), "mi?", "cut to the buffer");
	assert.equal(guest.open(DATA, "link"), "ELOOP");
	assert.equal(guest.call("path_open", DATA, FOLLOW, "link", 0, READ, 0n, 0, RESULT_AT), "SUCCESS");
	assert.equal(guest.call("path_filestat_get", DATA, 0, "link", 0x1000), "SUCCESS");
	assert.equal(guest.memory.getU8(0x1010), 7);
	assert.equal(guest.call("path_filestat_get", DATA, FOLLOW, "link", 0x1000), "SUCCESS");
	assert.equal(guest.memory.getU8(0x1010), 4);
});

test("a path_open whose result has no place opens nothing", () => {
	const guest = prepared();
	assert.equal(guest.call("path_open", DATA, 0, "new", CREAT, READ, 0n, 0, MEMORY_END - 3), "EFAULT");
	assert.equal(typeof guest.data.statAt("new", false), "number");
});

test("times that contradict each other: EINVAL", () => {
	const guest = prepared();
	assert.equal(guest.call("path_filestat_set_times", DATA, 0, "mine", 0n, 0n, 3), "EINVAL");
	assert.equal(guest.call("path_filestat_set_times", DATA, 0, "mine", 0n, 0n, 16), "EINVAL");
	assert.equal(guest.call("path_filestat_set_times", DATA, 0, "mine", 5n, 7n, 5), "SUCCESS");
	guest.call("path_filestat_get", DATA, 0, "mine", 0x1000);
	assert.deepEqual([guest.u64(0x1028), guest.u64(0x1030)], [5n, 7n]);
});

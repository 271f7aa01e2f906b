import assert from "node:assert/strict";
import { test } from "node:test";
import {
	Caller,
	CREAT,
	DIRECTORY,
	EXCL,
	MEMORY_END,
	READ,
	RESULT_AT,
	TRUNC,
	WRITE,
} from "./caller.contract.ts";

/** More than the file systems of `Caller` hold. */
const TOO_MUCH_BYTES = 2n << 20n;

function withFile(text: string): { guest: Caller; fd: number } {
	const guest = new Caller();
	const fd = guest.open(3, "file", CREAT);
	assert.ok(typeof fd === "number", String(fd));
	assert.equal(guest.call("fd_write", fd, ...guest.iovecs(guest.put(text)), RESULT_AT), "SUCCESS");
	return { guest, fd };
}

function contents(guest: Caller, fd: number, at = 0n): string {
	const [pointer] = guest.put("?".repeat(64));
	assert.equal(guest.call("fd_pread", fd, ...guest.iovecs([pointer, 64]), at, RESULT_AT), "SUCCESS");
	return guest.text(pointer, guest.u32());
}

test("what is written in parts is read in parts, and the position moves with it", () => {
	const guest = new Caller();
	const fd = guest.open(3, "file", CREAT);
	assert.equal(
		guest.call("fd_write", Number(fd), ...guest.iovecs(guest.put("one "), guest.put("two")), RESULT_AT),
		"SUCCESS",
	);
	assert.equal(guest.u32(), 7);
	assert.equal(guest.call("fd_tell", Number(fd), RESULT_AT), "SUCCESS");
	assert.equal(guest.u64(), 7n);
	assert.equal(contents(guest, Number(fd)), "one two");
});

const SEEKS: readonly (readonly [
	name: string,
	offset: bigint,
	whence: number,
	answer: string,
	position: bigint,
])[] = [
	["from the start", 3n, 0, "SUCCESS", 3n],
	["from where it is", -2n, 1, "SUCCESS", 5n],
	["from the end", -1n, 2, "SUCCESS", 6n],
	["past the end", 100n, 2, "SUCCESS", 107n],
	["before the start", -1n, 0, "EINVAL", 0n],
	["by no known whence", 0n, 3, "EINVAL", 0n],
	["over what a number can say", 2n ** 62n, 0, "EOVERFLOW", 0n],
];
for (const [name, offset, whence, answer, position] of SEEKS) {
	test(`fd_seek ${name}: ${answer}`, () => {
		const { guest, fd } = withFile("1234567");
		assert.equal(guest.call("fd_seek", fd, offset, whence, RESULT_AT), answer);
		if (answer === "SUCCESS") assert.equal(guest.u64(), position);
	});
}

test("appending goes to the end wherever the position is, and leaves it there", () => {
	const { guest } = withFile("start");
	const fd = Number(guest.open(3, "file", 0, READ | WRITE, 1));
	guest.call("fd_seek", fd, 0n, 0, RESULT_AT);
	assert.equal(guest.call("fd_write", fd, ...guest.iovecs(guest.put("+end")), RESULT_AT), "SUCCESS");
	assert.equal(contents(guest, fd), "start+end");
	guest.call("fd_tell", fd, RESULT_AT);
	assert.equal(guest.u64(), 9n);
});

test("the append flag can be taken away and given back", () => {
	const { guest, fd } = withFile("12345");
	assert.equal(guest.call("fd_fdstat_set_flags", fd, 1), "SUCCESS");
	guest.call("fd_seek", fd, 0n, 0, RESULT_AT);
	guest.call("fd_write", fd, ...guest.iovecs(guest.put("6")), RESULT_AT);
	assert.equal(guest.call("fd_fdstat_set_flags", fd, 0), "SUCCESS");
	guest.call("fd_seek", fd, 0n, 0, RESULT_AT);
	guest.call("fd_write", fd, ...guest.iovecs(guest.put("x")), RESULT_AT);
	assert.equal(contents(guest, fd), "x23456");
	assert.equal(guest.call("fd_fdstat_set_flags", fd, 16), "EINVAL", "the kind of syncing is fixed");
});

test("rights can be given up and are gone then", () => {
	const { guest, fd } = withFile("text");
	assert.equal(guest.call("fd_fdstat_set_rights", fd, READ, 0n), "SUCCESS");
	assert.equal(guest.call("fd_write", fd, ...guest.iovecs(guest.put("no")), RESULT_AT), "EBADF");
	assert.equal(guest.call("fd_fdstat_set_rights", fd, READ | WRITE, 0n), "ENOTCAPABLE");
	assert.equal(contents(guest, fd), "text");
});

test("a descriptor opened to read cannot write, nor the other way round", () => {
	const { guest } = withFile("text");
	const reader = Number(guest.open(3, "file", 0, READ));
	const writer = Number(guest.open(3, "file", 0, WRITE));
	assert.equal(guest.call("fd_write", reader, ...guest.iovecs(guest.put("x")), RESULT_AT), "EBADF");
	assert.equal(guest.call("fd_pwrite", reader, ...guest.iovecs(guest.put("x")), 0n, RESULT_AT), "EBADF");
	assert.equal(guest.call("fd_allocate", reader, 0n, 10n), "EBADF");
	assert.equal(guest.call("fd_filestat_set_size", reader, 0n), "EINVAL");
	assert.equal(guest.call("fd_read", writer, ...guest.iovecs(guest.put("????")), RESULT_AT), "EBADF");
});

test("fd_renumber closes what had the number, and frees the old one", () => {
	const { guest, fd } = withFile("first");
	const other = Number(guest.open(3, "other", CREAT));
	assert.equal(guest.call("fd_renumber", fd, other), "SUCCESS");
	assert.equal(guest.call("fd_tell", fd, RESULT_AT), "EBADF");
	assert.equal(contents(guest, other), "first");
	assert.equal(guest.open(3, "third", CREAT), fd, "the lowest free number is given next");
	assert.equal(guest.call("fd_renumber", other, 4000), "EBADF");
	assert.equal(guest.call("fd_renumber", 4000, other), "EBADF");
	assert.equal(guest.call("fd_renumber", other, other), "SUCCESS");
});

test("descriptors end at their limit, and the run can say so", () => {
	const guest = new Caller({ descriptors: 8 });
	assert.equal(guest.open(3, "a", CREAT), 7);
	assert.equal(guest.open(3, "b", CREAT), "EMFILE");
	assert.deepEqual(guest.guest.denials.list, [{ type: "descriptors", limit: 8 }]);
	assert.equal(guest.call("fd_close", 7), "SUCCESS");
	assert.equal(guest.open(3, "b", CREAT), 7);
});

const BAD_DESCRIPTORS: readonly (readonly [string, ...(number | bigint)[]])[] = [
	["fd_close", 99],
	["fd_close", -1],
	["fd_sync", 99],
	["fd_datasync", 99],
	["fd_advise", 99, 0n, 0n, 0],
	["fd_allocate", 99, 0n, 1n],
	["fd_fdstat_get", 99, RESULT_AT],
	["fd_fdstat_set_flags", 99, 0],
	["fd_filestat_get", 99, RESULT_AT],
	["fd_filestat_set_size", 99, 0n],
	["fd_filestat_set_times", 99, 0n, 0n, 0],
	["fd_prestat_get", 99, RESULT_AT],
	["fd_prestat_get", 0, RESULT_AT],
	["fd_seek", 99, 0n, 0, RESULT_AT],
	["fd_seek", 3, 0n, 0, RESULT_AT],
	["fd_tell", 99, RESULT_AT],
	["sock_shutdown", 99, 1],
];
for (const [name, ...args] of BAD_DESCRIPTORS) {
	test(`${name}(${args.join(", ")}) of what is not there: EBADF`, () => {
		assert.equal(new Caller().call(name, ...args), "EBADF");
	});
}

const POINTERS: readonly (readonly [string, ...(number | bigint)[]])[] = [
	["fd_fdstat_get", 3, MEMORY_END - 23],
	["fd_filestat_get", 3, MEMORY_END - 63],
	["fd_prestat_get", 3, MEMORY_END - 7],
	["fd_prestat_dir_name", 3, MEMORY_END - 1, 2],
	["fd_read", 0, MEMORY_END - 7, 1, RESULT_AT],
	["fd_read", 0, 0, 0xffffffff | 0, RESULT_AT],
	["fd_read", 0, 0, 0, MEMORY_END - 3],
	["fd_write", 1, MEMORY_END, 1, RESULT_AT],
	["clock_time_get", 0, 0n, MEMORY_END - 7],
	["random_get", MEMORY_END - 1, 2],
	["random_get", 1, 0xffffffff | 0],
	["poll_oneoff", MEMORY_END - 47, 0, 1, RESULT_AT],
	["poll_oneoff", 0, MEMORY_END - 31, 1, RESULT_AT],
	["args_sizes_get", MEMORY_END - 3, 0],
	["environ_sizes_get", 0, MEMORY_END - 3],
	["fd_readdir", 3, MEMORY_END - 1, 2, 0n, RESULT_AT],
	["path_create_directory", 3, MEMORY_END - 1, 2],
];
for (const [name, ...args] of POINTERS) {
	test(`${name}(${args.join(", ")}) points outside the memory: EFAULT`, () => {
		assert.equal(new Caller().call(name, ...args), "EFAULT");
	});
}

test("results take just their bytes", () => {
	const guest = new Caller();
	for (const [name, size, ...args] of [
		["fd_fdstat_get", 24, 3],
		["fd_filestat_get", 64, 3],
		["fd_prestat_get", 8, 3],
		["clock_res_get", 8, 0],
	] as const) {
		guest.memory.bytes.fill(0x3f, 0x1000, 0x1100);
		assert.equal(guest.call(name, ...args, 0x1010), "SUCCESS");
		assert.equal(guest.text(0x1000, 16), "?".repeat(16), name);
		assert.equal(guest.text(0x1010 + size, 16), "?".repeat(16), name);
	}
});

test("a listing goes on from its cookies, and a cut entry fills the buffer", () => {
	const guest = new Caller();
	for (const name of ["a", "bb", "__proto__"]) guest.call("path_create_directory", 3, name);
	const names: string[] = [];
	let cookie = 0n;
	for (let round = 0; round < 20; round += 1) {
		assert.equal(guest.call("fd_readdir", 3, 0x1000, 40, cookie, RESULT_AT), "SUCCESS");
		const used = guest.u32();
		const length = guest.u32(0x1010);
		if (used < 24 + length) break;
		names.push(guest.text(0x1018, length));
		cookie = guest.u64(0x1000);
		if (used < 40) break;
	}
	assert.deepEqual(names.toSorted(), [".", "..", "__proto__", "a", "bb"]);
});

test("standard output takes it all, standard input gives it", () => {
	const guest = new Caller({ input: "typed" });
	guest.call("fd_write", 1, ...guest.iovecs(guest.put("to "), guest.put("be read")), RESULT_AT);
	assert.equal(guest.printed, "to be read");
	const [pointer] = guest.put("?".repeat(16));
	assert.equal(guest.call("fd_read", 0, ...guest.iovecs([pointer, 16]), RESULT_AT), "SUCCESS");
	assert.equal(guest.text(pointer, 6), "typed?");
	assert.equal(guest.call("fd_seek", 1, 0n, 1, RESULT_AT), "ESPIPE");
	assert.equal(guest.call("fd_write", 0, ...guest.iovecs(guest.put("x")), RESULT_AT), "EBADF");
	assert.equal(guest.call("fd_read", 1, ...guest.iovecs(guest.put("x")), RESULT_AT), "EBADF");
});

const OPENS: readonly (readonly [name: string, path: string, oflags: number, answer: string | number])[] = [
	["a file that is not there", "none", 0, "ENOENT"],
	["and creates it", "none", CREAT, 7],
	["and creates it alone", "some", CREAT | EXCL, "EEXIST"],
	["a file as a directory", "some", DIRECTORY, "ENOTDIR"],
	["a directory", "dir", DIRECTORY, 7],
	["a directory to truncate it", "dir", TRUNC, "EISDIR"],
	["to create a directory", "new", CREAT | DIRECTORY, "EINVAL"],
	["with flags that do not exist", "some", 32, "EINVAL"],
	["the empty path", "", 0, "ENOENT"],
	["a NUL", "so\0me", 0, "EINVAL"],
	["a path too long", "a/".repeat(2100), 0, "ENAMETOOLONG"],
	["what is above", "../x", 0, "ENOTCAPABLE"],
	["an absolute path", "/data/some", 0, "ENOTCAPABLE"],
];
for (const [name, path, oflags, answer] of OPENS) {
	test(`path_open ${name}: ${answer}`, () => {
		const guest = new Caller();
		guest.call("path_create_directory", 3, "dir");
		guest.call("fd_close", Number(guest.open(3, "some", CREAT)));
		const rights = (oflags & DIRECTORY) === 0 ? READ | WRITE : READ;
		assert.equal(guest.open(3, path, oflags, path === "dir" && oflags === TRUNC ? READ : rights), answer);
	});
}

test("a path that is not UTF-8: EILSEQ", () => {
	const guest = new Caller();
	guest.memory.bytes.set([0xff, 0xfe], 0x2000);
	assert.equal(guest.call("path_create_directory", 3, 0x2000, 2), "EILSEQ");
});

const GROWS: Readonly<Record<string, (guest: Caller, fd: number) => string>> = {
	fd_allocate: (guest, fd) => guest.call("fd_allocate", fd, 0n, TOO_MUCH_BYTES),
	fd_write: (guest, fd) => guest.call("fd_write", fd, ...tooMuch(guest), RESULT_AT),
	fd_pwrite: (guest, fd) => guest.call("fd_pwrite", fd, ...tooMuch(guest), TOO_MUCH_BYTES, RESULT_AT),
};
for (const [name, grow] of Object.entries(GROWS))
	test(`${name}: a full tmpfs is kept for the end of the run`, () => {
		const { guest, fd } = withFile("text");
		guest.call("fd_write", fd, ...tooMuch(guest), RESULT_AT); // as much of it as there is room for
		assert.equal(grow(guest, fd), "ENOSPC");
		assert.deepEqual(guest.guest.denials.list, [{ type: "no-space", guestPath: "/data/file" }]);
	});

/** The same bytes over and over. */
function tooMuch(guest: Caller): readonly [number, number] {
	const piece = guest.put("?".repeat(8192));
	return guest.iovecs(...Array.from({ length: Number(TOO_MUCH_BYTES) / 8192 }, () => piece));
}

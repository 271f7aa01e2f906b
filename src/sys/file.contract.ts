/** What every open file does, one story a case. */
import assert from "node:assert/strict";
import {
	assertErrno,
	assertOk,
	bytes,
	type Cases,
	contentOf,
	CREATE,
	type DirectoryBackend,
	got,
	openDirectory,
	openFile,
	READ,
	readFile,
	WRITE,
	writeFile,
} from "./backend.contract.ts";
import type { OpenOptions } from "./directory.ts";
import { Errno, errnoName } from "./errno.ts";
import type { File } from "./file.ts";
import { FileType } from "./stat.ts";

const MEBIBYTE = 1024 ** 2;
const TEBIBYTE = 1024 ** 4;

export const FILE_CASES: Cases = {
	"a new file is empty": withFile((file) => {
		const stat = got(file.stat());
		assert.deepEqual([stat.type, stat.size_bytes, stat.links], [FileType.REGULAR_FILE, 0n, 1n]);
		assert.equal(contentOf(file), "");
	}),
	"what was written is read, in any buffers": withFile((file) => {
		assert.equal(file.write([bytes("ab"), bytes(""), bytes("cde")], 0), 5);
		const into = [new Uint8Array(1), new Uint8Array(0), new Uint8Array(3), new Uint8Array(9)];
		assert.equal(file.read(into, 0), 5);
		assert.deepEqual(into.map(text), ["a", "", "bcd", "e\0\0\0\0\0\0\0\0"]);
	}),
	"reading at or behind the end answers 0 and touches nothing": withFile((file) => {
		file.write([bytes("abc")], 0);
		for (const at of [3, 4, MEBIBYTE, Number.MAX_SAFE_INTEGER - 9]) {
			const into = new Uint8Array(4).fill(0x3f);
			assert.equal(file.read([into], at), 0);
			assert.equal(text(into), "????");
		}
	}),
	"reading across the end answers what there is": withFile((file) => {
		file.write([bytes("abc")], 0);
		const into = new Uint8Array(4).fill(0x3f);
		assert.equal(file.read([into], 1), 2);
		assert.equal(text(into), "bc??");
	}),
	"moving no bytes answers 0": withFile((file) => {
		file.write([bytes("abc")], 0);
		for (const none of [[], [new Uint8Array(0)], [new Uint8Array(0), new Uint8Array(0)]]) {
			assert.equal(file.read(none, 0), 0);
			assert.equal(file.write(none, 0), 0);
			assert.equal(file.write(none, 100), 0);
			assert.equal(file.append(none), 0);
		}
		assert.equal(contentOf(file), "abc");
	}),
	"writing into the middle leaves the rest": withFile((file) => {
		file.write([bytes("abcdef")], 0);
		file.write([bytes("XY")], 2);
		assert.equal(contentOf(file), "abXYef");
	}),
	"writing behind the end leaves a hole of zeros": withFile((file) => {
		file.write([bytes("a")], 0);
		file.write([bytes("b")], 5);
		assert.equal(contentOf(file), "a\0\0\0\0b");
		assert.equal(got(file.stat()).size_bytes, 6n);
	}),
	"a file with a hole of a tebibyte is read around it": withFile((file) => {
		assert.equal(file.write([bytes("end")], TEBIBYTE), 3);
		assert.equal(got(file.stat()).size_bytes, BigInt(TEBIBYTE) + 3n);
		const into = new Uint8Array(8).fill(0x3f);
		assert.equal(file.read([into], TEBIBYTE - 4), 7);
		assert.equal(text(into), "\0\0\0\0end?");
		assert.equal(file.read([into], 12345), 8);
		assert.equal(text(into), "\0".repeat(8));
		assertOk(file.truncate(1));
		assert.equal(contentOf(file), "\0");
	}),
	"appending goes to the end as it is then": withFile((file, { root }) => {
		const other = openFile(root, "f", WRITE);
		assert.equal(file.append([bytes("a"), bytes("b")]), 2);
		assert.equal(other.append([bytes("c")]), 1);
		assert.equal(file.append([bytes("d")]), 1);
		assertOk(other.truncate(1));
		assert.equal(file.append([bytes("e")]), 1);
		assert.equal(contentOf(other), "ae");
		other.close();
	}),
	"handles of one file see each other's writes": withFile((file, { root }) => {
		const other = openFile(root, "f");
		file.write([bytes("abc")], 0);
		assert.equal(contentOf(other), "abc");
		other.close();
	}),
	"pieces of many sizes come back as they went in": withFile((file) => {
		const sizes = [1, 2, 255, 256, 257, 4095, 4096, 4097, 65_535, 65_536, 65_537, 200_000];
		const written = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0)).map(
			(_, at) => at * 7 + (at >>> 8),
		);
		let at = 0;
		for (const size of sizes) {
			writeAll(file, written.subarray(at, at + size), at);
			at += size;
		}
		assert.deepEqual(readAll(file, written.length), written);
		for (const from of [0, 255, 65_530, 65_536, 131_071])
			assert.deepEqual(readAll(file, 70_000, from), written.subarray(from, from + 70_000));
	}),
	"a file written from its end to its start": withFile((file) => {
		const piece = 5000;
		for (let index = 39; index >= 0; index--)
			writeAll(file, new Uint8Array(piece).fill(index), index * piece);
		const all = readAll(file, 40 * piece);
		for (let index = 0; index < 40; index++)
			assert.ok(all.subarray(index * piece, (index + 1) * piece).every((byte) => byte === index));
	}),
	"cutting off and making longer again shows zeros": withFile((file) => {
		writeAll(file, new Uint8Array(200_000).fill(0x61), 0);
		for (const kept of [150_000, 131_072, 65_537, 65_536, 65_535, 4096, 300, 10, 1]) {
			assertOk(file.truncate(kept));
			assert.equal(got(file.stat()).size_bytes, BigInt(kept));
			assertOk(file.truncate(200_000));
			const all = readAll(file, 200_000);
			assert.ok(all.subarray(0, kept).every((byte) => byte === 0x61));
			assert.ok(all.subarray(kept).every((byte) => byte === 0));
		}
		assertOk(file.truncate(0));
		assert.equal(contentOf(file), "");
	}),
	"writing after cutting off shows nothing of before": withFile((file) => {
		writeAll(file, new Uint8Array(3000).fill(0x61), 0);
		assertOk(file.truncate(10));
		file.write([bytes("end")], 2000);
		const all = readAll(file, 2003);
		assert.equal(text(all.subarray(0, 12)), "aaaaaaaaaa\0\0");
		assert.ok(all.subarray(12, 2000).every((byte) => byte === 0));
	}),
	"opening with truncate empties the file for all": withFile((file, { root }) => {
		file.write([bytes("abc")], 0);
		openFile(root, "f", { ...WRITE, truncate: true }).close();
		assert.equal(contentOf(file), "");
	}),
	"allocating makes the file longer, and never shorter": withFile((file) => {
		file.write([bytes("abc")], 0);
		assertOk(file.allocate(0, 2));
		assert.equal(contentOf(file), "abc");
		assertOk(file.allocate(4, 6));
		assert.equal(contentOf(file), "abc\0\0\0\0\0\0\0");
		assertOk(file.allocate(70_000, 70_000));
		assert.equal(got(file.stat()).size_bytes, 140_000n);
		assert.ok(readAll(file, 139_997, 3).every((byte) => byte === 0));
	}),
	"allocating nothing is no allocation": withFile((file) => {
		assertErrno(file.allocate(0, 0), Errno.INVAL);
		assertErrno(file.allocate(10, 0), Errno.INVAL);
		assert.equal(got(file.stat()).size_bytes, 0n);
	}),
	"a file can be made longer than any disk": withFile((file) => {
		const size = 2 ** 40;
		assertOk(file.truncate(size));
		assert.equal(got(file.stat()).size_bytes, BigInt(size));
		assert.ok(readAll(file, 1000, size - 1000).every((byte) => byte === 0));
		assertOk(file.truncate(3));
		assert.equal(contentOf(file), "\0\0\0");
	}),
	"advice is taken without harm": withFile((file) => {
		file.write([bytes("abc")], 0);
		for (const advice of [0, 1, 2, 3, 4, 5] as const) {
			assertOk(file.advise(0, 0, advice));
			assertOk(file.advise(1, 2, advice));
			assertOk(file.advise(1000, MEBIBYTE, advice));
		}
		assert.equal(contentOf(file), "abc");
	}),
	"syncing succeeds": withFile((file, { root }) => {
		file.write([bytes("abc")], 0);
		assertOk(file.sync("data"));
		assertOk(file.sync("all"));
		assertOk(root.sync());
	}),
	"files opened for synchronous writing are written": ({ root }) => {
		for (const sync of ["data", "all"] as const) {
			const file = openFile(root, sync, { ...CREATE, sync });
			assert.equal(file.write([bytes(sync)], 0), bytes(sync).length);
			file.close();
			assert.equal(readFile(root, sync), sync);
		}
	},
	"a file opened to be read is not written": ({ root }) => {
		writeFile(root, "f", "abc");
		const file = openFile(root, "f", READ);
		assertErrno(-file.write([bytes("x")], 0), Errno.BADF);
		assertErrno(-file.append([bytes("x")]), Errno.BADF);
		assertErrno(file.truncate(0), Errno.INVAL);
		assertErrno(file.allocate(0, 100), Errno.BADF);
		assert.equal(contentOf(file), "abc");
		file.close();
	},
	"a file opened to be written is not read": ({ root }) => {
		writeFile(root, "f", "abc");
		const file = openFile(root, "f", { ...WRITE, read: false });
		assertErrno(-file.read([new Uint8Array(4)], 0), Errno.BADF);
		assert.equal(file.write([bytes("x")], 0), 1);
		file.close();
		assert.equal(readFile(root, "f"), "xbc");
	},
};

export const TIME_CASES: Cases = {
	"times are set on a handle, each or none": withFile((file) => {
		assertOk(file.setTimes(1_000_000_000n, 2_000_000_000n));
		assert.deepEqual(timesOf(file), [1_000_000_000n, 2_000_000_000n]);
		assertOk(file.setTimes("keep", 3_000_000_000n));
		assert.deepEqual(timesOf(file), [1_000_000_000n, 3_000_000_000n]);
		assertOk(file.setTimes(4_000_000_000n, "keep"));
		assert.deepEqual(timesOf(file), [4_000_000_000n, 3_000_000_000n]);
		assertOk(file.setTimes("keep", "keep"));
		assert.deepEqual(timesOf(file), [4_000_000_000n, 3_000_000_000n]);
	}),
	"times are kept to the nanosecond": withFile((file, { root }) => {
		const exact = 1_234_567_890_123_456_789n;
		assertOk(file.setTimes(exact, exact + 1n));
		assert.deepEqual(timesOf(file), [exact, exact + 1n]);
		assertOk(root.setTimesAt("f", true, exact + 2n, exact + 3n));
		assert.deepEqual(timesOf(file), [exact + 2n, exact + 3n]);
	}),
	"now is later than long ago": withFile((file, { root }) => {
		for (const set of [
			() => file.setTimes("now", "now"),
			() => root.setTimesAt("f", true, "now", "now"),
			() => root.setTimesAt("f", false, "now", "now"),
		]) {
			assertOk(file.setTimes(0n, 0n));
			assertOk(set());
			const [accessed, modified] = timesOf(file);
			assert.ok(accessed > 10n ** 18n);
			assert.equal(accessed, modified);
		}
	}),
	"times of a link are its own, or those of what it leads to": ({ root }) => {
		writeFile(root, "f", "x");
		assertOk(root.symlink("f", "l"));
		assertOk(root.setTimesAt("l", false, 1_000_000_000n, 2_000_000_000n));
		assertOk(root.setTimesAt("l", true, 3_000_000_000n, 4_000_000_000n));
		assert.equal(got(root.statAt("l", false)).modified_ns, 2_000_000_000n);
		assert.equal(got(root.statAt("f", true)).modified_ns, 4_000_000_000n);
		assertOk(root.unlink("f"));
		assertErrno(root.setTimesAt("l", true, 0n, 0n), Errno.NOENT);
		assertErrno(root.setTimesAt("l/", false, 0n, 0n), Errno.NOENT);
		assertOk(root.setTimesAt("l", false, 5_000_000_000n, "keep"));
		assert.equal(got(root.statAt("l", false)).accessed_ns, 5_000_000_000n);
	},
	"times of a directory": ({ root }) => {
		assertOk(root.createDirectory("d"));
		assertOk(root.setTimesAt("d/", false, 1_000_000_000n, 2_000_000_000n));
		const inner = openDirectory(root, "d");
		assert.equal(got(inner.stat()).modified_ns, 2_000_000_000n);
		assertOk(inner.setTimes(3_000_000_000n, 4_000_000_000n));
		assert.equal(got(root.statAt("d", true)).modified_ns, 4_000_000_000n);
		inner.close();
	},
	"times are not set where there is nothing to set them on": ({ root }) => {
		writeFile(root, "f", "x");
		assertErrno(root.setTimesAt("nope", true, 0n, 0n), Errno.NOENT);
		assertErrno(root.setTimesAt("f/", true, 0n, 0n), Errno.NOTDIR);
		assertErrno(root.setTimesAt("../f", true, 0n, 0n), Errno.NOTCAPABLE);
		assertErrno(root.setTimesAt("", true, 0n, 0n), Errno.NOENT);
	},
	"changing a file moves its time, reading it does not": withFile((file) => {
		const changes: Readonly<Record<string, () => unknown>> = {
			write: () => file.write([bytes("x")], 0),
			append: () => file.append([bytes("x")]),
			truncate: () => file.truncate(1),
			allocate: () => file.allocate(0, 100),
		};
		for (const [what, change] of Object.entries(changes)) {
			assertOk(file.setTimes(0n, 0n));
			change();
			assert.ok(got(file.stat()).modified_ns > 0n, what);
		}
		assertOk(file.setTimes(0n, 0n));
		file.read([new Uint8Array(1)], 0);
		assert.equal(got(file.stat()).modified_ns, 0n);
	}),
	"each change of its names moves a directory's time": ({ root }) => {
		assertOk(root.createDirectory("d"));
		const inner = openDirectory(root, "d");
		const changes: Readonly<Record<string, () => unknown>> = {
			open: () => writeFile(inner, "f", "x"),
			createDirectory: () => inner.createDirectory("sub"),
			symlink: () => inner.symlink("f", "l"),
			link: () => inner.link("f", false, inner, "g"),
			"rename within": () => inner.rename("g", inner, "h"),
			"rename over": () => inner.rename("h", inner, "l"),
			"rename away": () => inner.rename("l", root, "l"),
			"rename here": () => root.rename("l", inner, "l"),
			unlink: () => inner.unlink("l"),
			removeDirectory: () => inner.removeDirectory("sub"),
		};
		for (const [what, change] of Object.entries(changes)) {
			assertOk(inner.setTimes(0n, 0n));
			change();
			assert.ok(got(inner.stat()).modified_ns > 0n, what);
		}
		inner.close();
	},
};

/** A case that begins with `f`, open for everything. */
function withFile(act: (file: File, backend: DirectoryBackend) => void): (backend: DirectoryBackend) => void {
	return (backend) => {
		const file = openFile(backend.root, "f", { ...CREATE, exclusive: true } satisfies OpenOptions);
		act(file, backend);
		file.close();
	};
}

/** Both may move fewer bytes than asked for. */
function writeAll(file: File, from: Uint8Array, at: number): void {
	for (let done = 0; done < from.length;) done += moved(file.write([from.subarray(done)], at + done));
}

function readAll(file: File, count: number, at = 0): Uint8Array {
	const into = new Uint8Array(count).fill(0x3f);
	for (let done = 0; done < count;) done += moved(file.read([into.subarray(done)], at + done));
	return into;
}

function moved(count: number): number {
	assert.ok(count > 0, count < 0 ? errnoName(-count as Errno) : "moved nothing");
	return count;
}

function text(array: Uint8Array): string {
	return new TextDecoder().decode(array);
}

function timesOf(file: File): [bigint, bigint] {
	const { accessed_ns, modified_ns } = got(file.stat());
	return [accessed_ns, modified_ns];
}

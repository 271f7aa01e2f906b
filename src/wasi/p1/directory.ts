import type { DirectoryEntry } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import type { OpenDirectory } from "../descriptors.ts";
import type { Guest } from "../guest.ts";
import { hostFunction } from "./function.ts";
import { encodeUtf8 } from "./text.ts";

const DIRENT_BYTES = 24;

export const fd_prestat_get = hostFunction(
	"fd_prestat_get",
	[
		["fd", "fd"],
		["buf", "->struct"],
	],
	({ guest, memory }, fd: number, result: number) => {
		const name = preopenName(guest, fd);
		if (name === undefined) return Errno.BADF;
		if (!memory.has(result, 8)) return Errno.FAULT;
		memory.setU32(result, 0);
		memory.setU32((result >>> 0) + 4, name.length);
		return Errno.SUCCESS;
	},
);

export const fd_prestat_dir_name = hostFunction(
	"fd_prestat_dir_name",
	[
		["fd", "fd"],
		["path", "buffer"],
	],
	({ guest, memory }, fd: number, pointer: number, length: number) => {
		const name = preopenName(guest, fd);
		if (name === undefined) return Errno.BADF;
		const room = memory.span(pointer, length);
		if (room === undefined) return Errno.FAULT;
		if (room.length < name.length) return Errno.NAMETOOLONG;
		room.set(name);
		return Errno.SUCCESS;
	},
);

export const fd_readdir = hostFunction(
	"fd_readdir",
	[
		["fd", "fd"],
		["buf", "buffer"],
		["cookie", "u64"],
		["bufused", "->u32"],
	],
	({ guest, memory }, fd: number, pointer: number, length: number, cookie: bigint, result: number) => {
		const open = guest.world.descriptors.get(fd);
		if (open === undefined) return Errno.BADF;
		if (open.kind !== "directory") return Errno.NOTDIR;
		const room = memory.span(pointer, length);
		if (room === undefined || !memory.has(result, 4)) return Errno.FAULT;
		const used = listInto(open, BigInt.asUintN(64, cookie), room);
		if (used < 0) return -used as Errno;
		memory.setU32(result, used);
		return Errno.SUCCESS;
	},
);

/**
 * Fills `room` with preview1 `$dirent`s, the last one cut off where it does not fit: a full buffer
 * tells the guest that there is more. Answers the bytes used, or `-errno`.
 */
function listInto(open: OpenDirectory, cookie: bigint, room: Uint8Array): number {
	let used = 0;
	const errno = open.directory.list(cookie, (entry) => {
		used += putCut(room.subarray(used), dirent(entry));
		return used < room.length;
	});
	return errno === Errno.SUCCESS ? used : -errno;
}

function putCut(room: Uint8Array, bytes: Uint8Array): number {
	const fits = Math.min(room.length, bytes.length);
	room.set(fits === bytes.length ? bytes : bytes.subarray(0, fits));
	return fits;
}

function dirent(entry: DirectoryEntry): Uint8Array {
	const name = encodeUtf8(entry.name);
	const bytes = new Uint8Array(DIRENT_BYTES + name.length);
	const view = new DataView(bytes.buffer);
	view.setBigUint64(0, entry.next, true);
	view.setBigUint64(8, entry.inode, true);
	view.setUint32(16, name.length, true);
	view.setUint8(20, entry.type);
	bytes.set(name, DIRENT_BYTES);
	return bytes;
}

function preopenName(guest: Guest, fd: number): Uint8Array | undefined {
	const open = guest.world.descriptors.get(fd);
	return open?.kind === "directory" && open.preopen !== undefined ? encodeUtf8(open.preopen) : undefined;
}

import { Errno } from "../../sys/errno.ts";
import type { Stat } from "../../sys/stat.ts";
import { seek } from "./fd.ts";
import { statOf } from "./filestat.ts";
import { type HostFunction, hostFunction } from "./function.ts";
import type { GuestMemory } from "./memory.ts";
import { directoryAt, follows, refusedOrNot } from "./path.ts";
import { pollOneoff } from "./poll.ts";
import { readPath } from "./text.ts";

/*
 * wasi_unstable, snapshot 0: the names are preview1's, but three things were laid out differently.
 * Programs of 2019 still import it.
 */

const FILESTAT_BYTES = 56;
/** Snapshot 0 counted whence from CUR: CUR, END, SET. */
const WHENCE: readonly number[] = [1, 2, 0];

const fd_filestat_get = hostFunction(
	"fd_filestat_get",
	[
		["fd", "fd"],
		["buf", "->struct"],
	],
	({ guest, memory }, fd: number, result: number) => {
		if (!memory.has(result, FILESTAT_BYTES)) return Errno.FAULT;
		const stat = statOf(guest, fd);
		return typeof stat === "number" ? stat : putFilestat(memory, result, stat);
	},
);

const path_filestat_get = hostFunction(
	"path_filestat_get",
	[
		["fd", "fd"],
		["flags", "lookupflags"],
		["path", "string"],
		["buf", "->struct"],
	],
	(context, fd: number, flags: number, path: number, length: number, result: number) => {
		const open = directoryAt(context, fd);
		if (typeof open === "number") return open;
		const name = readPath(context.memory, path, length);
		if (typeof name === "number") return name;
		if (!context.memory.has(result, FILESTAT_BYTES)) return Errno.FAULT;
		const stat = open.directory.statAt(name, follows(flags));
		if (typeof stat === "number") return refusedOrNot(context, stat, open, name, "stat");
		return putFilestat(context.memory, result, stat);
	},
);

const fd_seek = hostFunction(
	"fd_seek",
	[
		["fd", "fd"],
		["offset", "s64"],
		["whence", "whence"],
		["newoffset", "->u64"],
	],
	(context, fd: number, offset: bigint, whence: number, result: number) =>
		seek(context, fd, offset, WHENCE[whence] ?? -1, result),
);

/** A clock's subscription had a user-given identifier before the clock. */
const poll_oneoff = pollOneoff({ bytes: 56, clock: 24, timeout: 32, flags: 48 });

export const UNSTABLE_DIFFERENCES: readonly HostFunction[] = [
	fd_filestat_get,
	fd_seek,
	path_filestat_get,
	poll_oneoff,
];

/** Snapshot 0 `$filestat`: 56 bytes, the number of links in 32 bits. */
function putFilestat(memory: GuestMemory, pointer: number, stat: Stat): Errno {
	const at = pointer >>> 0;
	memory.setU64(at, stat.device);
	memory.setU64(at + 8, stat.inode);
	memory.setU8(at + 16, stat.type);
	memory.setU32(at + 20, Number(BigInt.asUintN(32, stat.links)));
	memory.setU64(at + 24, stat.size_bytes);
	memory.setU64(at + 32, stat.accessed_ns);
	memory.setU64(at + 40, stat.modified_ns);
	memory.setU64(at + 48, stat.changed_ns);
	return Errno.SUCCESS;
}

import { seek } from "./fd.ts";
import { fdFilestatGet, type FilestatLayout } from "./filestat.ts";
import { type HostFunction, hostFunction } from "./function.ts";
import { pathFilestatGet } from "./path.ts";
import { pollOneoff } from "./poll.ts";

/*
 * wasi_unstable, snapshot 0: the names are preview1's, but three things were laid out differently.
 * Programs of 2019 still import it.
 */

/** Snapshot 0 `$filestat`: the number of links in 32 bits. */
const FILESTAT: FilestatLayout = {
	bytes: 56,
	put(memory, at, stat) {
		memory.setU64(at, stat.device);
		memory.setU64(at + 8, stat.inode);
		memory.setU8(at + 16, stat.type);
		memory.setU32(at + 20, Number(BigInt.asUintN(32, stat.links)));
		memory.setU64(at + 24, stat.size_bytes);
		memory.setU64(at + 32, stat.accessed_ns);
		memory.setU64(at + 40, stat.modified_ns);
		memory.setU64(at + 48, stat.changed_ns);
	},
};

/** Snapshot 0 counted whence from CUR: CUR, END, SET. */
const WHENCE: readonly number[] = [1, 2, 0];

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
	fdFilestatGet(FILESTAT),
	fd_seek,
	pathFilestatGet(FILESTAT),
	poll_oneoff,
];

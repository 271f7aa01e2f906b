import { Errno } from "../../sys/errno.ts";
import { bareStat, FileType, type NewTime, type Stat } from "../../sys/stat.ts";
import type { Guest } from "../guest.ts";
import { FSTFLAGS_ALL, FstFlags } from "./flags.ts";
import { hostFunction } from "./function.ts";
import type { GuestMemory } from "./memory.ts";

/** How a version of `$filestat` lies in memory. */
export interface FilestatLayout {
	readonly bytes: number;
	/** Writes it at a place that is known to be in the memory. */
	readonly put: (memory: GuestMemory, at: number, stat: Stat) => void;
}

/** preview1 `$filestat`. */
export const PREVIEW1_FILESTAT: FilestatLayout = {
	bytes: 64,
	put(memory, at, stat) {
		memory.setU64(at, stat.device);
		memory.setU64(at + 8, stat.inode);
		memory.setU64(at + 16, BigInt(stat.type));
		memory.setU64(at + 24, stat.links);
		memory.setU64(at + 32, stat.size_bytes);
		memory.setU64(at + 40, stat.accessed_ns);
		memory.setU64(at + 48, stat.modified_ns);
		memory.setU64(at + 56, stat.changed_ns);
	},
};

export const fd_filestat_get = fdFilestatGet(PREVIEW1_FILESTAT);

export function fdFilestatGet(layout: FilestatLayout) {
	return hostFunction(
		"fd_filestat_get",
		[
			["fd", "fd"],
			["buf", "->struct"],
		],
		({ guest, memory }, fd: number, result: number) => {
			if (!memory.has(result, layout.bytes)) return Errno.FAULT;
			const stat = statOf(guest, fd);
			if (typeof stat === "number") return stat;
			layout.put(memory, result >>> 0, stat);
			return Errno.SUCCESS;
		},
	);
}

export const fd_filestat_set_times = hostFunction(
	"fd_filestat_set_times",
	[
		["fd", "fd"],
		["atim", "u64"],
		["mtim", "u64"],
		["fst_flags", "fstflags"],
	],
	({ guest }, fd: number, accessed: bigint, modified: bigint, flags: number) => {
		const times = newTimes(accessed, modified, flags);
		if (times === undefined) return Errno.INVAL;
		const open = guest.world.descriptors.get(fd);
		if (open === undefined) return Errno.BADF;
		if (open.kind === "file") return open.file.setTimes(...times);
		return open.kind === "directory" ? open.directory.setTimes(...times) : Errno.INVAL;
	},
);

/** The stat of what a descriptor stands for; sockets and listeners have little to tell. */
function statOf(guest: Guest, fd: number): Stat | Errno {
	const open = guest.world.descriptors.get(fd);
	if (open === undefined) return Errno.BADF;
	if (open.kind === "file") return open.file.stat();
	if (open.kind === "directory") return open.directory.stat();
	return open.kind === "stream" ? open.stream.stat() : bareStat(FileType.SOCKET_STREAM);
}

/** What the flags make of the two times; undefined when they contradict each other. */
export function newTimes(
	accessed: bigint,
	modified: bigint,
	flags: number,
): [accessed: NewTime, modified: NewTime] | undefined {
	if ((flags & ~FSTFLAGS_ALL) !== 0) return undefined;
	const both = (set: number, now: number) => (flags & set) !== 0 && (flags & now) !== 0;
	if (both(FstFlags.ATIM, FstFlags.ATIM_NOW) || both(FstFlags.MTIM, FstFlags.MTIM_NOW)) return undefined;
	return [
		newTime(accessed, flags & FstFlags.ATIM, flags & FstFlags.ATIM_NOW),
		newTime(modified, flags & FstFlags.MTIM, flags & FstFlags.MTIM_NOW),
	];
}

function newTime(time: bigint, set: number, now: number): NewTime {
	if (now !== 0) return "now";
	return set === 0 ? "keep" : BigInt.asUintN(64, time);
}

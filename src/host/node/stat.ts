import { type BigIntStats, fstatSync } from "node:fs";
import type { Errno } from "../../sys/errno.ts";
import { FileType, type Stat } from "../../sys/stat.ts";
import { fromException } from "./errno.ts";

/** By the type bits of a mode, shifted down; a directory entry's `d_type` is the same number. */
const TYPES: readonly FileType[] = [
	FileType.UNKNOWN,
	FileType.UNKNOWN, // FIFO: WASI has no word for it
	FileType.CHARACTER_DEVICE,
	FileType.UNKNOWN,
	FileType.DIRECTORY,
	FileType.UNKNOWN,
	FileType.BLOCK_DEVICE,
	FileType.UNKNOWN,
	FileType.REGULAR_FILE,
	FileType.UNKNOWN,
	FileType.SYMBOLIC_LINK,
	FileType.UNKNOWN,
	FileType.SOCKET_STREAM, // of a socket's file nobody can say what kind of socket it is
];

/** What the type bits of a mode (`mode >> 12`), or a `d_type`, stand for. */
export function fileTypeOf(bits: number): FileType {
	return TYPES[bits & 15] ?? FileType.UNKNOWN;
}

/** `stat` of Node as WASI's. */
export function fromNodeStat(stat: BigIntStats): Stat {
	return {
		device: stat.dev,
		inode: stat.ino,
		type: fileTypeOf(Number(stat.mode) >> 12),
		links: stat.nlink,
		size_bytes: stat.size,
		accessed_ns: stat.atimeNs,
		modified_ns: stat.mtimeNs,
		changed_ns: stat.ctimeNs,
	};
}

/** What is known of an open descriptor. */
export function statDescriptor(fd: number): Stat | Errno {
	try {
		return fromNodeStat(fstatSync(fd, { bigint: true }));
	} catch (error) {
		return fromException(error);
	}
}

import { type Advice } from "../../sys/file.ts";
import { Errno } from "../../sys/errno.ts";
import { FileType } from "../../sys/stat.ts";
import type { Open, OpenFile } from "../descriptors.ts";
import { clampOffset, grown, OFFSET_MAX } from "../filesystem/offsets.ts";
import { positionOf } from "./fd-io.ts";
import { FDFLAGS_ALL, FdFlags } from "./flags.ts";
import { type Context, errnoOf, hostFunction } from "./function.ts";
import { Rights, rightsOf } from "./rights.ts";

const Whence = { SET: 0, CUR: 1, END: 2 } as const;

export const fd_close = hostFunction("fd_close", [["fd", "fd"]], ({ guest }, fd: number) =>
	guest.world.descriptors.close(fd),
);

export const fd_renumber = hostFunction(
	"fd_renumber",
	[
		["fd", "fd"],
		["to", "fd"],
	],
	({ guest }, fd: number, to: number) => guest.world.descriptors.renumber(fd, to),
);

export const fd_advise = hostFunction(
	"fd_advise",
	[
		["fd", "fd"],
		["offset", "u64"],
		["len", "u64"],
		["advice", "advice"],
	],
	(context, fd: number, offset: bigint, length: bigint, advice: number) => {
		if (advice < 0 || advice > 5 || offset < 0n || length < 0n) return Errno.INVAL;
		return onFile(context, fd, Errno.SPIPE, (open) =>
			open.file.advise(clampOffset(offset), clampOffset(length), advice as Advice),
		);
	},
);

export const fd_allocate = hostFunction(
	"fd_allocate",
	[
		["fd", "fd"],
		["offset", "u64"],
		["len", "u64"],
	],
	(context, fd: number, offset: bigint, length: bigint) => {
		if (offset < 0n || length <= 0n) return Errno.INVAL;
		if (offset + length > OFFSET_MAX) return Errno.FBIG;
		return onFile(context, fd, Errno.SPIPE, (open) =>
			open.writable
				? errnoOf(grown(context.guest, open, -open.file.allocate(Number(offset), Number(length))))
				: Errno.BADF,
		);
	},
);

export const fd_datasync = hostFunction("fd_datasync", [["fd", "fd"]], (context, fd: number) =>
	synchronise(context, fd, "data"),
);

export const fd_sync = hostFunction("fd_sync", [["fd", "fd"]], (context, fd: number) =>
	synchronise(context, fd, "all"),
);

export const fd_seek = hostFunction(
	"fd_seek",
	[
		["fd", "fd"],
		["offset", "s64"],
		["whence", "whence"],
		["newoffset", "->u64"],
	],
	(context, fd: number, offset: bigint, whence: number, result: number) =>
		seek(context, fd, offset, whence, result),
);

export const fd_tell = hostFunction(
	"fd_tell",
	[
		["fd", "fd"],
		["offset", "->u64"],
	],
	(context, fd: number, result: number) => seek(context, fd, 0n, Whence.CUR, result),
);

export const fd_fdstat_get = hostFunction(
	"fd_fdstat_get",
	[
		["fd", "fd"],
		["stat", "->struct"],
	],
	({ guest, memory }, fd: number, result: number) => {
		const open = guest.world.descriptors.get(fd);
		if (open === undefined) return Errno.BADF;
		if (!memory.has(result, 24)) return Errno.FAULT;
		const { base, inheriting } = rightsOf(open);
		const at = result >>> 0;
		memory.bytes.fill(0, at, at + 24);
		memory.setU8(at, typeOf(open));
		memory.setU16(at + 2, flagsOf(open));
		memory.setU64(at + 8, base);
		memory.setU64(at + 16, inheriting);
		return Errno.SUCCESS;
	},
);

export const fd_fdstat_set_flags = hostFunction(
	"fd_fdstat_set_flags",
	[
		["fd", "fd"],
		["flags", "fdflags"],
	],
	({ guest }, fd: number, flags: number) => {
		const open = guest.world.descriptors.get(fd);
		if (open === undefined) return Errno.BADF;
		if ((flags & ~FDFLAGS_ALL) !== 0) return Errno.INVAL;
		return setFlags(open, flags);
	},
);

/** Rights can be given up, never gained. rights.ts says which of them mean anything. */
export const fd_fdstat_set_rights = hostFunction(
	"fd_fdstat_set_rights",
	[
		["fd", "fd"],
		["fs_rights_base", "rights"],
		["fs_rights_inheriting", "rights"],
	],
	({ guest }, fd: number, base: bigint, inheriting: bigint) => {
		const open = guest.world.descriptors.get(fd);
		if (open === undefined) return Errno.BADF;
		const has = rightsOf(open);
		if ((BigInt.asUintN(64, base) & ~has.base) !== 0n) return Errno.NOTCAPABLE;
		if ((BigInt.asUintN(64, inheriting) & ~has.inheriting) !== 0n) return Errno.NOTCAPABLE;
		if (open.kind === "file" || open.kind === "directory") open.narrowed = { base, inheriting };
		if (open.kind === "file") {
			open.readable &&= (base & Rights.FD_READ) !== 0n;
			open.writable &&= (base & Rights.FD_WRITE) !== 0n;
		}
		return Errno.SUCCESS;
	},
);

export const fd_filestat_set_size = hostFunction(
	"fd_filestat_set_size",
	[
		["fd", "fd"],
		["size", "u64"],
	],
	(context, fd: number, size: bigint) => {
		if (size < 0n) return Errno.INVAL;
		return onFile(context, fd, Errno.INVAL, (open) => {
			if (!open.writable) return Errno.INVAL;
			return size > OFFSET_MAX ? Errno.FBIG : open.file.truncate(Number(size));
		});
	},
);

function onFile({ guest }: Context, fd: number, otherwise: Errno, act: (open: OpenFile) => Errno): Errno {
	const open = guest.world.descriptors.get(fd);
	if (open === undefined || open.kind === "listener") return Errno.BADF;
	if (open.kind === "directory") return Errno.BADF;
	return open.kind === "file" ? act(open) : otherwise;
}

function synchronise({ guest }: Context, fd: number, what: "data" | "all"): Errno {
	const open = guest.world.descriptors.get(fd);
	if (open === undefined) return Errno.BADF;
	if (open.kind === "file") return open.file.sync(what);
	return open.kind === "directory" ? open.directory.sync() : Errno.INVAL;
}

export function seek(
	{ guest, memory }: Context,
	fd: number,
	offset: bigint,
	whence: number,
	result: number,
): Errno {
	const open = guest.world.descriptors.get(fd);
	if (open === undefined || open.kind === "directory") return Errno.BADF;
	if (whence !== Whence.SET && whence !== Whence.CUR && whence !== Whence.END) return Errno.INVAL;
	if (!memory.has(result, 8)) return Errno.FAULT;
	const position = move(open, offset, whence);
	if (typeof position === "number") return position;
	memory.setU64(result, position);
	return Errno.SUCCESS;
}

/** The new position as a bigint, or an errno as a number. */
function move(open: Open, offset: bigint, whence: 0 | 1 | 2): bigint | Errno {
	if (open.kind === "stream" && open.stream.seek !== undefined) {
		const position = open.stream.seek(offset, whence);
		return position < 0 ? (-position as Errno) : BigInt(position);
	}
	if (open.kind !== "file") return Errno.SPIPE;
	const from = whence === Whence.SET ? 0 : whence === Whence.CUR ? positionOf(open) : sizeOf(open);
	if (from < 0) return -from as Errno;
	const position = BigInt(from) + offset;
	if (position < 0n) return Errno.INVAL;
	if (position > OFFSET_MAX) return Errno.OVERFLOW;
	open.position = Number(position);
	return position;
}

function sizeOf(open: OpenFile): number {
	const stat = open.file.stat();
	return typeof stat === "number" ? -stat : Number(stat.size_bytes);
}

export function typeOf(open: Open): FileType {
	switch (open.kind) {
		case "file":
			return FileType.REGULAR_FILE;
		case "directory":
			return FileType.DIRECTORY;
		case "listener":
			return FileType.SOCKET_STREAM;
		case "stream":
		case "connection":
			return open.stream.type;
	}
}

function flagsOf(open: Open): number {
	switch (open.kind) {
		case "file": {
			const sync = open.sync === "all" ? FdFlags.SYNC : open.sync === "data" ? FdFlags.DSYNC : 0;
			return (open.append ? FdFlags.APPEND : 0) | (open.nonblocking ? FdFlags.NONBLOCK : 0) | sync;
		}
		case "directory":
			return 0;
		case "listener":
			return open.listener.nonblocking ? FdFlags.NONBLOCK : 0;
		case "stream":
		case "connection":
			return open.stream.nonblocking ? FdFlags.NONBLOCK : 0;
	}
}

/** As with fcntl(F_SETFL): appending and waiting can be changed, the kind of syncing cannot. */
function setFlags(open: Open, flags: number): Errno {
	const nonblocking = (flags & FdFlags.NONBLOCK) !== 0;
	const syncing = FdFlags.DSYNC | FdFlags.RSYNC | FdFlags.SYNC;
	if ((flags & syncing & ~flagsOf(open)) !== 0) return Errno.INVAL;
	switch (open.kind) {
		case "file":
			open.append = (flags & FdFlags.APPEND) !== 0;
			open.nonblocking = nonblocking;
			return Errno.SUCCESS;
		case "directory":
			return flags === 0 ? Errno.SUCCESS : Errno.INVAL;
		case "listener":
			open.listener.nonblocking = nonblocking;
			return Errno.SUCCESS;
		case "stream":
		case "connection":
			open.stream.nonblocking = nonblocking;
			return Errno.SUCCESS;
	}
}

import type { PathDenial } from "../../capability/denial.ts";
import type { Directory } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import type { OpenDirectory } from "../descriptors.ts";
import { betweenPlaces } from "../filesystem/mounts.ts";
import { pathDenial } from "../filesystem/refusal.ts";
import { LookupFlags } from "./flags.ts";
import { type FilestatLayout, newTimes, PREVIEW1_FILESTAT } from "./filestat.ts";
import { type Context, hostFunction } from "./function.ts";
import { encodeUtf8, readPath } from "./text.ts";

export const path_create_directory = hostFunction(
	"path_create_directory",
	[
		["fd", "fd"],
		["path", "string"],
	],
	(context, fd: number, path: number, length: number) =>
		beneath(context, fd, path, length, "write", (directory, name) => directory.createDirectory(name)),
);

export const path_remove_directory = hostFunction(
	"path_remove_directory",
	[
		["fd", "fd"],
		["path", "string"],
	],
	(context, fd: number, path: number, length: number) =>
		beneath(context, fd, path, length, "write", (directory, name) => directory.removeDirectory(name)),
);

export const path_unlink_file = hostFunction(
	"path_unlink_file",
	[
		["fd", "fd"],
		["path", "string"],
	],
	(context, fd: number, path: number, length: number) =>
		beneath(context, fd, path, length, "write", (directory, name) => directory.unlink(name)),
);

export const path_filestat_get = pathFilestatGet(PREVIEW1_FILESTAT);

export function pathFilestatGet(layout: FilestatLayout) {
	return hostFunction(
		"path_filestat_get",
		[
			["fd", "fd"],
			["flags", "lookupflags"],
			["path", "string"],
			["buf", "->struct"],
		],
		(context, fd: number, flags: number, path: number, length: number, result: number) => {
			const { memory } = context;
			if (!memory.has(result, layout.bytes)) return Errno.FAULT;
			return beneath(context, fd, path, length, "stat", (directory, name) => {
				const stat = directory.statAt(name, follows(flags));
				if (typeof stat === "number") return stat;
				layout.put(memory, result >>> 0, stat);
				return Errno.SUCCESS;
			});
		},
	);
}

export const path_filestat_set_times = hostFunction(
	"path_filestat_set_times",
	[
		["fd", "fd"],
		["flags", "lookupflags"],
		["path", "string"],
		["atim", "u64"],
		["mtim", "u64"],
		["fst_flags", "fstflags"],
	],
	(
		context,
		fd: number,
		flags: number,
		path: number,
		length: number,
		accessed: bigint,
		modified: bigint,
		fstflags: number,
	) => {
		const times = newTimes(accessed, modified, fstflags);
		if (times === undefined) return Errno.INVAL;
		return beneath(context, fd, path, length, "write", (directory, name) =>
			directory.setTimesAt(name, follows(flags), ...times),
		);
	},
);

export const path_readlink = hostFunction(
	"path_readlink",
	[
		["fd", "fd"],
		["path", "string"],
		["buf", "buffer"],
		["bufused", "->u32"],
	],
	(context, fd: number, path: number, length: number, buffer: number, size: number, result: number) => {
		const { memory } = context;
		const room = memory.span(buffer, size);
		if (room === undefined || !memory.has(result, 4)) return Errno.FAULT;
		return beneath(context, fd, path, length, "stat", (directory, name) => {
			const target = directory.readLink(name);
			if (typeof target === "number") return target;
			const bytes = encodeUtf8(target).subarray(0, room.length);
			room.set(bytes);
			memory.setU32(result, bytes.length);
			return Errno.SUCCESS;
		});
	},
);

export const path_symlink = hostFunction(
	"path_symlink",
	[
		["old_path", "string"],
		["fd", "fd"],
		["new_path", "string"],
	],
	(context, target: number, targetLength: number, fd: number, path: number, length: number) => {
		const to = readPath(context.memory, target, targetLength);
		if (typeof to === "number") return to;
		return beneath(context, fd, path, length, "write", (directory, name) => directory.symlink(to, name));
	},
);

export const path_link = hostFunction(
	"path_link",
	[
		["old_fd", "fd"],
		["old_flags", "lookupflags"],
		["old_path", "string"],
		["new_fd", "fd"],
		["new_path", "string"],
	],
	(
		context,
		oldFd: number,
		flags: number,
		oldPath: number,
		oldLength: number,
		newFd: number,
		newPath: number,
		newLength: number,
	) =>
		beneathBoth(context, [oldFd, oldPath, oldLength], [newFd, newPath, newLength], (from, path, to, toPath) =>
			betweenPlaces(from, path, to, toPath, (source, target) =>
				source.directory.link(source.path, follows(flags), target.directory, target.path),
			),
		),
);

export const path_rename = hostFunction(
	"path_rename",
	[
		["fd", "fd"],
		["old_path", "string"],
		["new_fd", "fd"],
		["new_path", "string"],
	],
	(
		context,
		fd: number,
		oldPath: number,
		oldLength: number,
		newFd: number,
		newPath: number,
		newLength: number,
	) =>
		beneathBoth(context, [fd, oldPath, oldLength], [newFd, newPath, newLength], (from, path, to, toPath) =>
			betweenPlaces(from, path, to, toPath, (source, target) =>
				source.directory.rename(source.path, target.directory, target.path),
			),
		),
);

export function follows(flags: number): boolean {
	return (flags & LookupFlags.SYMLINK_FOLLOW) !== 0;
}

/** The directory behind a descriptor, or why it is none. */
export function directoryAt({ guest }: Context, fd: number): OpenDirectory | Errno {
	const open = guest.world.descriptors.get(fd);
	if (open === undefined) return Errno.BADF;
	return open.kind === "directory" ? open : Errno.NOTDIR;
}

/** Does something to a path beneath a directory, and remembers it when that was refused. */
function beneath(
	context: Context,
	fd: number,
	path: number,
	length: number,
	need: PathDenial["need"],
	act: (directory: Directory, name: string) => Errno,
): Errno {
	const open = directoryAt(context, fd);
	if (typeof open === "number") return open;
	const name = readPath(context.memory, path, length);
	if (typeof name === "number") return name;
	return refusedOrNot(context, act(open.directory, name), open, name, need);
}

function beneathBoth(
	context: Context,
	[fd, path, length]: readonly [number, number, number],
	[newFd, newPath, newLength]: readonly [number, number, number],
	act: (from: Directory, path: string, to: Directory, toPath: string) => Errno,
): Errno {
	const from = directoryAt(context, fd);
	if (typeof from === "number") return from;
	const to = directoryAt(context, newFd);
	if (typeof to === "number") return to;
	const name = readPath(context.memory, path, length);
	if (typeof name === "number") return name;
	const newName = readPath(context.memory, newPath, newLength);
	if (typeof newName === "number") return newName;
	const errno = act(from.directory, name, to.directory, newName);
	refusedOrNot(context, errno, from, name, "write");
	return refusedOrNot(context, errno, to, newName, "write");
}

/** Passes an errno on; one that says that something was not granted is kept for the end of the run. */
export function refusedOrNot(
	{ guest }: Context,
	errno: Errno,
	open: OpenDirectory,
	path: string,
	need: PathDenial["need"],
): Errno {
	const denial = pathDenial(errno, open, path, need);
	if (denial !== undefined) guest.deny(denial);
	return errno;
}

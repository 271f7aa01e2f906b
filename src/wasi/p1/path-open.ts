import type { OpenOptions } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import type { OpenDirectory } from "../descriptors.ts";
import { FDFLAGS_ALL, FdFlags, OFLAGS_ALL, OFlags } from "./flags.ts";
import { type Context, hostFunction } from "./function.ts";
import { directoryAt, follows, refusedOrNot } from "./path.ts";
import { asksToRead, asksToWrite, Rights, rightsOf } from "./rights.ts";
import { readPath } from "./text.ts";

export const path_open = hostFunction(
	"path_open",
	[
		["fd", "fd"],
		["dirflags", "lookupflags"],
		["path", "string"],
		["oflags", "oflags"],
		["fs_rights_base", "rights"],
		["fs_rights_inheriting", "rights"],
		["fdflags", "fdflags"],
		["opened_fd", "->fd"],
	],
	(
		context,
		fd: number,
		dirflags: number,
		path: number,
		length: number,
		oflags: number,
		rights: bigint,
		_inheriting: bigint,
		fdflags: number,
		result: number,
	) => {
		const parent = directoryAt(context, fd);
		if (typeof parent === "number") return parent;
		const name = readPath(context.memory, path, length);
		if (typeof name === "number") return name;
		if ((oflags & ~OFLAGS_ALL) !== 0 || (fdflags & ~FDFLAGS_ALL) !== 0) return Errno.INVAL;
		if (!context.memory.has(result, 4)) return Errno.FAULT;
		return open(context, parent, name, { dirflags, oflags, rights, fdflags }, result);
	},
);

interface Words {
	readonly dirflags: number;
	readonly oflags: number;
	readonly rights: bigint;
	readonly fdflags: number;
}

function open(context: Context, parent: OpenDirectory, path: string, words: Words, result: number): Errno {
	const { descriptors } = context.guest.world;
	if (!descriptors.hasRoom) {
		context.guest.deny({ type: "descriptors", limit: descriptors.limit });
		return Errno.MFILE;
	}
	const options = optionsOf(words);
	if (options.truncate && (rightsOf(parent).base & Rights.PATH_FILESTAT_SET_SIZE) === 0n)
		return Errno.NOTCAPABLE;
	if (options.directory && options.create) return Errno.INVAL;
	const opened = parent.directory.open(path, options);
	if (typeof opened === "number") {
		return refusedOrNot(context, opened, parent, path, needOf(options));
	}
	const name = `${parent.name}/${path}`;
	const fd = descriptors.add(
		opened.kind === "directory"
			? { kind: "directory", directory: opened, preopen: undefined, name }
			: {
					kind: "file",
					file: opened,
					position: 0,
					readable: options.read,
					writable: asksToWrite(words.rights),
					append: (words.fdflags & FdFlags.APPEND) !== 0,
					nonblocking: (words.fdflags & FdFlags.NONBLOCK) !== 0,
					sync: options.sync,
					name,
				},
	);
	context.memory.setU32(result, fd);
	return Errno.SUCCESS;
}

/**
 * preview1 says what a descriptor is for by its rights. Neither reading nor writing asked for means
 * a descriptor that can only be examined; truncating needs write access to the file, if not of the
 * descriptor (wasmtime's GHSA-2r75-cxrj-cmph: on a read-only grant it must not happen).
 */
function optionsOf({ dirflags, oflags, rights, fdflags }: Words): OpenOptions {
	const truncate = (oflags & OFlags.TRUNC) !== 0;
	return {
		follow: follows(dirflags),
		directory: (oflags & OFlags.DIRECTORY) !== 0,
		create: (oflags & OFlags.CREAT) !== 0,
		exclusive: (oflags & OFlags.EXCL) !== 0,
		truncate,
		read: asksToRead(rights),
		write: truncate || asksToWrite(rights) || (fdflags & FdFlags.APPEND) !== 0,
		sync: syncOf(fdflags),
	};
}

function syncOf(fdflags: number): OpenOptions["sync"] {
	if ((fdflags & FdFlags.SYNC) !== 0) return "all";
	return (fdflags & (FdFlags.DSYNC | FdFlags.RSYNC)) === 0 ? "none" : "data";
}

function needOf(options: OpenOptions): "read" | "write" | "list" {
	if (options.write || options.create) return "write";
	return options.directory ? "list" : "read";
}

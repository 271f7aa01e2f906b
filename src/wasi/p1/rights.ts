import { FileType } from "../../sys/stat.ts";
import type { Narrowed, Open } from "../descriptors.ts";

/** preview1 `$rights`, by bit. */
export const Rights = {
	FD_DATASYNC: 1n << 0n,
	FD_READ: 1n << 1n,
	FD_SEEK: 1n << 2n,
	FD_FDSTAT_SET_FLAGS: 1n << 3n,
	FD_SYNC: 1n << 4n,
	FD_TELL: 1n << 5n,
	FD_WRITE: 1n << 6n,
	FD_ADVISE: 1n << 7n,
	FD_ALLOCATE: 1n << 8n,
	PATH_CREATE_DIRECTORY: 1n << 9n,
	PATH_CREATE_FILE: 1n << 10n,
	PATH_LINK_SOURCE: 1n << 11n,
	PATH_LINK_TARGET: 1n << 12n,
	PATH_OPEN: 1n << 13n,
	FD_READDIR: 1n << 14n,
	PATH_READLINK: 1n << 15n,
	PATH_RENAME_SOURCE: 1n << 16n,
	PATH_RENAME_TARGET: 1n << 17n,
	PATH_FILESTAT_GET: 1n << 18n,
	PATH_FILESTAT_SET_SIZE: 1n << 19n,
	PATH_FILESTAT_SET_TIMES: 1n << 20n,
	FD_FILESTAT_GET: 1n << 21n,
	FD_FILESTAT_SET_SIZE: 1n << 22n,
	FD_FILESTAT_SET_TIMES: 1n << 23n,
	PATH_SYMLINK: 1n << 24n,
	PATH_REMOVE_DIRECTORY: 1n << 25n,
	PATH_UNLINK_FILE: 1n << 26n,
	POLL_FD_READWRITE: 1n << 27n,
	SOCK_SHUTDOWN: 1n << 28n,
	SOCK_ACCEPT: 1n << 29n,
} as const;

function all(names: readonly (keyof typeof Rights)[]): bigint {
	return names.reduce((sum, name) => sum | Rights[name], 0n);
}

const READING = all(["FD_READ"]);
const WRITING = all(["FD_WRITE", "FD_ALLOCATE", "FD_FILESTAT_SET_SIZE", "FD_DATASYNC"]);

const FILE = all([
	"FD_SEEK",
	"FD_FDSTAT_SET_FLAGS",
	"FD_SYNC",
	"FD_TELL",
	"FD_ADVISE",
	"FD_FILESTAT_GET",
	"FD_FILESTAT_SET_TIMES",
	"POLL_FD_READWRITE",
]);

const DIRECTORY = all([
	"FD_FDSTAT_SET_FLAGS",
	"FD_SYNC",
	"FD_ADVISE",
	"PATH_CREATE_DIRECTORY",
	"PATH_CREATE_FILE",
	"PATH_LINK_SOURCE",
	"PATH_LINK_TARGET",
	"PATH_OPEN",
	"FD_READDIR",
	"PATH_READLINK",
	"PATH_RENAME_SOURCE",
	"PATH_RENAME_TARGET",
	"PATH_FILESTAT_GET",
	"PATH_FILESTAT_SET_SIZE",
	"PATH_FILESTAT_SET_TIMES",
	"FD_FILESTAT_GET",
	"FD_FILESTAT_SET_TIMES",
	"PATH_SYMLINK",
	"PATH_REMOVE_DIRECTORY",
	"PATH_UNLINK_FILE",
	"POLL_FD_READWRITE",
]);

const STREAM = all(["FD_FDSTAT_SET_FLAGS", "FD_FILESTAT_GET", "POLL_FD_READWRITE"]);
const SEEKING = all(["FD_SEEK", "FD_TELL"]);
const LISTENER = all(["SOCK_ACCEPT", "POLL_FD_READWRITE", "FD_FDSTAT_SET_FLAGS", "FD_FILESTAT_GET"]);

/**
 * What a descriptor may do, as fdstat tells it. Only reading and writing are enforced, and truncating
 * by path, which is writing: today's toolchains look at the other bits but do not narrow them, as
 * wasmtime decided too (RATIONALE.md).
 */
export function rightsOf(open: Open): Narrowed {
	if ((open.kind === "file" || open.kind === "directory") && open.narrowed !== undefined)
		return open.narrowed;
	return givenRights(open);
}

function givenRights(open: Open): Narrowed {
	switch (open.kind) {
		case "directory":
			return { base: DIRECTORY, inheriting: DIRECTORY | FILE | READING | WRITING };
		case "file":
			return { base: FILE | access(open.readable, open.writable), inheriting: 0n };
		case "listener":
			return { base: LISTENER, inheriting: STREAM | READING | Rights.FD_WRITE | Rights.SOCK_SHUTDOWN };
		case "connection":
			return { base: STREAM | READING | Rights.FD_WRITE | Rights.SOCK_SHUTDOWN, inheriting: 0n };
		case "stream": {
			const { stream } = open;
			const seek = stream.type === FileType.REGULAR_FILE && stream.seek !== undefined ? SEEKING : 0n;
			const write = stream.writable ? Rights.FD_WRITE : 0n;
			return { base: STREAM | seek | (stream.readable ? READING : 0n) | write, inheriting: 0n };
		}
	}
}

function access(readable: boolean, writable: boolean): bigint {
	return (readable ? READING : 0n) | (writable ? WRITING : 0n);
}

export function asksToRead(rights: bigint): boolean {
	return (rights & (READING | Rights.FD_READDIR)) !== 0n;
}

/** By FD_WRITE alone: Go and Rust ask to change sizes and to allocate for what they open to read, too. */
export function asksToWrite(rights: bigint): boolean {
	return (rights & Rights.FD_WRITE) !== 0n;
}

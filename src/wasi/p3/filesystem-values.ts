import { Errno } from "../../sys/errno.ts";
import { FileType, type NewTime, type Stat } from "../../sys/stat.ts";
import { type Datetime, datetimeOf, nanosecondsOf } from "../clocks.ts";
import type { OpenDirectory, OpenFile } from "../descriptors.ts";
import { filesystemErrorCode } from "../filesystem/error-code.ts";
import type { SharedOpen } from "../filesystem/shared-open.ts";
import { ComponentError } from "../host-interface.ts";
import { DONE, type HostStream, type Outcome, streamOf } from "./streams.ts";

/** How many names of a directory are read ahead: what a stream of them holds at most. */
const ENTRIES_AHEAD = 64;

export interface FilesystemError {
	readonly tag: string;
	readonly val?: undefined;
}

export interface DescriptorType {
	readonly tag: string;
	readonly val?: undefined;
}

export interface DescriptorStat {
	readonly type: DescriptorType;
	readonly linkCount: bigint;
	readonly size: bigint;
	readonly dataAccessTimestamp: Datetime;
	readonly dataModificationTimestamp: Datetime;
	readonly statusChangeTimestamp: Datetime;
}

export interface DirectoryEntry {
	readonly type: DescriptorType;
	readonly name: string;
}

export function filesystemError(errno: Errno): FilesystemError {
	return { tag: filesystemErrorCode(errno) };
}

/** Throws the error of the result that an errno is. */
export function succeed(errno: Errno): void {
	if (errno !== Errno.SUCCESS) throw new ComponentError(filesystemError(errno));
}

/** The value; or throws the error of the result that an errno is. */
export function found<T>(answer: T | Errno): T {
	if (typeof answer === "number") throw new ComponentError(filesystemError(answer as Errno));
	return answer;
}

export function descriptorType(type: FileType): DescriptorType {
	return { tag: TYPES.get(type) ?? "other" };
}

export function descriptorStat(stat: Stat): DescriptorStat {
	return {
		type: descriptorType(stat.type),
		linkCount: stat.links,
		size: stat.size_bytes,
		dataAccessTimestamp: instantOf(stat.accessed_ns),
		dataModificationTimestamp: instantOf(stat.modified_ns),
		statusChangeTimestamp: instantOf(stat.changed_ns),
	};
}

/** All entries but `.` and `..`, a few at a time. */
export function directoryEntries(
	shared: SharedOpen,
): [HostStream<DirectoryEntry>, Promise<Outcome<FilesystemError>>] {
	const { open } = shared.hold();
	const { promise, resolve } = Promise.withResolvers<Outcome<FilesystemError>>();
	const ahead: DirectoryEntry[] = [];
	let cookie: bigint | undefined = 0n;
	const next = (): DirectoryEntry | undefined => {
		if (ahead.length === 0 && cookie !== undefined) {
			const read = readAhead(open, cookie, ahead);
			if (typeof read === "number") resolve({ tag: "err", val: filesystemError(read) });
			cookie = typeof read === "number" ? undefined : read;
		}
		return ahead.shift();
	};
	const stream = streamOf(next, () => {
		shared.release();
		resolve(DONE);
	});
	return [stream, promise];
}

/** Where to go on; undefined at the end. At least one entry is added before it stops short of that. */
function readAhead(
	open: OpenFile | OpenDirectory,
	from: bigint,
	into: DirectoryEntry[],
): bigint | undefined | Errno {
	if (open.kind === "file") return Errno.NOTDIR;
	let last: bigint | undefined;
	const errno = open.directory.list(from, ({ name, type, next }) => {
		if (name !== "." && name !== "..") into.push({ name, type: descriptorType(type) });
		last = next;
		return into.length < ENTRIES_AHEAD;
	});
	if (errno !== Errno.SUCCESS) return errno;
	return into.length < ENTRIES_AHEAD ? undefined : last;
}

const TYPES: ReadonlyMap<FileType, string> = new Map<FileType, string>([
	[FileType.BLOCK_DEVICE, "block-device"],
	[FileType.CHARACTER_DEVICE, "character-device"],
	[FileType.DIRECTORY, "directory"],
	[FileType.SYMBOLIC_LINK, "symbolic-link"],
	[FileType.REGULAR_FILE, "regular-file"],
	[FileType.SOCKET_DGRAM, "socket"],
	[FileType.SOCKET_STREAM, "socket"],
]);

/** `instant` of 0.3: before 1970 the seconds are negative, the nanoseconds never. */
function instantOf(time_ns: bigint): Datetime {
	const { seconds, nanoseconds } = datetimeOf(time_ns);
	return nanoseconds < 0
		? { seconds: seconds - 1n, nanoseconds: nanoseconds + 1_000_000_000 }
		: { seconds, nanoseconds };
}

export type NewTimestamp =
	| { readonly tag: "no-change" | "now" }
	| { readonly tag: "timestamp"; readonly val: Datetime };

/** What file systems can keep: an i64 of nanoseconds. */
const TIME_MAX_NS = (1n << 63n) - 1n;

/** Times before 1970 cannot be set: the ports of sys take none. */
export function newTime(timestamp: NewTimestamp): NewTime {
	if (timestamp.tag !== "timestamp") return timestamp.tag === "now" ? "now" : "keep";
	const time_ns = nanosecondsOf(timestamp.val);
	if (time_ns === undefined || time_ns < 0n) throw new ComponentError(filesystemError(Errno.INVAL));
	if (time_ns > TIME_MAX_NS) throw new ComponentError(filesystemError(Errno.OVERFLOW));
	return time_ns;
}

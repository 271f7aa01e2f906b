/** How wasi:filesystem 0.2 spells what files have: records, enumerations, errors. */
import { Errno } from "../../sys/errno.ts";
import { FileType, type NewTime, type Stat } from "../../sys/stat.ts";
import { type Datetime, datetimeOf, nanosecondsOf } from "../clocks.ts";
import { filesystemErrorCode } from "../filesystem/error-code.ts";
import { ComponentError } from "../host-interface.ts";

export interface DescriptorStat {
	readonly type: string;
	readonly linkCount: bigint;
	readonly size: bigint;
	readonly dataAccessTimestamp: Datetime | undefined;
	readonly dataModificationTimestamp: Datetime | undefined;
	readonly statusChangeTimestamp: Datetime | undefined;
}

export type NewTimestamp =
	| { readonly tag: "no-change" | "now" }
	| { readonly tag: "timestamp"; readonly val: Datetime };

export interface DescriptorFlags {
	readonly read?: boolean;
	readonly write?: boolean;
	readonly fileIntegritySync?: boolean;
	readonly dataIntegritySync?: boolean;
	readonly requestedWriteSync?: boolean;
	readonly mutateDirectory?: boolean;
}

/** What an operation answered, or the error of its result. */
export function unlessErrno<T>(answer: T | Errno): T {
	if (typeof answer === "number") throw errorOf(answer as Errno);
	return answer;
}

/** For operations that answer nothing but how they went. */
export function demandSuccess(errno: Errno): void {
	if (errno !== Errno.SUCCESS) throw errorOf(errno);
}

/** For operations that answer a count or `-errno`. */
export function demandCount(count: number): number {
	if (count < 0) throw errorOf(-count as Errno);
	return count;
}

export function errorOf(errno: Errno): ComponentError {
	return new ComponentError(filesystemErrorCode(errno));
}

export function statOf(stat: Stat): DescriptorStat {
	return {
		type: descriptorType(stat.type),
		linkCount: stat.links,
		size: stat.size_bytes,
		dataAccessTimestamp: timestampOf(stat.accessed_ns),
		dataModificationTimestamp: timestampOf(stat.modified_ns),
		statusChangeTimestamp: timestampOf(stat.changed_ns),
	};
}

export function descriptorType(type: FileType): string {
	return TYPES[type] ?? "unknown";
}

const TYPES: Readonly<Partial<Record<FileType, string>>> = {
	[FileType.BLOCK_DEVICE]: "block-device",
	[FileType.CHARACTER_DEVICE]: "character-device",
	[FileType.DIRECTORY]: "directory",
	[FileType.REGULAR_FILE]: "regular-file",
	// not "socket": the preview1 adapter traps on it, and wasmtime never says it either
	[FileType.SYMBOLIC_LINK]: "symbolic-link",
};

/** A datetime of 0.2 cannot tell of what was before 1970. */
function timestampOf(time_ns: bigint): Datetime | undefined {
	return time_ns < 0n ? undefined : datetimeOf(time_ns);
}

/** What file systems can keep: an i64 of nanoseconds. */
const TIME_MAX_NS = (1n << 63n) - 1n;

export function newTime(timestamp: NewTimestamp): NewTime {
	if (timestamp.tag !== "timestamp") return timestamp.tag === "now" ? "now" : "keep";
	const time_ns = nanosecondsOf(timestamp.val);
	if (time_ns === undefined) throw errorOf(Errno.INVAL);
	if (time_ns > TIME_MAX_NS) throw errorOf(Errno.OVERFLOW);
	return time_ns;
}

/** What a descriptor or a name stands for (preview1 `$filetype`). */
export const FileType = {
	UNKNOWN: 0,
	BLOCK_DEVICE: 1,
	CHARACTER_DEVICE: 2,
	DIRECTORY: 3,
	REGULAR_FILE: 4,
	SOCKET_DGRAM: 5,
	SOCKET_STREAM: 6,
	SYMBOLIC_LINK: 7,
} as const;

export type FileType = (typeof FileType)[keyof typeof FileType];

/** What is known of a file without opening it. Times are nanoseconds since 1970. */
export interface Stat {
	readonly device: bigint;
	readonly inode: bigint;
	readonly type: FileType;
	readonly links: bigint;
	readonly size_bytes: bigint;
	readonly accessed_ns: bigint;
	readonly modified_ns: bigint;
	readonly changed_ns: bigint;
}

/** The stat of what has nothing to tell but its kind: streams, sockets, directories that no disk has. */
export function bareStat(type: FileType, inode = 0n): Stat {
	return {
		device: 0n,
		inode,
		type,
		links: type === FileType.DIRECTORY ? 2n : 1n,
		size_bytes: 0n,
		accessed_ns: 0n,
		modified_ns: 0n,
		changed_ns: 0n,
	};
}

/**
 * A time to be set on a file: nanoseconds since 1970, `"now"` for the backend's own clock, or
 * `"keep"` to leave the time as it is (utimensat's UTIME_NOW and UTIME_OMIT).
 */
export type NewTime = bigint | "now" | "keep";

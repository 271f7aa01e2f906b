/** preview1 `$fdflags`. */
export const FdFlags = { APPEND: 1, DSYNC: 2, NONBLOCK: 4, RSYNC: 8, SYNC: 16 } as const;
export const FDFLAGS_ALL = 31;

/** preview1 `$oflags`. */
export const OFlags = { CREAT: 1, DIRECTORY: 2, EXCL: 4, TRUNC: 8 } as const;
export const OFLAGS_ALL = 15;

/** preview1 `$lookupflags`. */
export const LookupFlags = { SYMLINK_FOLLOW: 1 } as const;

/** preview1 `$fstflags`. */
export const FstFlags = { ATIM: 1, ATIM_NOW: 2, MTIM: 4, MTIM_NOW: 8 } as const;
export const FSTFLAGS_ALL = 15;

/** preview1 `$riflags` and `$sdflags`. */
export const RiFlags = { PEEK: 1, WAITALL: 2 } as const;
export const SdFlags = { RD: 1, WR: 2 } as const;

/** Names for traces, by lower-case flag. */
export function flagNames(flags: Readonly<Record<string, number>>, value: number): string {
	const names = Object.entries(flags).filter(([, bit]) => (value & bit) !== 0);
	return names.length === 0 ? "0" : names.map(([name]) => name.toLowerCase()).join("|");
}

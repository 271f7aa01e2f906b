import { type Cursor, malformed } from "./cursor.ts";
import { encodeUnsigned } from "./encode.ts";
import type { Limits, MemoryType, TableType } from "./module.ts";

/** Bits of the limits' first byte (core spec 5.3.9, threads, memory64, custom page sizes). */
const Flag = { MAXIMUM: 1, SHARED: 2, IS_64: 4, PAGE_SIZE: 8 } as const;

export const PAGE_BYTES = 65_536;

export function readLimits(cursor: Cursor): Limits & { readonly pageSize_bytes: number } {
	const start = cursor.offset;
	const flags = cursor.byte("limits");
	if (flags > 0x0f) throw malformed(`limits of form 0x${flags.toString(16)} are not known`, start);
	const is64 = (flags & Flag.IS_64) !== 0;
	const bound = (what: string) => (is64 ? cursor.u64(what) : cursor.u32(what));
	const minimum = bound("a minimum");
	const maximum = (flags & Flag.MAXIMUM) === 0 ? undefined : bound("a maximum");
	const pageSize_bytes = (flags & Flag.PAGE_SIZE) === 0 ? PAGE_BYTES : readPageSize(cursor);
	const shared = (flags & Flag.SHARED) !== 0;
	return { minimum, maximum, shared, is64, start, end: cursor.offset, pageSize_bytes };
}

/** Custom page sizes proposal: the logarithm to base two. */
function readPageSize(cursor: Cursor): number {
	const at = cursor.offset;
	const log2 = cursor.u32("a page size");
	if (log2 > 16) throw malformed(`a page size of 2^${log2} bytes is not known`, at);
	return 2 ** log2;
}

/** The same limits with another maximum. All figures are below 2^53. */
export function encodeLimits(limits: MemoryType | TableType, maximum: number): number[] {
	const pageSize_bytes = limits.kind === "memory" ? limits.pageSize_bytes : PAGE_BYTES;
	const hasPageSize = pageSize_bytes !== PAGE_BYTES;
	const flags =
		Flag.MAXIMUM |
		(limits.shared ? Flag.SHARED : 0) |
		(limits.is64 ? Flag.IS_64 : 0) |
		(hasPageSize ? Flag.PAGE_SIZE : 0);
	return [
		flags,
		...encodeUnsigned(limits.minimum),
		...encodeUnsigned(maximum),
		...(hasPageSize ? [Math.log2(pageSize_bytes)] : []),
	];
}

import type { Errno } from "./errno.ts";
import type { NewTime, Stat } from "./stat.ts";

/** Values are preview1's `$advice`. */
export type Advice = 0 | 1 | 2 | 3 | 4 | 5;

/**
 * An open regular file. It has no position of its own: whoever opened it keeps one.
 *
 * `read`, `write` and `append` answer with the number of bytes moved, or with `-errno`. They may
 * move fewer bytes than were asked for; zero from `read` is the end of the file. Offsets and sizes
 * are whole numbers from 0 to 2^53-1.
 */
export interface File {
	readonly kind: "file";
	stat(): Stat | Errno;
	read(into: readonly Uint8Array[], at: number): number;
	write(from: readonly Uint8Array[], at: number): number;
	/** Writes at the end as it is at that moment, whoever else writes. */
	append(from: readonly Uint8Array[]): number;
	truncate(size_bytes: number): Errno;
	/** Makes the file at least `offset + length` bytes long, with room for the range. */
	allocate(offset: number, length: number): Errno;
	advise(offset: number, length: number, advice: Advice): Errno;
	setTimes(accessed: NewTime, modified: NewTime): Errno;
	sync(what: "data" | "all"): Errno;
	/** Frees the file. Nothing is called on it afterwards. */
	close(): void;
}

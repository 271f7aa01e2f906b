import {
	closeSync,
	fdatasyncSync,
	fstatSync,
	fsyncSync,
	ftruncateSync,
	futimesSync,
	readvSync,
	writevSync,
} from "node:fs";
import type { OpenOptions } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import type { Advice, File } from "../../sys/file.ts";
import type { NewTime, Stat } from "../../sys/stat.ts";
import { fromException, fromHostErrno } from "./errno.ts";
import { libc } from "./libc.ts";
import { statDescriptor } from "./stat.ts";

/** More buffers than this the system does not take in one call (IOV_MAX); the rest is for the next. */
const BUFFERS_MAX = 1024;
/** Nor more bytes (MAX_RW_COUNT), and Node takes no longer buffer. */
const TRANSFER_BYTES_MAX = 0x7fff_f000;

/** Ways in which backends differ. */
export interface FileWays {
	/**
	 * Opens the file once more, to append: a descriptor or `-errno`. Without it an append is a write at
	 * the size the file has just had.
	 */
	openAppender?(fd: number, sync: OpenOptions["sync"]): number;
	/** Sets times to the nanosecond; without it they are set as precisely as Node can. */
	setTimes?(fd: number, accessed: NewTime, modified: NewTime): Errno;
	stat(fd: number): Stat | Errno;
	close(fd: number): void;
}

/** The ways of a backend that has only what Node gives it. */
export const PLAIN_WAYS: FileWays = {
	stat: statDescriptor,
	close: (fd) => void attempt(() => closeSync(fd)),
};

/** What the file was opened for. */
export type FileAccess = Pick<OpenOptions, "write" | "sync">;

/** A regular file of the host behind an open descriptor, which it owns. */
export class NodeFile implements File {
	readonly kind = "file";
	readonly #fd: number;
	readonly #ways: FileWays;
	readonly #access: FileAccess;
	/**
	 * A second descriptor, opened with O_APPEND when it is first needed. The kernel ignores the
	 * position of a `pwrite` to such a descriptor, so that one alone cannot serve both.
	 */
	#appender: number | undefined;

	/** Takes over `fd`, an open regular file. */
	constructor(fd: number, access: FileAccess, ways: FileWays) {
		this.#fd = fd;
		this.#access = access;
		this.#ways = ways;
	}

	stat(): Stat | Errno {
		return this.#ways.stat(this.#fd);
	}

	read(into: readonly Uint8Array[], at: number): number {
		return readFrom(this.#fd, into, at);
	}

	write(from: readonly Uint8Array[], at: number): number {
		return writeTo(this.#fd, from, at);
	}

	append(from: readonly Uint8Array[]): number {
		if (!this.#access.write) return -Errno.BADF;
		this.#appender ??= this.#ways.openAppender?.(this.#fd, this.#access.sync);
		if (this.#appender === undefined) return this.#appendBySize(from);
		if (this.#appender >= 0) return writeTo(this.#appender, from, null);
		const errno = this.#appender;
		this.#appender = undefined;
		return errno;
	}

	truncate(size_bytes: number): Errno {
		return attempt(() => ftruncateSync(this.#fd, size_bytes));
	}

	allocate(offset: number, length: number): Errno {
		if (length === 0) return Errno.INVAL;
		const c = libc();
		if (c !== undefined) {
			if (c.fallocate(this.#fd, 0, BigInt(offset), BigInt(length)) === 0) return Errno.SUCCESS;
			const errno = fromHostErrno(c.errno());
			if (errno !== Errno.NOTSUP && errno !== Errno.NOSYS) return errno;
		}
		// A file system that cannot reserve: the length is what a program sees.
		return attempt(() => {
			if (fstatSync(this.#fd).size < offset + length) ftruncateSync(this.#fd, offset + length);
		});
	}

	advise(offset: number, length: number, advice: Advice): Errno {
		const c = libc();
		// Advice may be ignored; where we cannot pass it on it is.
		if (c === undefined) return Errno.SUCCESS;
		const error = c.posix_fadvise(this.#fd, BigInt(offset), BigInt(length), LINUX_ADVICE[advice]);
		return error === 0 ? Errno.SUCCESS : fromHostErrno(error);
	}

	setTimes(accessed: NewTime, modified: NewTime): Errno {
		if (this.#ways.setTimes !== undefined) return this.#ways.setTimes(this.#fd, accessed, modified);
		return attempt(() => {
			const now = fstatSync(this.#fd, { bigint: true });
			futimesSync(this.#fd, seconds(accessed, now.atimeNs), seconds(modified, now.mtimeNs));
		});
	}

	sync(what: "data" | "all"): Errno {
		return attempt(() => (what === "data" ? fdatasyncSync(this.#fd) : fsyncSync(this.#fd)));
	}

	close(): void {
		this.#ways.close(this.#fd);
		if (this.#appender !== undefined) this.#ways.close(this.#appender);
	}

	/** Where no descriptor that appends can be had: another writer may come in between. */
	#appendBySize(from: readonly Uint8Array[]): number {
		try {
			return writeTo(this.#fd, from, fstatSync(this.#fd).size);
		} catch (error) {
			return -fromException(error);
		}
	}
}

/** Linux numbers POSIX's advice otherwise than preview1: sequential and random change places. */
const LINUX_ADVICE: Readonly<Record<Advice, number>> = { 0: 0, 1: 2, 2: 1, 3: 3, 4: 4, 5: 5 };

/** Reads into the buffers that one call takes, from a place or (null) where the descriptor stands. */
export function readFrom(fd: number, into: readonly Uint8Array[], at: number | null): number {
	if (into.length === 0) return 0;
	try {
		return readvSync(fd, oneCall(into), at ?? undefined);
	} catch (error) {
		return 0 - fromException(error);
	}
}

/** Writes the buffers that one call takes, at a place or (null) where the descriptor stands. */
export function writeTo(fd: number, from: readonly Uint8Array[], at: number | null): number {
	if (from.length === 0) return 0;
	try {
		return writevSync(fd, oneCall(from), at ?? undefined);
	} catch (error) {
		return -fromException(error);
	}
}

/**
 * What one call takes of the buffers. One buffer goes the same way as many: until V8 has optimised
 * them, Node's `readvSync` and `writevSync` take 0.6 us less than `readSync` and `writeSync`.
 */
function oneCall(buffers: readonly Uint8Array[]): Uint8Array[] {
	const [first] = buffers;
	if (first !== undefined && first.byteLength > TRANSFER_BYTES_MAX) {
		return [first.subarray(0, TRANSFER_BYTES_MAX)];
	}
	return buffers.length > BUFFERS_MAX ? buffers.slice(0, BUFFERS_MAX) : (buffers as Uint8Array[]);
}

/** A time for Node's `utimes`, in seconds. A double is exact to about 200 ns. */
export function seconds(time: NewTime, kept_ns: bigint): number {
	if (time === "now") return Date.now() / 1000;
	const time_ns = time === "keep" ? kept_ns : time;
	return Number(time_ns) / 1e9;
}

/** Runs a function of `node:fs` that answers nothing. */
export function attempt(act: () => void): Errno {
	try {
		act();
		return Errno.SUCCESS;
	} catch (error) {
		return fromException(error);
	}
}

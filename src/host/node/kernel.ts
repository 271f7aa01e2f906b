/**
 * The system calls of Linux that take paths, with strings for paths and WASI's errors.
 *
 * Every function answers a number from 0 up, or `-errno`. Paths and structures are written into one
 * block of memory that is made once: a call allocates nothing. Two paths fit at a time.
 */
import { constants } from "node:fs";
import { Errno } from "../../sys/errno.ts";
import type { NewTime, Stat } from "../../sys/stat.ts";
import { fromHostErrno } from "./errno.ts";
import { openByWalk } from "./kernel-walk.ts";
import { libc, type Libc, type NativeMemory, nativeMemory } from "./libc.ts";
import { O_ALWAYS, O_CLOEXEC, O_PATH } from "./open-flags.ts";
import { isOfOwnProcess } from "./own-process.ts";
import { fileTypeOf } from "./stat.ts";

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY } = constants;

/** Less what the umask of the person takes away. */
const FILE_MODE = 0o666;

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_REMOVEDIR = 0x200;
const AT_SYMLINK_FOLLOW = 0x400;
const AT_NO_AUTOMOUNT = 0x800;
const AT_EMPTY_PATH = 0x1000;
const STATX_BASIC_STATS = 0x7ff;
/** The number of a newer system call is the same on every architecture. */
const SYS_openat2 = 437;
const SYS_getdents64 = process.arch === "arm64" ? 61 : 217;
const SYS_fstat = process.arch === "arm64" ? 80 : 5;
/** In `struct stat`, which takes up to 144 bytes. */
const STAT_MODE_AT = process.arch === "arm64" ? 16 : 24;
const RESOLVE_NO_MAGICLINKS = 0x02;
const RESOLVE_BENEATH = 0x08;
const UTIME_NOW = 0x3fff_ffff;
const UTIME_OMIT = 0x3fff_fffe;

const PATH_BYTES_MAX = 4095;
/** A path of so many UTF-16 units may take three times as many bytes before it is refused. */
const SLOT_BYTES = 3 * PATH_BYTES_MAX + 3;
const OPEN_HOW_BYTES = 24;

// Where things lie in the block.
const STATX_AT = 0;
const OPEN_HOW_AT = 256;
const TIMES_AT = 288;
const NUMBER_AT = 320;
const EMPTY_AT = 344;
const LINK_AT = 512;
const LINK_BYTES = 4096;
const FIRST_AT = LINK_AT + LINK_BYTES;
const SECOND_AT = FIRST_AT + SLOT_BYTES;
const BLOCK_BYTES = SECOND_AT + SLOT_BYTES;

/** Which of the two places for paths a call uses. */
export type Slot = "first" | "second";

/** How often `openat2` is tried anew when something was renamed while it took a `..`. */
const TRIES_MAX = 16;

export class Kernel {
	readonly #c: Libc;
	readonly #block: NativeMemory;
	readonly #first: bigint;
	readonly #second: bigint;
	readonly #statx: bigint;
	readonly #openHow: bigint;
	readonly #times: bigint;
	readonly #number: bigint;
	readonly #empty: bigint;
	readonly #link: bigint;
	/** `/proc/self/fd`: a name in it stands for a descriptor, whatever its path has become. */
	readonly #descriptors: number;
	/** The device number of the file system /proc. */
	readonly #proc: number;

	private constructor(c: Libc, block: NativeMemory, descriptors: number) {
		this.#c = c;
		this.#block = block;
		this.#first = block.address + BigInt(FIRST_AT);
		this.#second = block.address + BigInt(SECOND_AT);
		this.#statx = block.address + BigInt(STATX_AT);
		this.#openHow = block.address + BigInt(OPEN_HOW_AT);
		this.#times = block.address + BigInt(TIMES_AT);
		this.#number = block.address + BigInt(NUMBER_AT);
		this.#empty = block.address + BigInt(EMPTY_AT);
		this.#link = block.address + BigInt(LINK_AT);
		this.#descriptors = descriptors;
		this.typeOf(descriptors);
		this.#proc = this.#device();
		block.view.setUint32(OPEN_HOW_AT + 16, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS, true);
	}

	/**
	 * Undefined where this way of resolving paths is not to be had: no node:ffi, a kernel before 5.6,
	 * a seccomp filter of the outside that refuses openat2, or no /proc.
	 */
	static find(): Kernel | undefined {
		const c = libc();
		if (c === undefined) return undefined;
		const block = nativeMemory(BLOCK_BYTES);
		block.bytes.write("/proc/self/fd\0", FIRST_AT, "latin1");
		const flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
		const descriptors = c.openat(AT_FDCWD, block.address + BigInt(FIRST_AT), flags);
		if (descriptors < 0) return undefined;
		const kernel = new Kernel(c, block, descriptors);
		const probe = kernel.openBeneath(descriptors, ".", O_PATH);
		kernel.close(probe < 0 ? descriptors : probe);
		return probe < 0 ? undefined : kernel;
	}

	/** Writes `text` into a slot: SUCCESS, or why it is no path at all. */
	put(text: string, slot: Slot): Errno {
		if (text.length === 0) return Errno.NOENT;
		if (text.length > PATH_BYTES_MAX) return Errno.NAMETOOLONG;
		if (text.includes("\0")) return Errno.INVAL;
		const at = slot === "first" ? FIRST_AT : SECOND_AT;
		const size_bytes = this.#block.bytes.write(text, at);
		if (size_bytes > PATH_BYTES_MAX) return Errno.NAMETOOLONG;
		this.#block.bytes[at + size_bytes] = 0;
		return Errno.SUCCESS;
	}

	/**
	 * Opens `path` as it lies beneath `directory`, in one call, during which the kernel refuses every
	 * step that would lead out, whoever renames what meanwhile.
	 */
	openBeneath(directory: number, path: string, flags: number, slot: Slot = "first"): number {
		const refused = this.put(path, slot);
		if (refused !== Errno.SUCCESS) return -refused;
		const { view } = this.#block;
		const creates = (flags & O_CREAT) !== 0;
		view.setUint32(OPEN_HOW_AT, (flags & O_PATH) === 0 ? flags | O_ALWAYS : flags | O_CLOEXEC, true);
		view.setUint32(OPEN_HOW_AT + 8, creates ? FILE_MODE : 0, true);
		const at = this.#slot(slot);
		for (let tries = 0; tries < TRIES_MAX; tries++) {
			const fd = this.#c.openat2(SYS_openat2, directory, at, this.#openHow, OPEN_HOW_BYTES);
			if (fd >= 0) return fd;
			const errno = fromHostErrno(this.#c.errno());
			if (errno === Errno.XDEV) return -Errno.NOTCAPABLE;
			if (errno !== Errno.AGAIN && errno !== Errno.INTR) return -errno;
		}
		return openByWalk(this, directory, path, flags, slot);
	}

	/** Makes a file of a plain name that was not there. */
	makeName(directory: number, name: string, flags: number, slot: Slot = "first"): number {
		const refused = this.put(name, slot);
		if (refused !== Errno.SUCCESS) return -refused;
		const all = flags | O_CREAT | O_EXCL | O_ALWAYS;
		return this.#answer(this.#c.openatMaking(directory, this.#slot(slot), all, FILE_MODE));
	}

	/** Opens anew, with other flags, the very file that the descriptor `fd` stands for. */
	reopen(fd: number, flags: number): number {
		return this.#answer(this.#c.openat(this.#descriptors, this.#name(fd), flags | O_ALWAYS));
	}

	/** Opens for reading the directory that `fd`, opened with O_PATH, stands for. */
	reopenDirectory(fd: number): number {
		return this.reopen(fd, O_RDONLY | O_DIRECTORY);
	}

	/** Holds what a plain name in `directory` is, itself if a link, without opening it (O_PATH). */
	holdName(directory: number, name: string, slot: Slot = "first"): number {
		const refused = this.put(name, slot);
		if (refused !== Errno.SUCCESS) return -refused;
		return this.#answer(this.#c.openat(directory, this.#slot(slot), O_PATH | O_NOFOLLOW | O_CLOEXEC));
	}

	/** The FileType of what `fd` stands for. */
	typeOf(fd: number): number {
		const result = this.#c.fstat(SYS_fstat, fd, this.#statx);
		if (result < 0) return this.#answer(result);
		return fileTypeOf(this.#block.view.getUint32(STATX_AT + STAT_MODE_AT, true) >> 12);
	}

	/** Whether what `typeOf` has just looked at lies in /proc. */
	get sawProc(): boolean {
		return this.#device() === this.#proc;
	}

	/** Whether `fd`, of a file in /proc, is one about this very process. */
	isOfOwnProcess(fd: number): boolean {
		const size_bytes = this.#c.readlinkat(this.#descriptors, this.#name(fd), this.#link, BigInt(LINK_BYTES));
		if (size_bytes < 0) return true;
		const path = this.#block.bytes.toString("utf8", LINK_AT, LINK_AT + Number(size_bytes));
		return isOfOwnProcess(path);
	}

	stat(fd: number): Stat | Errno {
		const flags = AT_EMPTY_PATH | AT_NO_AUTOMOUNT;
		const result = this.#c.statx(fd, this.#empty, flags, STATX_BASIC_STATS, this.#statx);
		return result < 0 ? this.#error() : this.#readStat();
	}

	/** Of the plain name in the first slot itself, if it is a link. */
	statName(directory: number): Stat | Errno {
		const flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
		const result = this.#c.statx(directory, this.#first, flags, STATX_BASIC_STATS, this.#statx);
		return result < 0 ? this.#error() : this.#readStat();
	}

	setTimes(fd: number, accessed: NewTime, modified: NewTime): Errno {
		this.#putTimes(accessed, modified);
		return this.#verdict(this.#c.futimens(fd, this.#times));
	}

	/** Of what `fd`, opened with O_PATH, stands for; not for links. */
	setTimesBehind(fd: number, accessed: NewTime, modified: NewTime): Errno {
		this.#putTimes(accessed, modified);
		return this.#verdict(this.#c.utimensat(this.#descriptors, this.#name(fd), this.#times, 0));
	}

	/** Of the name in the first slot itself, if it is a link. */
	setTimesName(directory: number, accessed: NewTime, modified: NewTime): Errno {
		this.#putTimes(accessed, modified);
		return this.#verdict(this.#c.utimensat(directory, this.#first, this.#times, AT_SYMLINK_NOFOLLOW));
	}

	/** Reads the link whose plain name is in the first slot. */
	readLink(directory: number): string | Errno {
		return this.#readLink(directory, this.#first);
	}

	/** Reads the link that `fd`, opened with O_PATH, stands for. */
	readLinkBehind(fd: number): string | Errno {
		return this.#readLink(fd, this.#empty);
	}

	createDirectory(directory: number): Errno {
		return this.#verdict(this.#c.mkdirat(directory, this.#first, 0o777));
	}

	removeDirectory(directory: number): Errno {
		return this.#verdict(this.#c.unlinkat(directory, this.#first, AT_REMOVEDIR));
	}

	unlink(directory: number): Errno {
		return this.#verdict(this.#c.unlinkat(directory, this.#first, 0));
	}

	/** Makes the name in the first slot a link to the text in the second. */
	symlink(directory: number): Errno {
		return this.#verdict(this.#c.symlinkat(this.#second, directory, this.#first));
	}

	/** Renames the name in the first slot to that in the second. */
	rename(from: number, to: number): Errno {
		return this.#verdict(this.#c.renameat(from, this.#first, to, this.#second));
	}

	/** Links what the name in the first slot is, itself if a link, to the name in the second. */
	link(from: number, to: number): Errno {
		return this.#verdict(this.#c.linkat(from, this.#first, to, this.#second, 0));
	}

	/** Links what `fd`, opened with O_PATH, stands for to the name in the second slot. */
	linkBehind(fd: number, to: number): Errno {
		const name = this.#name(fd);
		return this.#verdict(this.#c.linkat(this.#descriptors, name, to, this.#second, AT_SYMLINK_FOLLOW));
	}

	/** Fills the memory with entries after the descriptor's position: their size in bytes. */
	readEntries(fd: number, into: NativeMemory): number {
		return this.#answer(this.#c.getdents64(SYS_getdents64, fd, into.address, into.bytes.byteLength));
	}

	/** Moves the descriptor's position to a cookie. */
	seek(fd: number, to: bigint): Errno {
		const SEEK_SET = 0;
		return this.#c.lseek(fd, to, SEEK_SET) < 0n ? this.#error() : Errno.SUCCESS;
	}

	close(fd: number): void {
		this.#c.close(fd);
	}

	/** The name in `/proc/self/fd` of a descriptor. */
	#name(fd: number): bigint {
		this.#block.bytes.write(`${fd}\0`, NUMBER_AT, "latin1");
		return this.#number;
	}

	#readLink(directory: number, name: bigint): string | Errno {
		const size_bytes = Number(this.#c.readlinkat(directory, name, this.#link, BigInt(LINK_BYTES)));
		if (size_bytes < 0) return this.#error();
		return this.#block.bytes.toString("utf8", LINK_AT, LINK_AT + size_bytes);
	}

	#slot(slot: Slot): bigint {
		return slot === "first" ? this.#first : this.#second;
	}

	/** Of what `typeOf` has just looked at. The kernel packs a device's numbers into 32 bits. */
	#device(): number {
		return this.#block.view.getUint32(STATX_AT, true);
	}

	#readStat(): Stat {
		const { view } = this.#block;
		return {
			device:
				(BigInt(view.getUint32(STATX_AT + 136, true)) << 32n) | BigInt(view.getUint32(STATX_AT + 140, true)),
			inode: view.getBigUint64(STATX_AT + 32, true),
			type: fileTypeOf(view.getUint16(STATX_AT + 28, true) >> 12),
			links: BigInt(view.getUint32(STATX_AT + 16, true)),
			size_bytes: view.getBigUint64(STATX_AT + 40, true),
			accessed_ns: this.#statTime(STATX_AT + 64),
			modified_ns: this.#statTime(STATX_AT + 112),
			changed_ns: this.#statTime(STATX_AT + 96),
		};
	}

	#statTime(at: number): bigint {
		const { view } = this.#block;
		return view.getBigInt64(at, true) * 1_000_000_000n + BigInt(view.getUint32(at + 8, true));
	}

	#putTimes(accessed: NewTime, modified: NewTime): void {
		putTime(this.#block.view, TIMES_AT, accessed);
		putTime(this.#block.view, TIMES_AT + 16, modified);
	}

	#answer(result: number): number {
		return result < 0 ? -fromHostErrno(this.#c.errno()) : result;
	}

	#verdict(result: number): Errno {
		return result < 0 ? this.#error() : Errno.SUCCESS;
	}

	#error(): Errno {
		return fromHostErrno(this.#c.errno());
	}
}

/** One `struct timespec` of utimensat. Times before 1970 have a positive part of a second too. */
function putTime(view: DataView, at: number, time: NewTime): void {
	if (typeof time === "bigint") {
		const part_ns = ((time % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
		view.setBigInt64(at, (time - part_ns) / 1_000_000_000n, true);
		view.setBigInt64(at + 8, part_ns, true);
	} else {
		view.setBigInt64(at, 0n, true);
		view.setBigInt64(at + 8, BigInt(time === "now" ? UTIME_NOW : UTIME_OMIT), true);
	}
}

import type { DirectoryEntry } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import { FileType } from "../../sys/stat.ts";
import type { Kernel } from "./kernel.ts";
import { type NativeMemory, nativeMemory } from "./libc.ts";
import { fileTypeOf } from "./stat.ts";

const BUFFER_BYTES = 32 * 1024;

// struct linux_dirent64
const COOKIE_AT = 8;
const RECORD_BYTES_AT = 16;
const TYPE_AT = 18;
const NAME_AT = 19;
const DT_UNKNOWN = 0;

/** Buffers of listings that have ended, for the next ones. */
const spare: NativeMemory[] = [];
const SPARE_MAX = 4;

/**
 * The entries of one open directory, read 32 KiB at a time.
 *
 * It remembers where the last call stopped: going on from there reads on in the buffer. Both the
 * cookie of the last entry seen and that of the one before are known places, because a caller whose
 * own buffer ends within an entry asks for that entry again.
 */
export class KernelList {
	readonly #kernel: Kernel;
	readonly #fd: number;
	/** The directory's own inode, which is told for `..` too: the parent may be outside. */
	readonly #inode: bigint;
	#buffer: NativeMemory | undefined;
	#filled_bytes = 0;
	/** Where the entry after `#cookie` begins in the buffer. */
	#at = 0;
	#cookie = 0n;
	/** The same for the entry before it. */
	#atBefore = 0;
	#cookieBefore = -1n;

	constructor(kernel: Kernel, fd: number, inode: bigint) {
		this.#kernel = kernel;
		this.#fd = fd;
		this.#inode = inode;
	}

	list(from: bigint, each: (entry: DirectoryEntry) => boolean): Errno {
		const moved = this.#moveTo(from);
		if (moved !== Errno.SUCCESS) return moved;
		for (;;) {
			if (this.#at >= this.#filled_bytes) {
				const size_bytes = this.#fill();
				if (size_bytes < 0) return -size_bytes as Errno;
				if (size_bytes === 0) return Errno.SUCCESS;
			}
			if (!each(this.#next())) return Errno.SUCCESS;
		}
	}

	close(): void {
		if (this.#buffer !== undefined && spare.length < SPARE_MAX) spare.push(this.#buffer);
		this.#buffer = undefined;
	}

	#moveTo(cookie: bigint): Errno {
		// From the beginning is always read anew, so that what has been made since is seen.
		if (cookie !== 0n && this.#buffer !== undefined) {
			if (cookie === this.#cookie) return Errno.SUCCESS;
			if (cookie === this.#cookieBefore) {
				this.#at = this.#atBefore;
				this.#cookie = this.#cookieBefore;
				return Errno.SUCCESS;
			}
		}
		if (cookie >= 2n ** 63n) return Errno.INVAL;
		this.#at = 0;
		this.#filled_bytes = 0;
		this.#cookie = cookie;
		this.#cookieBefore = -1n;
		return this.#kernel.seek(this.#fd, cookie);
	}

	/** Reads the next entries into the buffer: how many bytes, 0 at the end, or `-errno`. */
	#fill(): number {
		this.#buffer ??= spare.pop() ?? nativeMemory(BUFFER_BYTES);
		const size_bytes = this.#kernel.readEntries(this.#fd, this.#buffer);
		this.#at = 0;
		this.#filled_bytes = Math.max(size_bytes, 0);
		// The entry before lay in what was overwritten.
		this.#cookieBefore = -1n;
		return size_bytes;
	}

	#next(): DirectoryEntry {
		const { bytes, view } = this.#buffer as NativeMemory;
		const at = this.#at;
		const next = view.getBigUint64(at + COOKIE_AT, true);
		const end = at + view.getUint16(at + RECORD_BYTES_AT, true);
		const nameEnd = bytes.indexOf(0, at + NAME_AT);
		const name = bytes.toString("utf8", at + NAME_AT, nameEnd);
		const type = this.#typeOf(name, view.getUint8(at + TYPE_AT));
		const inode = name === ".." ? this.#inode : view.getBigUint64(at, true);
		this.#atBefore = at;
		this.#cookieBefore = this.#cookie;
		this.#at = end;
		this.#cookie = next;
		return { name, type, inode, next };
	}

	/** Some file systems do not keep the type with the name. */
	#typeOf(name: string, bits: number): FileType {
		if (bits !== DT_UNKNOWN) return fileTypeOf(bits);
		if (name === "." || name === "..") return FileType.DIRECTORY;
		if (this.#kernel.put(name, "first") !== Errno.SUCCESS) return FileType.UNKNOWN;
		const stat = this.#kernel.statName(this.#fd);
		return typeof stat === "number" ? FileType.UNKNOWN : stat.type;
	}
}

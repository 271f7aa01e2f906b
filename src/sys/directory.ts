import type { Errno } from "./errno.ts";
import type { File } from "./file.ts";
import type { FileType, NewTime, Stat } from "./stat.ts";

export interface OpenOptions {
	/** Whether a symbolic link as the last component is followed (beneath) or refused with LOOP. */
	readonly follow: boolean;
	/** Only a directory will do: NOTDIR for all else. */
	readonly directory: boolean;
	/** Make a regular file when there is none. */
	readonly create: boolean;
	/** With `create`: EXIST when the name exists, whatever it is. */
	readonly exclusive: boolean;
	readonly truncate: boolean;
	readonly read: boolean;
	readonly write: boolean;
	/** Each write returns after the data ("data") or data and metadata ("all") are on the device. */
	readonly sync: "none" | "data" | "all";
}

export interface DirectoryEntry {
	readonly name: string;
	readonly type: FileType;
	readonly inode: bigint;
	/** Pass to `list` to go on after this entry. Never 0. */
	readonly next: bigint;
}

/**
 * An open directory, and all names beneath it.
 *
 * The contract every backend keeps (WebAssembly/wasi-filesystem path-resolution.md): a path is
 * relative, its components are separated by `/`, and it is resolved beneath this directory, one
 * component after the other. Nothing outside is ever read, listed, created or examined: an absolute
 * path, a `..` or a symbolic link that would lead out answers NOTCAPABLE, an absolute link target
 * included. `a/../b` is legal while it stays beneath. The empty path answers NOENT; a NUL answers
 * INVAL; a component of over 255 bytes or a path of over 4,095 answers NAMETOOLONG; over 40 links
 * answer LOOP. A trailing slash demands that the path names a directory.
 *
 * The handle stays the directory it was when someone renames or removes it. FIFOs, devices and
 * sockets can be examined and unlinked, and renamed where the host's own rules allow it (Landlock's do
 * not), but `open` answers NOTCAPABLE, without waiting.
 *
 * Names are UTF-8; those on the disk that are not are listed with U+FFFD and cannot be opened.
 */
export interface Directory {
	readonly kind: "directory";
	stat(): Stat | Errno;
	/**
	 * Calls `each` with the entries after cookie `from` (0n: the first), `.` and `..` included, until
	 * it answers false. Entries made or removed meanwhile may or may not be seen; all others are seen
	 * exactly once by one who goes on from cookie to cookie.
	 */
	list(from: bigint, each: (entry: DirectoryEntry) => boolean): Errno;
	setTimes(accessed: NewTime, modified: NewTime): Errno;
	sync(): Errno;

	open(path: string, options: OpenOptions): File | Directory | Errno;
	statAt(path: string, follow: boolean): Stat | Errno;
	setTimesAt(path: string, follow: boolean, accessed: NewTime, modified: NewTime): Errno;
	createDirectory(path: string): Errno;
	removeDirectory(path: string): Errno;
	unlink(path: string): Errno;
	/** The target as it was stored, whatever it says. */
	readLink(path: string): string | Errno;
	/** Stores `target` as it is; an absolute one answers NOTCAPABLE. */
	symlink(target: string, path: string): Errno;
	/** XDEV when `to` is of another backend or file system, ROFS when it is read-only. */
	link(path: string, follow: boolean, to: Directory, toPath: string): Errno;
	rename(path: string, to: Directory, toPath: string): Errno;

	/** Frees the handle. Nothing is called on it afterwards. */
	close(): void;
}

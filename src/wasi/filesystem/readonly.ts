import type { Directory, DirectoryEntry, OpenOptions } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import type { Advice, File } from "../../sys/file.ts";
import type { Stat } from "../../sys/stat.ts";

/**
 * A directory that no call can write: the one place where read-only is decided. Whatever is opened
 * through it is read-only as well. Backends do not know this class, so that a link or a rename from
 * or to it can reach nothing: see `locate` in mounts.ts.
 */
export class ReadOnlyDirectory implements Directory {
	readonly kind = "directory";
	readonly #inner: Directory;

	constructor(inner: Directory) {
		this.#inner = inner;
	}

	open(path: string, options: OpenOptions): File | Directory | Errno {
		if (options.write || options.truncate) return this.#refuseWriting(path, options);
		if (options.create) return this.#openExisting(path, options);
		return protect(this.#inner.open(path, options));
	}

	/** Opening for writing fails as on a read-only mount, unless the name tells a better reason. */
	#refuseWriting(path: string, options: OpenOptions): Errno {
		const found = this.#inner.statAt(path, options.follow);
		if (typeof found === "number") return found === Errno.NOENT && options.create ? Errno.ROFS : found;
		return options.create && options.exclusive ? Errno.EXIST : Errno.ROFS;
	}

	/** O_CREAT on what exists is only an open. */
	#openExisting(path: string, options: OpenOptions): File | Directory | Errno {
		const opened = this.#inner.open(path, { ...options, create: false, exclusive: false });
		if (opened === Errno.NOENT) return Errno.ROFS;
		if (typeof opened !== "number" && options.exclusive) {
			opened.close();
			return Errno.EXIST;
		}
		return protect(opened);
	}

	stat(): Stat | Errno {
		return this.#inner.stat();
	}
	list(from: bigint, each: (entry: DirectoryEntry) => boolean): Errno {
		return this.#inner.list(from, each);
	}
	statAt(path: string, follow: boolean): Stat | Errno {
		return this.#inner.statAt(path, follow);
	}
	readLink(path: string): string | Errno {
		return this.#inner.readLink(path);
	}
	sync(): Errno {
		return this.#inner.sync();
	}
	close(): void {
		this.#inner.close();
	}

	setTimes(): Errno {
		return Errno.ROFS;
	}
	setTimesAt(): Errno {
		return Errno.ROFS;
	}
	createDirectory(path: string): Errno {
		return typeof this.#inner.statAt(path, false) === "number" ? Errno.ROFS : Errno.EXIST;
	}
	removeDirectory(): Errno {
		return Errno.ROFS;
	}
	unlink(): Errno {
		return Errno.ROFS;
	}
	symlink(): Errno {
		return Errno.ROFS;
	}
	link(): Errno {
		return Errno.ROFS;
	}
	rename(): Errno {
		return Errno.ROFS;
	}
}

/** A file of a read-only grant. Its descriptor was opened for reading; this is the second lock. */
class ReadOnlyFile implements File {
	readonly kind = "file";
	readonly #inner: File;

	constructor(inner: File) {
		this.#inner = inner;
	}

	stat(): Stat | Errno {
		return this.#inner.stat();
	}
	read(into: readonly Uint8Array[], at: number): number {
		return this.#inner.read(into, at);
	}
	advise(offset: number, length: number, advice: Advice): Errno {
		return this.#inner.advise(offset, length, advice);
	}
	sync(what: "data" | "all"): Errno {
		return this.#inner.sync(what);
	}
	close(): void {
		this.#inner.close();
	}

	write(): number {
		return -Errno.ROFS;
	}
	append(): number {
		return -Errno.ROFS;
	}
	truncate(): Errno {
		return Errno.ROFS;
	}
	allocate(): Errno {
		return Errno.ROFS;
	}
	setTimes(): Errno {
		return Errno.ROFS;
	}
}

function protect(opened: File | Directory | Errno): File | Directory | Errno {
	if (typeof opened === "number") return opened;
	return opened.kind === "file" ? new ReadOnlyFile(opened) : new ReadOnlyDirectory(opened);
}

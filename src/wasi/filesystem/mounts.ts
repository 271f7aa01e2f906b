import type { Directory, DirectoryEntry, OpenOptions } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import { checkPath } from "../../sys/resolve.ts";
import type { File } from "../../sys/file.ts";
import { bareStat, FileType, type NewTime, type Stat } from "../../sys/stat.ts";
import { NamedFile } from "./named-file.ts";
import { ReadOnlyDirectory } from "./readonly.ts";

/** One name that a file grant makes visible: a name in a directory of the host. */
export interface FileMount {
	readonly kind: "file-mount";
	readonly directory: Directory;
	readonly name: string;
}

type Child = MountDirectory | FileMount;

type Place = { readonly directory: Directory; readonly path: string; readonly mountPoint: boolean } | Errno;

const NOT_GRANTED = Errno.NOTCAPABLE;

/**
 * A directory of the guest's mount table: names at which other things are mounted, over a directory
 * (`base`) or over nothing. A name that is no mount point is looked up in the base; where there is
 * none it has not been granted.
 *
 * Mount points hide what the base has under their names. This is a matter of names, not a boundary:
 * what lies beneath the base was granted with it.
 */
export class MountDirectory implements Directory {
	readonly kind = "directory";
	readonly #base: Directory | undefined;
	readonly #children = new Map<string, Child>();
	readonly #inode: bigint;

	constructor(base: Directory | undefined, inode: bigint) {
		this.#base = base;
		this.#inode = inode;
	}

	/** Whether anything is mounted in here: if not, the base serves as well by itself. */
	get isPlain(): boolean {
		return this.#base !== undefined && this.#children.size === 0;
	}

	get base(): Directory | undefined {
		return this.#base;
	}

	child(name: string): Child | undefined {
		return this.#children.get(name);
	}

	mount(name: string, child: Child): void {
		this.#children.set(name, child);
	}

	/** Who answers for `path`, and under which name there. */
	locate(path: string): Place {
		const wrong = checkPath(path);
		return wrong === Errno.SUCCESS ? this.#locate(path) : wrong;
	}

	#locate(path: string): Place {
		const { name, rest } = firstComponent(path);
		if (name === undefined) return { directory: this, path: ".", mountPoint: true };
		const child = this.#children.get(name);
		if (child === undefined) return this.#base === undefined ? NOT_GRANTED : inBase(this.#base, path);
		if (child.kind === "file-mount") return fileMountPlace(child, rest);
		return child.#locate(rest ?? "");
	}

	open(path: string, options: OpenOptions): File | Directory | Errno {
		const place = this.locate(path);
		if (typeof place === "number") return place;
		if (!(place.directory instanceof MountDirectory)) return place.directory.open(place.path, options);
		if (options.create && options.exclusive) return Errno.EXIST;
		if (options.write || options.truncate) return Errno.ISDIR;
		return place.directory.#reopen(options);
	}

	/** A handle on a mount point: itself, unless it is nothing but its base. */
	#reopen(options: OpenOptions): File | Directory | Errno {
		return this.isPlain && this.#base !== undefined ? this.#base.open(".", options) : this;
	}

	stat(): Stat | Errno {
		return this.#base === undefined ? bareStat(FileType.DIRECTORY, this.#inode) : this.#base.stat();
	}

	statAt(path: string, follow: boolean): Stat | Errno {
		const place = this.locate(path);
		if (typeof place === "number") return place;
		if (place.directory instanceof MountDirectory) return place.directory.stat();
		return place.directory.statAt(place.path, follow);
	}

	list(from: bigint, each: (entry: DirectoryEntry) => boolean): Errno {
		const continues = (from & COOKIE_BASE) !== 0n;
		if (!continues && !this.#listOwn(Number(from), each)) return Errno.SUCCESS;
		if (this.#base === undefined) return Errno.SUCCESS;
		return this.#base.list(continues ? from & ~COOKIE_BASE : 0n, (entry) =>
			this.#children.has(entry.name) ? true : each({ ...entry, next: entry.next | COOKIE_BASE }),
		);
	}

	/** The mount points, and `.` and `..` where no base has them. Answers whether to go on. */
	#listOwn(from: number, each: (entry: DirectoryEntry) => boolean): boolean {
		const names = [...this.#children.keys()];
		const own = this.#base === undefined ? [".", "..", ...names] : names;
		for (let index = from; index < own.length; index += 1) {
			const name = own[index];
			if (name === undefined) break;
			const inode = this.#inode + BigInt(index);
			if (!each({ name, type: this.#typeOf(name), inode, next: BigInt(index + 1) })) return false;
		}
		return true;
	}

	#typeOf(name: string): FileType {
		return this.#children.get(name)?.kind === "file-mount" ? FileType.REGULAR_FILE : FileType.DIRECTORY;
	}

	setTimes(accessed: NewTime, modified: NewTime): Errno {
		return this.#base === undefined ? NOT_GRANTED : this.#base.setTimes(accessed, modified);
	}

	setTimesAt(path: string, follow: boolean, accessed: NewTime, modified: NewTime): Errno {
		const place = this.locate(path);
		if (typeof place === "number") return place;
		if (place.directory instanceof MountDirectory) return place.directory.setTimes(accessed, modified);
		return place.directory.setTimesAt(place.path, follow, accessed, modified);
	}

	sync(): Errno {
		return this.#base === undefined ? Errno.SUCCESS : this.#base.sync();
	}

	createDirectory(path: string): Errno {
		return this.#change(path, Errno.EXIST, (directory, rest) => directory.createDirectory(rest));
	}
	removeDirectory(path: string): Errno {
		return this.#change(path, Errno.BUSY, (directory, rest) => directory.removeDirectory(rest));
	}
	unlink(path: string): Errno {
		return this.#change(path, Errno.BUSY, (directory, rest) => directory.unlink(rest));
	}
	symlink(target: string, path: string): Errno {
		return this.#change(path, Errno.EXIST, (directory, rest) => directory.symlink(target, rest));
	}

	readLink(path: string): string | Errno {
		const place = this.locate(path);
		if (typeof place === "number") return place;
		return place.mountPoint ? Errno.INVAL : place.directory.readLink(place.path);
	}

	link(path: string, follow: boolean, to: Directory, toPath: string): Errno {
		return betweenPlaces(this, path, to, toPath, (from, target) =>
			from.directory.link(from.path, follow, target.directory, target.path),
		);
	}

	rename(path: string, to: Directory, toPath: string): Errno {
		return betweenPlaces(this, path, to, toPath, (from, target) =>
			from.directory.rename(from.path, target.directory, target.path),
		);
	}

	/** The mount table lives as long as the guest: closing a handle on it frees nothing. */
	close(): void {}

	#change(path: string, atMountPoint: Errno, act: (directory: Directory, rest: string) => Errno): Errno {
		const place = this.locate(path);
		if (typeof place === "number") return place;
		return place.mountPoint ? atMountPoint : act(place.directory, place.path);
	}
}

/**
 * Links or renames from one place to another: both ends are looked up in the mount table first, so
 * that a backend only ever sees its own directories, and neither end may be read-only
 * (wasmtime's GHSA-4ch3-9j33-3pmj: a hard link carried a file from a read-only grant to a writable one).
 */
export function betweenPlaces(
	from: Directory,
	path: string,
	to: Directory,
	toPath: string,
	act: (from: { directory: Directory; path: string }, to: { directory: Directory; path: string }) => Errno,
): Errno {
	const source = placeOf(from, path);
	if (typeof source === "number") return source;
	const target = placeOf(to, toPath);
	if (typeof target === "number") return target;
	if (source.mountPoint || target.mountPoint) return Errno.BUSY;
	if (source.directory instanceof ReadOnlyDirectory || target.directory instanceof ReadOnlyDirectory) {
		return Errno.ROFS;
	}
	return act(source, target);
}

function placeOf(directory: Directory, path: string): Place {
	if (directory instanceof NamedFile)
		return path === "." ? placeOf(directory.directory, directory.name) : Errno.NOTDIR;
	return directory instanceof MountDirectory
		? directory.locate(path)
		: { directory, path, mountPoint: false };
}

/** Cookies of the base are told from our own by this bit, which no file system uses (off_t is signed). */
const COOKIE_BASE = 1n << 63n;

function inBase(base: Directory, path: string): Place {
	return { directory: base, path, mountPoint: false };
}

function fileMountPlace(child: FileMount, rest: string | undefined): Place {
	if (rest !== undefined) return Errno.NOTDIR;
	return { directory: new OneName(child.directory), path: child.name, mountPoint: false };
}

/** What a file grant leaves of the directory around it: the name can be opened and examined, not changed. */
class OneName implements Directory {
	readonly kind = "directory";
	readonly #inner: Directory;

	constructor(inner: Directory) {
		this.#inner = inner;
	}

	/** The name is the grant's; a link that has taken its place since then is not followed. */
	open(path: string, options: OpenOptions): File | Directory | Errno {
		if (options.exclusive && options.create) return Errno.EXIST;
		return this.#inner.open(path, { ...options, follow: false, create: false });
	}
	statAt(path: string): Stat | Errno {
		return this.#inner.statAt(path, false);
	}
	setTimesAt(path: string, _follow: boolean, accessed: NewTime, modified: NewTime): Errno {
		return this.#inner.setTimesAt(path, false, accessed, modified);
	}
	readLink(): Errno {
		return Errno.INVAL;
	}
	createDirectory(): Errno {
		return Errno.EXIST;
	}
	symlink(): Errno {
		return Errno.EXIST;
	}
	stat(): Errno {
		return NOT_GRANTED;
	}
	list(): Errno {
		return NOT_GRANTED;
	}
	setTimes(): Errno {
		return NOT_GRANTED;
	}
	sync(): Errno {
		return NOT_GRANTED;
	}
	removeDirectory(): Errno {
		return Errno.BUSY;
	}
	unlink(): Errno {
		return Errno.BUSY;
	}
	link(): Errno {
		return Errno.BUSY;
	}
	rename(): Errno {
		return Errno.BUSY;
	}
	close(): void {}
}

/**
 * The first name of a path and what follows its slashes (undefined: no slash follows); `.` and `/`
 * before it are skipped. A leading `..` is a name like others, one that no mount has.
 */
function firstComponent(path: string): { name: string | undefined; rest: string | undefined } {
	let start = 0;
	for (;;) {
		while (path[start] === "/") start += 1;
		const end = path.indexOf("/", start);
		const name = end === -1 ? path.slice(start) : path.slice(start, end);
		if (name === "") return { name: undefined, rest: undefined };
		const rest = end === -1 ? undefined : path.slice(end + 1).replace(/^\/+/, "");
		if (name !== ".") return { name, rest };
		start = end === -1 ? path.length : end + 1;
	}
}

/** Takes pictures of directories as trees, and holds file systems that start as one to the same rules. */
import { assertOk, type DirectoryBackend, got } from "../../sys/backend.contract.ts";
import type { Clocks } from "../../sys/clocks.ts";
import type { Directory, DirectoryEntry, OpenOptions } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import type { Advice, File } from "../../sys/file.ts";
import type { FileTree, TreeDirectory } from "../../sys/file-tree.ts";
import { FrozenClocks } from "../../sys/frozen-clocks.ts";
import { FileType, type NewTime, type Stat } from "../../sys/stat.ts";
import { MemoryFileSystem } from "./file-system.ts";

const QUOTA_BYTES = 64 * 1024 ** 2;
/** Files with large holes are no pictures to be taken of. */
const PICTURE_BYTES_MAX = 10 * 1024 ** 2;

/**
 * A memory file system that, whenever nobody has anything open in it, is replaced by a new one that
 * starts as a tree of what was there: whatever the suites do, they do it to an image.
 */
export function makeRemountedBackend(): DirectoryBackend {
	const clocks = new FrozenClocks(1_700_000_000_000_000_000n);
	const mount = new Remounted(clocks);
	return {
		root: new CountedDirectory(mount, () => mount.root),
		plantLink: (target, path) => mount.plant(path, { kind: "link", target, modified_ns: 0n }),
		dispose() {},
	};
}

/** The directory as data. A file with several names is one value; undefined where it is too large. */
export function pictureOf(directory: Directory): TreeDirectory | undefined {
	try {
		return pictureOfDirectory(directory, new Map());
	} catch (reason) {
		if (reason instanceof TooLarge) return undefined;
		throw reason;
	}
}

class TooLarge extends Error {}

function pictureOfDirectory(directory: Directory, known: Map<bigint, FileTree>): TreeDirectory {
	const entries = new Map<string, FileTree>();
	const names: string[] = [];
	assertOk(directory.list(0n, (entry) => names.push(entry.name) > 0));
	for (const name of names)
		if (name !== "." && name !== "..") entries.set(name, pictureOfName(directory, name, known));
	return { kind: "directory", entries, modified_ns: got(directory.stat()).modified_ns };
}

function pictureOfName(directory: Directory, name: string, known: Map<bigint, FileTree>): FileTree {
	const stat = got(directory.statAt(name, false));
	const picture = known.get(stat.inode) ?? newPicture(directory, name, stat, known);
	known.set(stat.inode, picture);
	return picture;
}

function newPicture(
	directory: Directory,
	name: string,
	{ type, size_bytes, modified_ns }: Stat,
	known: Map<bigint, FileTree>,
): FileTree {
	if (type === FileType.SYMBOLIC_LINK)
		return { kind: "link", target: got(directory.readLink(name)), modified_ns };
	if (size_bytes > PICTURE_BYTES_MAX) throw new TooLarge();
	const opened = got(directory.open(name, { ...PICTURE, directory: type === FileType.DIRECTORY }));
	try {
		if (opened.kind === "directory") return pictureOfDirectory(opened, known);
		const bytes = new Uint8Array(Number(size_bytes));
		opened.read([bytes], 0);
		return { kind: "file", bytes, executable: false, modified_ns };
	} finally {
		opened.close();
	}
}

const PICTURE: OpenOptions = {
	follow: false,
	directory: false,
	create: false,
	exclusive: false,
	truncate: false,
	read: true,
	write: false,
	sync: "none",
};

class Remounted {
	readonly #clocks: Clocks;
	#fs: MemoryFileSystem;
	handles = 0;
	/** Someone has seen a part of a directory, and may go on. */
	isBeingListed = false;

	constructor(clocks: Clocks) {
		this.#clocks = clocks;
		this.#fs = new MemoryFileSystem({ clocks, quota_bytes: QUOTA_BYTES });
	}

	/** Of a new file system each time, unless somebody is at work in the old one. */
	get root(): Directory {
		const isIdle = this.handles === 0 && !this.isBeingListed;
		const picture = isIdle ? pictureOf(this.#fs.root) : undefined;
		if (picture !== undefined) this.#mount(picture);
		return this.#fs.root;
	}

	/** Puts something at a path of one name, or in a directory at the top. */
	plant(path: string, what: FileTree): void {
		const picture = pictureOf(this.#fs.root);
		if (picture === undefined) throw new Error("nothing can be planted into this");
		this.#mount(planted(picture, path.split("/"), what));
	}

	#mount(tree: TreeDirectory): void {
		this.#fs = new MemoryFileSystem({ clocks: this.#clocks, quota_bytes: QUOTA_BYTES, tree });
	}
}

function planted(directory: TreeDirectory, [name = "", ...rest]: string[], what: FileTree): TreeDirectory {
	const inner = directory.entries.get(name);
	const part = rest.length === 0 || inner?.kind !== "directory" ? what : planted(inner, rest, what);
	return { ...directory, entries: new Map([...directory.entries, [name, part]]) };
}

/** A directory whose handles are counted. */
class CountedDirectory implements Directory {
	readonly kind = "directory";
	readonly #mount: Remounted;
	readonly #inner: () => Directory;

	constructor(mount: Remounted, inner: () => Directory) {
		this.#mount = mount;
		this.#inner = inner;
	}

	stat(): Stat | Errno {
		return this.#inner().stat();
	}

	list(from: bigint, each: (entry: DirectoryEntry) => boolean): Errno {
		return this.#inner().list(from, (entry) => {
			const goesOn = each(entry);
			if (!goesOn) this.#mount.isBeingListed = true;
			return goesOn;
		});
	}

	setTimes(accessed: NewTime, modified: NewTime): Errno {
		return this.#inner().setTimes(accessed, modified);
	}

	sync(): Errno {
		return this.#inner().sync();
	}

	open(path: string, options: OpenOptions): File | Directory | Errno {
		const opened = this.#inner().open(path, options);
		if (typeof opened === "number") return opened;
		this.#mount.handles += 1;
		return opened.kind === "file"
			? new CountedFile(this.#mount, opened)
			: new CountedDirectory(this.#mount, () => opened);
	}

	statAt(path: string, follow: boolean): Stat | Errno {
		return this.#inner().statAt(path, follow);
	}

	setTimesAt(path: string, follow: boolean, accessed: NewTime, modified: NewTime): Errno {
		return this.#inner().setTimesAt(path, follow, accessed, modified);
	}

	createDirectory(path: string): Errno {
		return this.#inner().createDirectory(path);
	}

	removeDirectory(path: string): Errno {
		return this.#inner().removeDirectory(path);
	}

	unlink(path: string): Errno {
		return this.#inner().unlink(path);
	}

	readLink(path: string): string | Errno {
		return this.#inner().readLink(path);
	}

	symlink(target: string, path: string): Errno {
		return this.#inner().symlink(target, path);
	}

	link(path: string, follow: boolean, to: Directory, toPath: string): Errno {
		return this.#withBoth(to, (here, there) => here.link(path, follow, there, toPath));
	}

	rename(path: string, to: Directory, toPath: string): Errno {
		return this.#withBoth(to, (here, there) => here.rename(path, there, toPath));
	}

	close(): void {
		this.#inner().close();
		this.#mount.handles -= 1;
	}

	/** The root is replaced when it is asked for: that is done once for both. */
	#withBoth(to: Directory, act: (here: Directory, there: Directory) => Errno): Errno {
		const here = this.#inner();
		if (!(to instanceof CountedDirectory)) return act(here, to);
		return act(here, to === this ? here : to.#inner());
	}
}

class CountedFile implements File {
	readonly kind = "file";
	readonly #mount: Remounted;
	readonly #inner: File;

	constructor(mount: Remounted, inner: File) {
		this.#mount = mount;
		this.#inner = inner;
	}

	stat(): Stat | Errno {
		return this.#inner.stat();
	}

	read(into: readonly Uint8Array[], at: number): number {
		return this.#inner.read(into, at);
	}

	write(from: readonly Uint8Array[], at: number): number {
		return this.#inner.write(from, at);
	}

	append(from: readonly Uint8Array[]): number {
		return this.#inner.append(from);
	}

	truncate(size_bytes: number): Errno {
		return this.#inner.truncate(size_bytes);
	}

	allocate(offset: number, length: number): Errno {
		return this.#inner.allocate(offset, length);
	}

	advise(offset: number, length: number, advice: Advice): Errno {
		return this.#inner.advise(offset, length, advice);
	}

	setTimes(accessed: NewTime, modified: NewTime): Errno {
		return this.#inner.setTimes(accessed, modified);
	}

	sync(what: "data" | "all"): Errno {
		return this.#inner.sync(what);
	}

	close(): void {
		this.#inner.close();
		this.#mount.handles -= 1;
	}
}

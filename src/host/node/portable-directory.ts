/**
 * Directories where the kernel cannot be asked to resolve a path: the walk of `sys/resolve.ts`, one
 * name after the other, over anchors that say how a directory is held.
 */
import * as fs from "node:fs";
import type { Directory, DirectoryEntry, OpenOptions } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import type { File } from "../../sys/file.ts";
import { checkPath, endsInDots, type Last, Link, resolve, type Steps } from "../../sys/resolve.ts";
import { FileType, type NewTime, type Stat } from "../../sys/stat.ts";
import { type Anchor, type Found, readLinkAt } from "./anchor.ts";
import { attempt, NodeFile, seconds } from "./file.ts";
import { PortableList } from "./portable-list.ts";

type Place = Last<Anchor>;

const { O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;
const O_SYNC = fs.constants.O_SYNC ?? 0;
const O_DSYNC = fs.constants.O_DSYNC ?? O_SYNC;
/** How often a file may vanish and come back between our calls before we give up. */
const TRIES_MAX = 64;

const STEPS: Steps<Anchor> = {
	enter(directory, name) {
		const found = directory.look(name);
		if (typeof found === "number") return found;
		if (found.stat.type === FileType.DIRECTORY) return found.enter();
		found.release();
		return found.stat.type === FileType.SYMBOLIC_LINK ? readLinkAt(directory, name) : Errno.NOTDIR;
	},
	leave: (directory) => directory.release(),
};

export class PortableDirectory implements Directory {
	readonly kind = "directory";
	readonly #anchor: Anchor;
	#list: PortableList | undefined;

	/** Takes over the anchor. */
	constructor(anchor: Anchor) {
		this.#anchor = anchor;
	}

	stat(): Stat | Errno {
		return statOf(this.#anchor.here());
	}

	list(from: bigint, each: (entry: DirectoryEntry) => boolean): Errno {
		this.#list ??= new PortableList(this.#anchor);
		return this.#list.list(from, each);
	}

	setTimes(accessed: NewTime, modified: NewTime): Errno {
		const stat = this.stat();
		if (typeof stat === "number") return stat;
		return withPath(this.#anchor.self(), (path) => {
			fs.utimesSync(path, seconds(accessed, stat.accessed_ns), seconds(modified, stat.modified_ns));
		});
	}

	sync(): Errno {
		// Windows writes directories back by itself, and cannot be told to.
		if (process.platform === "win32") return Errno.SUCCESS;
		return withPath(this.#anchor.self(), (path) => {
			const fd = fs.openSync(path, O_RDONLY | fs.constants.O_DIRECTORY);
			try {
				fs.fsyncSync(fd);
			} finally {
				fs.closeSync(fd);
			}
		});
	}

	open(path: string, options: OpenOptions): File | Directory | Errno {
		if (options.create && options.directory) return Errno.INVAL;
		return this.#resolve<File | Directory | Errno>(path, (last) => {
			if (endsInDots(last)) {
				if (options.create && options.exclusive) return Errno.EXIST;
				return openFound(last.directory.here(), last, options);
			}
			if (options.create && last.slash) return Errno.ISDIR;
			return options.create ? openOrCreate(last, options) : openLast(last, options);
		});
	}

	statAt(path: string, follow: boolean): Stat | Errno {
		return this.#find(path, follow, (found) => found.stat);
	}

	setTimesAt(path: string, follow: boolean, accessed: NewTime, modified: NewTime): Errno {
		return this.#find(path, follow, ({ stat }, last) =>
			withPath(pathOf(last), (at) => {
				const [first, second] = [seconds(accessed, stat.accessed_ns), seconds(modified, stat.modified_ns)];
				if (endsInDots(last)) fs.utimesSync(at, first, second);
				else fs.lutimesSync(at, first, second);
			}),
		);
	}

	createDirectory(path: string): Errno {
		return this.#resolve<Errno>(path, (last) => {
			if (endsInDots(last)) return Errno.EXIST;
			return withPath(pathOf(last), (at) => fs.mkdirSync(at));
		});
	}

	removeDirectory(path: string): Errno {
		return this.#resolve<Errno>(path, (last) => {
			if (last.name === ".") return Errno.INVAL;
			if (last.name === "..") return Errno.NOTEMPTY;
			return withPath(pathOf(last), (at) => fs.rmdirSync(at));
		});
	}

	unlink(path: string): Errno {
		return this.#resolve<Errno>(path, (last) => {
			if (endsInDots(last)) return Errno.ISDIR;
			const stat = statOf(last.directory.look(last.name));
			if (typeof stat === "number") return stat;
			// Not every system says it so, and some remove empty directories.
			if (stat.type === FileType.DIRECTORY) return Errno.ISDIR;
			return last.slash ? Errno.NOTDIR : withPath(pathOf(last), (at) => fs.unlinkSync(at));
		});
	}

	readLink(path: string): string | Errno {
		return this.#find(path, false, ({ stat }, last) => {
			if (stat.type !== FileType.SYMBOLIC_LINK) return Errno.INVAL;
			const link = readLinkAt(last.directory, last.name);
			return link instanceof Link ? link.target : link;
		});
	}

	symlink(target: string, path: string): Errno {
		const wrong = checkPath(target);
		if (wrong !== Errno.SUCCESS) return wrong;
		return this.#resolve<Errno>(path, (last) => {
			const taken = whyTaken(last);
			if (taken !== Errno.SUCCESS) return taken;
			return withPath(pathOf(last), (at) => fs.symlinkSync(target, at));
		});
	}

	link(path: string, follow: boolean, to: Directory, toPath: string): Errno {
		if (!(to instanceof PortableDirectory)) return Errno.XDEV;
		return this.#find(path, follow, ({ stat }, from) =>
			to.#resolve<Errno>(toPath, (last) => {
				const taken = whyTaken(last);
				if (taken !== Errno.SUCCESS) return taken;
				if (stat.type === FileType.DIRECTORY) return Errno.PERM;
				return linkLast(from, stat, last);
			}),
		);
	}

	rename(path: string, to: Directory, toPath: string): Errno {
		if (!(to instanceof PortableDirectory)) return Errno.XDEV;
		return this.#resolve<Errno>(path, (from) => to.#resolve<Errno>(toPath, (last) => renameLast(from, last)));
	}

	close(): void {
		this.#anchor.release();
	}

	#resolve<R>(path: string, act: (last: Place) => R | Link): R | Errno {
		return resolve(STEPS, this.#anchor, path, act);
	}

	/** Runs `act` with what `path` names; with a link itself where it is not to be followed. */
	#find<R>(path: string, follow: boolean, act: (found: Found, last: Place) => R | Errno): R | Errno {
		return this.#resolve<R | Errno>(path, (last) => {
			const found = endsInDots(last) ? last.directory.here() : last.directory.look(last.name);
			if (typeof found === "number") return found;
			try {
				const { type } = found.stat;
				if (type === FileType.SYMBOLIC_LINK && (follow || last.slash)) {
					return readLinkAt(last.directory, last.name);
				}
				return last.slash && type !== FileType.DIRECTORY ? Errno.NOTDIR : act(found, last);
			} finally {
				found.release();
			}
		});
	}
}

/** A file is made only where nothing is, so that nothing that is there is opened unseen. */
function openOrCreate(last: Place, options: OpenOptions): File | Directory | Link | Errno {
	for (let tries = 0; tries < TRIES_MAX; tries++) {
		const fd = last.directory.create(last.name, accessFlags(options));
		if (fd >= 0) return new NodeFile(fd, options, last.directory.fileWays);
		if (fd !== -Errno.EXIST || options.exclusive) return -fd as Errno;
		const opened = openLast(last, options);
		if (opened !== Errno.NOENT) return opened;
	}
	return Errno.BUSY;
}

function openLast(last: Place, options: OpenOptions): File | Directory | Link | Errno {
	return openFound(last.directory.look(last.name), last, options);
}

function openFound(found: Found | Errno, last: Place, options: OpenOptions): File | Directory | Link | Errno {
	if (typeof found === "number") return found;
	try {
		const { type } = found.stat;
		if (type === FileType.DIRECTORY) {
			if (options.create || options.write || options.truncate) return Errno.ISDIR;
			const anchor = found.enter();
			return typeof anchor === "number" ? anchor : new PortableDirectory(anchor);
		}
		if (type === FileType.SYMBOLIC_LINK && (options.follow || last.slash)) {
			return readLinkAt(last.directory, last.name);
		}
		if (options.directory || last.slash) return Errno.NOTDIR;
		if (type === FileType.SYMBOLIC_LINK) return Errno.LOOP;
		return openFile(found, last, options);
	} finally {
		found.release();
	}
}

function openFile(found: Found, last: Place, options: OpenOptions): File | Errno {
	const fd = found.open(accessFlags(options));
	if (fd < 0) return -fd as Errno;
	const file = new NodeFile(fd, options, last.directory.fileWays);
	const errno = options.truncate && options.write ? file.truncate(0) : Errno.SUCCESS;
	if (errno === Errno.SUCCESS) return file;
	file.close();
	return errno;
}

function accessFlags({ read, write, sync }: OpenOptions): number {
	const access = write ? (read ? O_RDWR : O_WRONLY) : O_RDONLY;
	return access | (sync === "all" ? O_SYNC : sync === "data" ? O_DSYNC : 0);
}

/** A name behind a slash is a directory's, which neither a link nor a file can be. */
function whyTaken(last: Place): Errno {
	if (endsInDots(last)) return Errno.EXIST;
	const stat = statOf(last.directory.look(last.name));
	if (typeof stat !== "number") return Errno.EXIST;
	return stat === Errno.NOENT && !last.slash ? Errno.SUCCESS : stat;
}

/**
 * Where the system's `link` follows a link as the last name (macOS), the new name is removed again
 * if it is not what was to be linked.
 */
function linkLast(from: Place, stat: Stat, last: Place): Errno {
	const linked = withPath(pathOf(from), (at) => withPath(pathOf(last), (toPath) => fs.linkSync(at, toPath)));
	if (linked !== Errno.SUCCESS) return linked;
	const made = statOf(last.directory.look(last.name));
	if (typeof made === "number" || made.inode === stat.inode) return Errno.SUCCESS;
	withPath(pathOf(last), (toPath) => fs.unlinkSync(toPath));
	return Errno.NOTCAPABLE;
}

function renameLast(from: Place, last: Place): Errno {
	if (endsInDots(from) || endsInDots(last)) return Errno.BUSY;
	const stat = statOf(from.directory.look(from.name));
	if (typeof stat === "number") return stat;
	if (stat.type !== FileType.DIRECTORY && (from.slash || last.slash)) return Errno.NOTDIR;
	return withPath(pathOf(from), (at) => withPath(pathOf(last), (toPath) => fs.renameSync(at, toPath)));
}

function pathOf(last: Place): string | Errno {
	return endsInDots(last) ? last.directory.self() : last.directory.at(last.name);
}

function statOf(found: Found | Errno): Stat | Errno {
	if (typeof found === "number") return found;
	found.release();
	return found.stat;
}

/** Runs a function of `node:fs` on a path, if there is one. */
function withPath(path: string | Errno, act: (path: string) => Errno | void): Errno {
	if (typeof path === "number") return path;
	let answer: Errno | void = Errno.SUCCESS;
	const errno = attempt(() => {
		answer = act(path);
	});
	return errno === Errno.SUCCESS ? (answer ?? Errno.SUCCESS) : errno;
}

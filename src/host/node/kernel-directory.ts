/**
 * Directories of a Linux host: the kernel itself resolves paths, beneath a descriptor.
 *
 * A path of several components goes through `openat2(RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS)` in
 * one call, either whole or up to its last name. A last name alone is given to calls that do not
 * follow a link there (`mkdirat`, `unlinkat`, `renameat`, ..., with AT_SYMLINK_NOFOLLOW where they
 * know it) on the descriptor just opened. Nothing is looked up twice by path: what was found is held
 * by a descriptor, and whoever swaps names meanwhile changes nothing about it.
 */
import { constants, fsyncSync } from "node:fs";
import type { Directory, DirectoryEntry, OpenOptions } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import type { File } from "../../sys/file.ts";
import { FileType, type NewTime, type Stat } from "../../sys/stat.ts";
import { attempt, type FileWays, NodeFile } from "./file.ts";
import { KernelList } from "./kernel-list.ts";
import type { Kernel, Slot } from "./kernel.ts";
import { O_PATH } from "./open-flags.ts";

const { O_APPEND, O_CREAT, O_DIRECTORY, O_DSYNC, O_EXCL, O_NOFOLLOW } = constants;
const { O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } = constants;

/** As many links as Linux follows in one path. */
const LINKS_MAX = 40;
/** How often a file may vanish and come back between our calls before we give up. */
const TRIES_MAX = 64;

export class KernelDirectory implements Directory {
	readonly kind = "directory";
	readonly #kernel: Kernel;
	readonly #fd: number;
	#list: KernelList | undefined;

	/** Takes over `fd`, an open directory. */
	constructor(kernel: Kernel, fd: number) {
		this.#kernel = kernel;
		this.#fd = fd;
	}

	stat(): Stat | Errno {
		return this.#kernel.stat(this.#fd);
	}

	list(from: bigint, each: (entry: DirectoryEntry) => boolean): Errno {
		if (this.#list === undefined) {
			const stat = this.stat();
			if (typeof stat === "number") return stat;
			this.#list = new KernelList(this.#kernel, this.#fd, stat.inode);
		}
		return this.#list.list(from, each);
	}

	setTimes(accessed: NewTime, modified: NewTime): Errno {
		return this.#kernel.setTimes(this.#fd, accessed, modified);
	}

	sync(): Errno {
		return attempt(() => fsyncSync(this.#fd));
	}

	open(path: string, options: OpenOptions): File | Directory | Errno {
		if (!options.create) return this.#openExisting(path, options);
		return options.directory ? Errno.INVAL : this.#openOrCreate(path, options);
	}

	statAt(path: string, follow: boolean): Stat | Errno {
		if (isPlainName(path)) {
			const stat = this.#kernel.put(path, "first") || this.#kernel.statName(this.#fd);
			if (typeof stat === "number" || !follow || stat.type !== FileType.SYMBOLIC_LINK) return stat;
		}
		return this.#with(path, follow, (found) => this.#kernel.stat(found));
	}

	setTimesAt(path: string, follow: boolean, accessed: NewTime, modified: NewTime): Errno {
		// A link's own times can only be set by its name; a trailing slash follows the link.
		if (!follow && endsInName(path)) {
			return this.#inParent(path, (parent) => this.#kernel.setTimesName(parent, accessed, modified));
		}
		return this.#with(path, true, (found) => this.#kernel.setTimesBehind(found, accessed, modified));
	}

	createDirectory(path: string): Errno {
		return this.#inParent(path, (parent) => this.#kernel.createDirectory(parent));
	}

	removeDirectory(path: string): Errno {
		return this.#inParent(path, (parent) => this.#kernel.removeDirectory(parent));
	}

	unlink(path: string): Errno {
		return this.#inParent(path, (parent) => this.#kernel.unlink(parent));
	}

	readLink(path: string): string | Errno {
		// What a trailing slash or dots name is a directory, if it is there.
		if (!endsInName(path)) return this.#with(path, true, () => Errno.INVAL);
		return this.#inParent(path, (parent) => this.#kernel.readLink(parent));
	}

	symlink(target: string, path: string): Errno {
		if (target.startsWith("/")) return Errno.NOTCAPABLE;
		return this.#inParent(
			path,
			(parent) => this.#kernel.put(target, "second") || this.#kernel.symlink(parent),
		);
	}

	link(path: string, follow: boolean, to: Directory, toPath: string): Errno {
		if (!(to instanceof KernelDirectory)) return Errno.XDEV;
		const linkTo = (link: (into: number) => Errno) => to.#inParent(toPath, link, "second");
		// linkat itself would follow a link with a trailing slash, without asking what lies beneath.
		if (!follow && endsInName(path)) {
			return this.#inParent(path, (from) => linkTo((into) => this.#kernel.link(from, into)));
		}
		return this.#with(path, true, (found) => linkTo((into) => this.#kernel.linkBehind(found, into)));
	}

	rename(path: string, to: Directory, toPath: string): Errno {
		if (!(to instanceof KernelDirectory)) return Errno.XDEV;
		return this.#inParent(path, (from) =>
			to.#inParent(toPath, (into) => this.#kernel.rename(from, into), "second"),
		);
	}

	close(): void {
		this.#list?.close();
		this.#kernel.close(this.#fd);
	}

	/**
	 * A file is made with O_EXCL, which follows no link and opens nothing that was there before:
	 * never a FIFO or a device that someone put in its place. What is there is opened as any other.
	 */
	#openOrCreate(path: string, options: OpenOptions): File | Directory | Errno {
		let name = path;
		let links = 0;
		for (let tries = 0; tries < TRIES_MAX; tries++) {
			const fd = this.#make(name, accessFlags(options));
			if (fd >= 0) return this.#file(fd, options);
			if ((fd !== -Errno.EXIST && fd !== -Errno.ACCES) || options.exclusive) return -fd as Errno;
			// Who may not make a file here may still open the one that is there.
			const found = this.#openExisting(name, options);
			if (found === Errno.LOOP && options.follow) return this.#whyNoEnd(name);
			if (found !== Errno.NOENT && found !== Errno.NOTDIR) return found;
			if (fd === -Errno.ACCES) return Errno.ACCES;
			// It has gone meanwhile, or it is a link to what is not there yet: that is to be made; where
			// its target ends in a slash, the kernel says what comes of that.
			const target = this.readLink(name);
			if (typeof target !== "string") continue;
			if (++links > LINKS_MAX) return Errno.LOOP;
			name = behindLink(name, target);
		}
		return Errno.BUSY;
	}

	/** Where a file is to be made, the kernel refuses a slash behind a link's target before it has followed too many. */
	#whyNoEnd(path: string): Errno {
		let name = path;
		for (let links = 0; links < LINKS_MAX; links++) {
			const target = this.readLink(name);
			if (typeof target !== "string") break;
			if (target.endsWith("/")) return Errno.ISDIR;
			name = behindLink(name, target);
		}
		return Errno.LOOP;
	}

	#make(path: string, flags: number): number {
		if (isPlainName(path)) return this.#kernel.makeName(this.#fd, path, flags);
		return this.#kernel.openBeneath(this.#fd, path, flags | O_CREAT | O_EXCL);
	}

	#openExisting(path: string, options: OpenOptions): File | Directory | Errno {
		const { directory, follow, write, truncate } = options;
		if (directory && !write && !truncate) {
			// O_DIRECTORY refuses all else before it is opened.
			const flags = O_RDONLY | O_DIRECTORY | (follow ? 0 : O_NOFOLLOW);
			const fd = this.#kernel.openBeneath(this.#fd, path, flags);
			return fd < 0 ? (-fd as Errno) : new KernelDirectory(this.#kernel, fd);
		}
		if (isPlainName(path)) {
			const found = this.#kernel.holdName(this.#fd, path);
			if (found < 0) return -found as Errno;
			const opened = this.#openFound(found, options);
			this.#kernel.close(found);
			if (opened !== undefined) return opened;
		}
		return this.#with(path, follow, (found) => this.#openFound(found, options) ?? Errno.LOOP);
	}

	/**
	 * `found` was opened with O_PATH, which does nothing to a FIFO or a device, and its type cannot
	 * change any more: an inode keeps it for life. Only then the file itself is opened, through the
	 * descriptor, not through its name. Undefined for a link that is to be followed.
	 */
	#openFound(found: number, options: OpenOptions): File | Directory | Errno | undefined {
		const type = this.#kernel.typeOf(found);
		if (type < 0) return -type as Errno;
		if (type === FileType.DIRECTORY) return this.#openFoundDirectory(found, options);
		if (type === FileType.SYMBOLIC_LINK && options.follow) return undefined;
		if (options.directory) return Errno.NOTDIR;
		if (type === FileType.SYMBOLIC_LINK) return Errno.LOOP;
		if (type !== FileType.REGULAR_FILE || this.#isHostsOwn(found, options)) return Errno.NOTCAPABLE;
		const truncate = options.truncate && options.write ? O_TRUNC : 0;
		const fd = this.#kernel.reopen(found, accessFlags(options) | truncate);
		return fd < 0 ? (-fd as Errno) : this.#file(fd, options);
	}

	/**
	 * A grant of /proc, or of what is above it, shows the process that runs the guest: its memory, its
	 * environment, its settings. They are the host's own, as devices are, and /proc is never written.
	 */
	#isHostsOwn(found: number, { write }: OpenOptions): boolean {
		return this.#kernel.sawProc && (write || this.#kernel.isOfOwnProcess(found));
	}

	#openFoundDirectory(found: number, options: OpenOptions): Directory | Errno {
		if (options.write || options.truncate || options.create) return Errno.ISDIR;
		const fd = this.#kernel.reopenDirectory(found);
		return fd < 0 ? (-fd as Errno) : new KernelDirectory(this.#kernel, fd);
	}

	#file(fd: number, options: OpenOptions): File {
		return new NodeFile(fd, options, fileWays(this.#kernel));
	}

	/** Runs `act` with a descriptor of what `path` names, opened with O_PATH. */
	#with<Result>(path: string, follow: boolean, act: (found: number) => Result): Result | Errno {
		const flags = O_PATH | (follow ? 0 : O_NOFOLLOW);
		const found = this.#kernel.openBeneath(this.#fd, path, flags);
		if (found < 0) return -found as Errno;
		const result = act(found);
		this.#kernel.close(found);
		return result;
	}

	/**
	 * Runs `act` with a descriptor of the directory that holds the last name of `path`, and that
	 * name, which may end in slashes, in the slot. `act` must not follow a link there.
	 */
	#inParent<Result>(path: string, act: (parent: number) => Result, slot: Slot = "first"): Result | Errno {
		if (isPlainName(path)) return this.#kernel.put(path, slot) || act(this.#fd);
		const refused = this.#refuse(path, slot);
		if (refused !== Errno.SUCCESS) return refused;
		const parent = parentOf(path);
		if (parent === "") return this.#kernel.put(path, slot) || act(this.#fd);
		const fd = this.#kernel.openBeneath(this.#fd, parent, O_PATH | O_DIRECTORY, slot);
		if (fd < 0) return -fd as Errno;
		const result = this.#kernel.put(path.slice(parent.length), slot) || act(fd);
		this.#kernel.close(fd);
		return result;
	}

	/** Why `path` as a whole is not to be given to a call in parts. */
	#refuse(path: string, slot: Slot): Errno {
		if (path.startsWith("/")) return Errno.NOTCAPABLE;
		const invalid = this.#kernel.put(path, slot);
		if (invalid !== Errno.SUCCESS) return invalid;
		if (!endsInDots(path)) return Errno.SUCCESS;
		// The calls refuse these last names themselves, but the root's `..` must not even be asked for.
		const found = this.#kernel.openBeneath(this.#fd, path, O_PATH, slot);
		if (found < 0) return -found as Errno;
		this.#kernel.close(found);
		return Errno.SUCCESS;
	}
}

const waysOf = new WeakMap<Kernel, FileWays>();

function fileWays(kernel: Kernel): FileWays {
	let ways = waysOf.get(kernel);
	if (ways === undefined) {
		ways = {
			openAppender: (fd, sync) => kernel.reopen(fd, O_WRONLY | O_APPEND | syncFlags(sync)),
			setTimes: (fd, accessed, modified) => kernel.setTimes(fd, accessed, modified),
			stat: (fd) => kernel.stat(fd),
			close: (fd) => kernel.close(fd),
		};
		waysOf.set(kernel, ways);
	}
	return ways;
}

function accessFlags(options: OpenOptions): number {
	const { read, write } = options;
	return (write ? (read ? O_RDWR : O_WRONLY) : O_RDONLY) | syncFlags(options.sync);
}

function syncFlags(sync: OpenOptions["sync"]): number {
	return sync === "all" ? O_SYNC : sync === "data" ? O_DSYNC : 0;
}

/** One name that any call can take as it is. */
function isPlainName(path: string): boolean {
	return !path.includes("/") && path !== "." && path !== "..";
}

/** Whether the last component is a name, with no slash behind it: what names no other thing. */
function endsInName(path: string): boolean {
	return !path.endsWith("/") && !endsInDots(path);
}

function endsInDots(path: string): boolean {
	const end = endWithoutSlashes(path);
	const name = path.slice(path.lastIndexOf("/", end - 1) + 1, end);
	return name === "." || name === "..";
}

/** The path that a link's target stands for, seen from where the link's own path began. */
function behindLink(link: string, target: string): string {
	return target.startsWith("/") ? target : parentOf(link) + target;
}

/** What comes before the last name, with its slash; "" when there is nothing. */
function parentOf(path: string): string {
	return path.slice(0, path.lastIndexOf("/", endWithoutSlashes(path) - 1) + 1);
}

function endWithoutSlashes(path: string): number {
	let end = path.length;
	while (end > 0 && path.charCodeAt(end - 1) === 0x2f) end--;
	return end;
}

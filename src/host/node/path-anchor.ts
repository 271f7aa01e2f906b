/**
 * Directories of systems on which Node can hold none open: macOS and Windows.
 *
 * A directory is a path and the identity (device and inode) it had when it was found; it is used only
 * while the path still leads to that identity and to no link. What stays open to another process of
 * the host that swaps a directory for a link, and back, between our checks and the system's call:
 * - within microseconds, a name can be created, renamed or removed where the link leads;
 * - with four swaps in time (away for our lstat, back for our check, away for the open, back for the
 *   last check), a file there can be opened. One swap too few and its identity tells.
 * And a handle of a directory that is renamed answers NOENT from then on. A guest alone can do none of
 * this: it has one thread, and its own links are followed by our walk only.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync } from "node:fs";
import { Errno } from "../../sys/errno.ts";
import { FileType, type Stat } from "../../sys/stat.ts";
import type { Anchor, Found } from "./anchor.ts";
import { fromException } from "./errno.ts";
import { attempt, PLAIN_WAYS } from "./file.ts";
import { fromNodeStat } from "./stat.ts";

/** Those that a system does not have are undefined there. */
const { O_CREAT, O_EXCL } = constants;
const FLAGS = (constants.O_NOFOLLOW ?? 0) | (constants.O_NOCTTY ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Names that the system takes for something else than a file in the directory. */
export type NameRule = (name: string) => boolean;

export class PathAnchor implements Anchor {
	readonly fileWays = PLAIN_WAYS;
	readonly #path: string;
	readonly #identity: Stat;
	readonly #isForbidden: NameRule;

	constructor(path: string, identity: Stat, isForbidden: NameRule) {
		this.#path = path;
		this.#identity = identity;
		this.#isForbidden = isForbidden;
	}

	at(name: string): string | Errno {
		if (this.#isForbidden(name)) return Errno.NOTCAPABLE;
		const self = this.self();
		return typeof self === "number" ? self : `${self}/${name}`;
	}

	self(): string | Errno {
		const stat = lstat(this.#path);
		if (typeof stat === "number") return stat;
		return isSame(stat, this.#identity) ? this.#path : Errno.NOENT;
	}

	look(name: string): Found | Errno {
		const path = this.at(name);
		if (typeof path === "number") return path;
		const stat = lstat(path);
		if (typeof stat === "number") return stat;
		// If this directory was swapped while we looked, that was somebody else's name.
		const self = this.self();
		return typeof self === "number" ? self : new PathFound(path, stat, this, this.#isForbidden);
	}

	here(): Found | Errno {
		const self = this.self();
		if (typeof self === "number") return self;
		return new PathFound(self, this.#identity, this, this.#isForbidden);
	}

	create(name: string, flags: number): number {
		const path = this.at(name);
		if (typeof path === "number") return -path;
		const fd = openPath(path, flags | O_CREAT | O_EXCL | FLAGS);
		if (fd < 0) return fd;
		return this.#stillHere(fd);
	}

	/** Nothing is held. */
	release(): void {}

	/** The descriptor, unless this directory was swapped while a name in it was opened. */
	#stillHere(fd: number): number {
		const self = this.self();
		if (typeof self !== "number") return fd;
		attempt(() => closeSync(fd));
		return -self;
	}
}

class PathFound implements Found {
	readonly stat: Stat;
	readonly #path: string;
	readonly #parent: PathAnchor;
	readonly #isForbidden: NameRule;

	constructor(path: string, stat: Stat, parent: PathAnchor, isForbidden: NameRule) {
		this.#path = path;
		this.stat = stat;
		this.#parent = parent;
		this.#isForbidden = isForbidden;
	}

	open(flags: number): number {
		if (this.stat.type !== FileType.REGULAR_FILE) return -Errno.NOTCAPABLE;
		const fd = openPath(this.#path, flags | FLAGS);
		if (fd < 0) return fd;
		try {
			const opened = fromNodeStat(fstatSync(fd, { bigint: true }));
			if (isSame(opened, this.stat) && typeof this.#parent.self() !== "number") return fd;
		} catch (error) {
			if (!(error instanceof Error)) throw error;
		}
		attempt(() => closeSync(fd));
		return -Errno.NOENT;
	}

	enter(): Anchor {
		return new PathAnchor(this.#path, this.stat, this.#isForbidden);
	}

	/** Nothing is held. */
	release(): void {}
}

/** The anchor of a directory of the host, or why there is none. */
export function anchorPath(path: string, isForbidden: NameRule): Anchor | Errno {
	const stat = lstat(path);
	if (typeof stat === "number") return stat;
	return stat.type === FileType.DIRECTORY ? new PathAnchor(path, stat, isForbidden) : Errno.NOTDIR;
}

function isSame(one: Stat, other: Stat): boolean {
	return one.inode === other.inode && one.device === other.device && one.type === other.type;
}

function lstat(path: string): Stat | Errno {
	try {
		return fromNodeStat(lstatSync(path, { bigint: true }));
	} catch (error) {
		return fromException(error);
	}
}

function openPath(path: string, flags: number): number {
	try {
		return openSync(path, flags, 0o666);
	} catch (error) {
		return -fromException(error);
	}
}

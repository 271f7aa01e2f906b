import { readlinkSync } from "node:fs";
import { Errno } from "../../sys/errno.ts";
import { Link } from "../../sys/resolve.ts";
import type { Stat } from "../../sys/stat.ts";
import { fromException } from "./errno.ts";
import type { FileWays } from "./file.ts";

/**
 * A directory that is held by whatever means a system has, for the backend without openat2. All
 * names given to it are one component: no slash, no NUL, no dots.
 */
export interface Anchor {
	readonly fileWays: FileWays;
	/** A path by which the system now finds `name` in this directory, and follows no link before it. */
	at(name: string): string | Errno;
	/** A path by which the system now finds this directory. */
	self(): string | Errno;
	/** Takes hold of what `name` is, without opening it; of a link itself. */
	look(name: string): Found | Errno;
	/** Takes hold of this directory once more. */
	here(): Found | Errno;
	/** Makes a file that was not there: its descriptor, or `-errno`. */
	create(name: string, flags: number): number;
	release(): void;
}

/** What a name was when it was looked at. */
export interface Found {
	readonly stat: Stat;
	/** Opens it, if it is a regular file still: a descriptor or `-errno`. Never waits. */
	open(flags: number): number;
	/** The directory it is. The hold goes over to the anchor. */
	enter(): Anchor | Errno;
	release(): void;
}

/** The link that `name` is. NOENT when it is none any more: it has just been replaced. */
export function readLinkAt(directory: Anchor, name: string): Link | Errno {
	const path = directory.at(name);
	if (typeof path === "number") return path;
	try {
		const target = readlinkSync(path);
		return new Link(process.platform === "win32" ? target.replaceAll("\\", "/") : target);
	} catch (error) {
		const errno = fromException(error);
		return errno === Errno.INVAL ? Errno.NOENT : errno;
	}
}

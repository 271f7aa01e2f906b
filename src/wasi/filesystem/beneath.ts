import type { PathDenial } from "../../capability/denial.ts";
import type { Directory, OpenOptions } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import { FileType } from "../../sys/stat.ts";
import type { Open, OpenDirectory, OpenFile } from "../descriptors.ts";
import type { Guest } from "../guest.ts";
import { betweenPlaces, MountDirectory } from "./mounts.ts";
import { ReadOnlyDirectory } from "./readonly.ts";
import { pathDenial } from "./refusal.ts";

/** What components do to paths: 0.2 and 0.3 spell it. Refusals are kept for the end of the run. */

/** Does something to a path beneath an open directory; NOTDIR for all that is none. */
export function beneath<T>(
	guest: Guest,
	open: Open,
	path: string,
	need: PathDenial["need"],
	act: (directory: Directory, path: string) => T | Errno,
): T | Errno {
	if (open.kind !== "directory") return Errno.NOTDIR;
	const answer = act(open.directory, path);
	if (typeof answer === "number") refused(guest, answer as Errno, open, path, need);
	return answer;
}

/** Links or renames from beneath one open directory to beneath another. */
export function beneathBoth(
	guest: Guest,
	[from, path]: readonly [Open, string],
	[to, toPath]: readonly [Open, string],
	act: (source: Directory, name: string, target: Directory, targetName: string) => Errno,
): Errno {
	if (from.kind !== "directory" || to.kind !== "directory") return Errno.NOTDIR;
	const errno = betweenPlaces(from.directory, path, to.directory, toPath, (source, target) =>
		act(source.directory, source.path, target.directory, target.path),
	);
	refused(guest, errno, from, path, "write");
	refused(guest, errno, to, toPath, "write");
	return errno;
}

/** What `open-at` asks for: flags of the path, of opening, and of the descriptor. */
export interface Asked {
	readonly follow: boolean;
	readonly create: boolean;
	readonly directory: boolean;
	readonly exclusive: boolean;
	readonly truncate: boolean;
	readonly read: boolean;
	readonly write: boolean;
	readonly sync: OpenOptions["sync"];
}

/**
 * Opens a path. Creating and truncating imply writing; nothing asked for means reading. MFILE where the guest may not
 * have more open: whoever keeps the answer adds it to the guest's descriptors.
 */
export function openBeneath(
	guest: Guest,
	parent: Open,
	path: string,
	asked: Asked,
): OpenFile | OpenDirectory | Errno {
	const { descriptors } = guest.world;
	if (!descriptors.hasRoom) {
		guest.deny({ type: "descriptors", limit: descriptors.limit });
		return Errno.MFILE;
	}
	if (asked.directory && asked.create) return Errno.INVAL;
	const write = asked.write || asked.create || asked.truncate;
	const options = { ...asked, write, read: asked.read || !asked.write };
	const need = write ? "write" : asked.directory ? "list" : "read";
	const opened = beneath(guest, parent, path, need, (directory, name) => directory.open(name, options));
	if (typeof opened === "number") return opened;
	const name = parent.kind === "directory" ? `${parent.name}/${path}` : path;
	if (opened.kind === "directory") return { kind: "directory", directory: opened, preopen: undefined, name };
	return {
		kind: "file",
		file: opened,
		position: 0,
		readable: options.read,
		writable: write,
		append: false,
		nonblocking: false,
		sync: asked.sync,
		name,
	};
}

/**
 * Removes a directory. Linux answers NOTDIR for a link with a slash behind it; where the link leads out of what was
 * granted, components are told so (path-resolution.md: the slash follows it).
 */
export function removeDirectory(directory: Directory, path: string): Errno {
	const errno = directory.removeDirectory(path);
	if (errno !== Errno.NOTDIR || !path.endsWith("/")) return errno;
	return directory.statAt(path, true) === Errno.NOTCAPABLE ? Errno.NOTCAPABLE : errno;
}

/**
 * Makes a hard link. A directory has none, anywhere (PERM): behind the second wall Linux looks at its rules first, and
 * would say that it lies in another file system.
 */
export function link(
	source: Directory,
	path: string,
	follow: boolean,
	target: Directory,
	toPath: string,
): Errno {
	const errno = source.link(path, follow, target, toPath);
	if (errno !== Errno.XDEV) return errno;
	const stat = source.statAt(path, follow);
	return typeof stat === "object" && stat.type === FileType.DIRECTORY ? Errno.PERM : errno;
}

/** Whether names can be made and removed in a directory, as far as its grant goes. */
export function isMutable(directory: Directory): boolean {
	if (directory instanceof MountDirectory) return directory.base !== undefined && isMutable(directory.base);
	return !(directory instanceof ReadOnlyDirectory);
}

function refused(
	guest: Guest,
	errno: Errno,
	open: OpenDirectory,
	path: string,
	need: PathDenial["need"],
): void {
	const denial = pathDenial(errno, open, path, need);
	if (denial !== undefined) guest.deny(denial);
}

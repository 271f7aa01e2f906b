import type { Denial, PathDenial } from "../../capability/denial.ts";
import { Errno } from "../../sys/errno.ts";
import type { OpenDirectory } from "../descriptors.ts";
import { MountDirectory } from "./mounts.ts";

/** What a path's errno means as a refusal; undefined when it is none. */
export function pathDenial(
	errno: Errno,
	open: OpenDirectory,
	path: string,
	need: PathDenial["need"],
): Denial | undefined {
	if (errno !== Errno.NOTCAPABLE && errno !== Errno.ROFS && errno !== Errno.NOSPC) return undefined;
	if (errno === Errno.NOTCAPABLE && !isUngranted(open, path)) {
		// as it was asked for: folded, it would seem to lie outside the mount that it tried to leave
		return { type: "path", guestPath: `${open.name}/${path}`, need, rule: "escape" };
	}
	const guestPath = joinGuest(open.name, path);
	if (errno === Errno.ROFS) return { type: "path", guestPath, need, rule: "read-only" };
	if (errno === Errno.NOSPC) return spaceDenial(guestPath);
	return { type: "path", guestPath, need, rule: "no-mount" };
}

/** Of a file that could not grow, by the name it was opened under. */
export function spaceDenial(name: string): Denial {
	return { type: "no-space", guestPath: joinGuest(name, "") };
}

/** Not granted at all, rather than led out of what is. */
function isUngranted({ directory }: OpenDirectory, path: string): boolean {
	return directory instanceof MountDirectory && directory.locate(path) === Errno.NOTCAPABLE;
}

/** The guest's own name for a path: joined, `.` and `..` folded as a person would. */
function joinGuest(directory: string, path: string): string {
	const names: string[] = [];
	for (const name of `${directory}/${path}`.split("/")) {
		if (name === "..") names.pop();
		else if (name !== "" && name !== ".") names.push(name);
	}
	return (directory.startsWith("/") ? "/" : "") + names.join("/") || ".";
}

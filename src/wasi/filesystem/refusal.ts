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
	const guestPath = joinGuest(open.name, path);
	if (errno === Errno.ROFS) return { type: "path", guestPath, need, rule: "read-only" };
	if (errno === Errno.NOSPC) return { type: "no-space", guestPath };
	if (errno !== Errno.NOTCAPABLE) return undefined;
	return { type: "path", guestPath, need, rule: isUngranted(open, path) ? "no-mount" : "escape" };
}

/** Not granted at all, rather than led out of what is. */
function isUngranted({ directory }: OpenDirectory, path: string): boolean {
	return directory instanceof MountDirectory && directory.locate(path) === Errno.NOTCAPABLE;
}

/** The guest's own name for a path: joined, `.` and `..` folded as a person would. */
export function joinGuest(directory: string, path: string): string {
	const names: string[] = [];
	for (const name of `${directory}/${path}`.split("/")) {
		if (name === "..") names.pop();
		else if (name !== "" && name !== ".") names.push(name);
	}
	return (directory.startsWith("/") ? "/" : "") + names.join("/") || ".";
}

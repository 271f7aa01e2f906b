import { isLonger, NAME_BYTES_MAX, PATH_BYTES_MAX } from "../sys/resolve.ts";
import { UNPACKED_DEPTH_MAX } from "./limits.ts";

/** The names along a path in a layer: none for the root itself. Or, as text, why no layer may name such a path. */
export function layerPath(path: string): readonly string[] | string {
	if (path === "") return "it has no name";
	if (path.startsWith("/")) return /^\/+$/.test(path) ? [] : "its name is absolute";
	if (isLonger(path, PATH_BYTES_MAX)) return `its name is longer than ${PATH_BYTES_MAX} bytes`;
	const names: string[] = [];
	for (const name of path.split("/")) {
		if (name === "" || name === ".") continue;
		if (name === "..") return "its name has '..' in it";
		if (isLonger(name, NAME_BYTES_MAX)) return `it has a name longer than ${NAME_BYTES_MAX} bytes`;
		names.push(name);
	}
	if (names.length > UNPACKED_DEPTH_MAX) return `it lies deeper than ${UNPACKED_DEPTH_MAX} directories`;
	return names;
}

/**
 * The target of a symbolic link `depth` directories below the root, as a guest can follow it: one that
 * is absolute in a container means the same when it is relative, and at the root `..` leads nowhere.
 */
export function targetWithin(target: string, depth: number): string {
	const [lead = ""] = /^\/*(?:\.{1,2}(?:\/+|$))*/.exec(target) ?? [];
	const ups = lead.split("/").filter((name) => name === "..").length;
	if (!target.startsWith("/") && ups <= depth) return target;
	return "../".repeat(depth) + target.slice(lead.length) || ".";
}

import { Fault } from "../base/fault.ts";
import type { Context, ContextEntry } from "./context.ts";
import type { LayerFile, RootFiles } from "./layer-files.ts";

/**
 * Copies a file, or what is in a folder, of the context to `guest`. The source's own name may be a link
 * within the context; links below a folder stay links.
 *
 * @throws Fault BUILD_FILE_INVALID where it is not there, FILE_UNREADABLE
 */
export function copyInto(root: RootFiles, context: Context, host: string, guest: string): void {
	const source = context.follow(host);
	if (source === undefined) throw notThere(context, host);
	copyEntry(root, context, source, guest);
}

/**
 * As `copyInto`, of what was found already.
 *
 * @param executable whether all files are to be; undefined: as they are
 */
export function copyEntry(
	root: RootFiles,
	context: Context,
	source: ContextEntry,
	guest: string,
	executable?: boolean,
): void {
	if (source.kind !== "directory") {
		root.put(guest, layerFile(context, source, executable));
		return;
	}
	root.makeDirectory(guest);
	for (const entry of context.below(source.path)) {
		const rest = source.path === "" ? entry.path : entry.path.slice(source.path.length + 1);
		const place = `${guest.replace(/\/$/, "")}/${rest}`;
		if (entry.kind === "directory") root.makeDirectory(place);
		else root.put(place, layerFile(context, entry, executable));
	}
}

function layerFile(context: Context, entry: ContextEntry, executable = entry.executable): LayerFile {
	if (entry.kind === "link") return { kind: "link", target: entry.target ?? "" };
	if (entry.kind === "file") return { kind: "file", bytes: context.read(entry), executable };
	throw new Fault("BUILD_FILE_INVALID", `cannot put '${entry.path}' into the image`, {
		note: "it is neither a file nor a folder nor a link",
	});
}

/** Says also whether it is there, but outside of what may be named. */
function notThere(context: Context, path: string): Fault {
	const entry = context.at(path.replaceAll(/^\/+|\/+$/g, ""));
	return new Fault("BUILD_FILE_INVALID", `cannot find '${path}' in the folder that is built`, {
		note:
			entry?.kind === "link"
				? `it is a link to '${entry.target}', and a link may not lead out of that folder`
				: "paths count from that folder, and nothing outside of it can be named; .dockerignore may leave it out",
	});
}

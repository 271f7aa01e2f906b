import { closeSync, constants, existsSync, openSync, realpathSync } from "node:fs";
import { Fault } from "../../base/fault.ts";
import type { Directory } from "../../sys/directory.ts";
import { Errno, errnoName } from "../../sys/errno.ts";
import { fromException } from "./errno.ts";
import { KernelDirectory } from "./kernel-directory.ts";
import { Kernel } from "./kernel.ts";
import { anchorPath } from "./path-anchor.ts";
import { PortableDirectory } from "./portable-directory.ts";
import { ProcAnchor } from "./proc-anchor.ts";
import { isForbiddenOnWindows } from "./windows-names.ts";

/** How paths are resolved beneath a granted directory on this machine, the best way first. */
export type Resolution =
	/** By the kernel: `openat2`. */
	| "kernel"
	/** One name after the other, in directories that are held by descriptors. No race is left. */
	| "descriptors"
	/** One name after the other, by paths and identities. See path-anchor.ts for what is left. */
	| "paths";

let kernel: Kernel | null | undefined;

/** The way that `openDirectory` takes. */
export function resolution(): Resolution {
	if (process.platform !== "linux") return "paths";
	kernel ??= Kernel.find() ?? null;
	if (kernel !== null) return "kernel";
	return existsSync("/proc/self/fd") ? "descriptors" : "paths";
}

/**
 * Opens a directory of the host to be granted. `hostPath` is the person's own word: its links are
 * followed. Throws a Fault: GRANT_NOT_FOUND, or GRANT_REFUSED when it is no directory or may not be
 * read.
 */
export function openDirectory(hostPath: string): Directory {
	return openDirectoryBy(resolution(), hostPath);
}

/** The same by a way of one's choice; "kernel" only where `resolution()` says it. */
export function openDirectoryBy(way: Resolution, hostPath: string): Directory {
	try {
		return openBy(way, hostPath);
	} catch (cause) {
		if (cause instanceof Fault) throw cause;
		throw grantFault(hostPath, fromException(cause), cause);
	}
}

function openBy(way: Resolution, hostPath: string): Directory {
	if (way === "paths") return openByPath(hostPath);
	const fd = openSync(hostPath, constants.O_RDONLY | constants.O_DIRECTORY);
	if (way === "descriptors") return new PortableDirectory(new ProcAnchor(fd));
	if (kernel !== undefined && kernel !== null) return new KernelDirectory(kernel, fd);
	closeSync(fd);
	throw new Error("openat2 cannot be called here");
}

function openByPath(hostPath: string): Directory {
	const isForbidden = process.platform === "win32" ? isForbiddenOnWindows : () => false;
	const anchor = anchorPath(realpathSync.native(hostPath), isForbidden);
	if (typeof anchor === "number") throw grantFault(hostPath, anchor);
	return new PortableDirectory(anchor);
}

function grantFault(hostPath: string, errno: Errno, cause?: unknown): Fault {
	const message = `cannot grant the directory '${hostPath}'`;
	if (errno === Errno.NOENT) {
		return new Fault("GRANT_NOT_FOUND", message, { note: "there is no such directory", cause });
	}
	const note = REASONS.get(errno) ?? `the system says: ${errnoName(errno)}`;
	return new Fault("GRANT_REFUSED", message, {
		note,
		help: `ls -ld ${hostPath}    to see what it is`,
		cause,
	});
}

const REASONS = new Map<Errno, string>([
	[Errno.NOTDIR, "it is not a directory"],
	[Errno.ACCES, "you may not read it"],
	[Errno.PERM, "you may not read it"],
	[Errno.LOOP, "its symbolic links lead in a circle"],
]);

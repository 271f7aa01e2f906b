import { closeSync, constants, openSync } from "node:fs";
import { Fault } from "../../base/fault.ts";
import type { Directory } from "../../sys/directory.ts";
import { KernelDirectory } from "./kernel-directory.ts";
import { Kernel } from "./kernel.ts";

let kernel: Kernel | null | undefined;

/**
 * Opens a directory of the host to be granted. `hostPath` is the person's own word: its links are
 * followed. Throws a Fault: GRANT_NOT_FOUND, or GRANT_REFUSED when it is no directory or may not be
 * read.
 */
export function openDirectory(hostPath: string): Directory {
	kernel ??= Kernel.find() ?? null;
	const fd = openHostDirectory(hostPath);
	if (kernel !== null) return new KernelDirectory(kernel, fd);
	closeSync(fd);
	throw new Fault("PLATFORM_UNSUPPORTED", "cannot resolve paths safely on this machine");
}

function openHostDirectory(hostPath: string): number {
	try {
		return openSync(hostPath, constants.O_RDONLY | (constants.O_DIRECTORY ?? 0));
	} catch (cause) {
		throw grantFault(hostPath, cause);
	}
}

function grantFault(hostPath: string, cause: unknown): Fault {
	const code = (cause as NodeJS.ErrnoException).code ?? "";
	const message = `cannot grant the directory '${hostPath}'`;
	if (code === "ENOENT") {
		return new Fault("GRANT_NOT_FOUND", message, { note: "there is no such directory", cause });
	}
	const note = REASONS[code] ?? `the system says: ${(cause as Error).message}`;
	return new Fault("GRANT_REFUSED", message, { note, cause });
}

const REASONS: Readonly<Record<string, string>> = {
	ENOTDIR: "it is not a directory",
	EACCES: "you may not read it",
	EPERM: "you may not read it",
	ELOOP: "its symbolic links lead in a circle",
};

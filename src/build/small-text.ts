import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { Fault } from "../base/fault.ts";

/** What people write by hand is not larger. */
const TEXT_BYTES_MAX = 1 << 20;

/** The text of a file; undefined where there is none, or where it is larger than 1 MiB or no file. */
export function smallText(path: string): string | undefined {
	let descriptor: number;
	try {
		// a pipe would keep us waiting for somebody who writes
		descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		if (code === "ENOENT" || code === "ENOTDIR") return undefined;
		throw unreadable(path, `the system says ${code}`, cause);
	}
	try {
		const stats = fstatSync(descriptor);
		if (!stats.isFile() || stats.size > TEXT_BYTES_MAX) return undefined;
		const bytes = Buffer.alloc(stats.size);
		return bytes.toString("utf8", 0, readSync(descriptor, bytes));
	} finally {
		closeSync(descriptor);
	}
}

/** As `smallText`, of what must be there. @throws Fault FILE_UNREADABLE */
export function demandText(path: string): string {
	const text = smallText(path);
	if (text !== undefined) return text;
	throw unreadable(path, "it must be a file of at most 1 MiB");
}

function unreadable(path: string, note: string, cause?: unknown): Fault {
	return new Fault("FILE_UNREADABLE", `cannot read '${path}'`, { note, cause });
}

import {
	closeSync,
	fsyncSync,
	mkdirSync,
	openSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { makeFolders } from "../../base/make-folders.ts";
import { Fault } from "../../base/fault.ts";

/** Puts `content` where `file` is, in one step that survives a failing machine. Makes its folder. */
export function replaceFile(file: string, content: string | Uint8Array, mode = 0o644): void {
	const temporary = `${file}.${process.pid}.tmp`;
	try {
		makeFolders(dirname(file), 0o777, { mkdirSync, statSync, dirname });
		// a lock's folder may be somebody else's work: a link that waits under this name is not followed
		rmSync(temporary, { force: true });
		writeWhole(temporary, content, mode);
		renameSync(temporary, file);
	} catch (cause) {
		rmSync(temporary, { force: true });
		throw new Fault("IO", `cannot write '${file}'`, { note: (cause as Error).message, cause });
	}
}

function writeWhole(file: string, content: string | Uint8Array, mode: number): void {
	const fd = openSync(file, "wx", mode);
	try {
		writeFileSync(fd, content);
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}

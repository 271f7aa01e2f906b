/** Files that are whole or not there, whenever the power fails. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolders } from "../base/make-folders.ts";
import { blobsFolder, LAYOUT_FILE, LAYOUT_VERSION, ownPath } from "./layout.ts";
import { unwritable } from "./refusals.ts";

/** Makes what is missing of a store's folders. */
export function makeStore(folder: string): void {
	try {
		for (const one of [blobsFolder(folder, "sha256"), ownPath(folder, "writing"), ownPath(folder, "leases")])
			makeFolders(one, 0o777, { mkdirSync, statSync, dirname });
	} catch (cause) {
		throw unwritable(folder, cause);
	}
}

/** Says that the folder is an image layout, and of which version. Only while the store is locked. */
export function markLayout(folder: string): void {
	const file = join(folder, LAYOUT_FILE);
	replaceFile(folder, file, JSON.stringify({ imageLayoutVersion: LAYOUT_VERSION }));
}

/** Puts `text` where `file` is, in one step that survives a failing machine. Only while the store is locked. */
export function replaceFile(folder: string, file: string, text: string): void {
	const temporary = ownPath(folder, "writing", "replacement");
	try {
		rmSync(temporary, { force: true });
		writeWhole(temporary, text);
		renameSync(temporary, file);
		syncFolder(dirname(file));
	} catch (cause) {
		rmSync(temporary, { force: true });
		throw unwritable(file, cause);
	}
}

function writeWhole(file: string, text: string): void {
	const handle = openSync(file, "wx", 0o644);
	try {
		const bytes = Buffer.from(text);
		for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
		fsyncSync(handle);
	} finally {
		closeSync(handle);
	}
}

/** Makes names in a folder last. Windows has no such call, and keeps them by itself. */
export function syncFolder(folder: string): void {
	if (process.platform === "win32") return;
	const handle = openSync(folder, "r");
	try {
		fsyncSync(handle);
	} finally {
		closeSync(handle);
	}
}

/**
 * Locks that end with the process that holds them, however it ends, on every system: SQLite's, on
 * files without content. See RATIONALE.md, "Why does SQLite lock the store?".
 *
 * Nobody may open such a file but SQLite: POSIX drops a process's locks on a file as soon as that
 * process closes any descriptor of it.
 */
import { accessSync, closeSync, constants, openSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { Fault } from "../base/fault.ts";
import { unwritable } from "./refusals.ts";

/** Held for some milliseconds; garbage collection of a large store takes longest. */
const WAIT_MS = 60_000;
const SQLITE_BUSY = 5;

/**
 * Does `act` while no other process, and nobody else in this one, holds the lock of `file`. Never
 * within itself.
 *
 * @throws Fault IO when the lock is not to be had
 */
export function whileLocked<Result>(file: string, act: () => Result): Result {
	const lock = tryLock(file, WAIT_MS);
	if (lock === undefined)
		throw new Fault("IO", `cannot lock '${file}'`, {
			note: `another process has been changing the store for ${WAIT_MS / 1000} seconds`,
			help: "ps -ef | grep wherry    to see which",
		});
	try {
		return act();
	} finally {
		lock.close();
	}
}

/** A lock that is held until it is closed; undefined when somebody else has it. Makes the file. */
export function tryLock(file: string, wait_ms = 0): { close: () => void } | undefined {
	makeFile(file);
	const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
	let database: DatabaseSync | undefined;
	try {
		database = new DatabaseSync(file, { timeout: wait_ms });
		// a journal beside the file would be one more file to lose
		database.exec("PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE");
		return database;
	} catch (cause) {
		database?.close();
		if ((cause as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
		throw unwritable(file, cause);
	}
}

/**
 * For all whom the umask lets, which SQLite does not ask. A file that may only be read SQLite would take
 * without locking anything.
 */
function makeFile(file: string): void {
	try {
		closeSync(openSync(file, "wx", 0o666));
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw unwritable(file, cause);
		demandWritable(file);
	}
}

function demandWritable(file: string): void {
	try {
		accessSync(file, constants.W_OK);
	} catch (cause) {
		// whose lease it was may have ended just now
		if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw unwritable(file, cause);
	}
}

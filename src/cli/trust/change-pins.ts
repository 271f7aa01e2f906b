import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { Fault } from "../../base/fault.ts";
import { type Pin, printPins } from "../../trust/pins.ts";
import { pinsFile, readPins, replaceFile } from "./trust-files.ts";

/**
 * Changes the pins: reads them, lets `change` work on them and writes them whole, while no other
 * process does the same.
 *
 * @throws Fault STORE_INVALID, IO
 */
export function changePins(change: (pins: Map<string, Pin>) => void): void {
	const file = pinsFile();
	mkdirSync(dirname(file), { recursive: true });
	const unlock = lockOf(`${file}.lock`);
	try {
		const pins = readPins(file);
		change(pins);
		replaceFile(file, printPins(pins));
	} finally {
		unlock();
	}
}

const WAIT_STEP_MS = 10;
/** A change of pins takes a few milliseconds: whoever holds the lock for longer has died. */
const WAIT_MS_MAX = 5000;

/** A file that only one process can make. What a dead process left is removed. */
function lockOf(file: string): () => void {
	for (let waited_ms = 0; ; waited_ms += WAIT_STEP_MS) {
		if (tryLock(file)) return () => rmSync(file, { force: true });
		if (waited_ms >= WAIT_MS_MAX)
			throw new Fault("IO", `cannot lock the pins`, {
				note: `another wherry holds '${file}'`,
				help: `rm '${file}'    if none is running`,
			});
		if (isLeft(file)) rmSync(file, { force: true });
		else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_STEP_MS);
	}
}

function tryLock(file: string): boolean {
	try {
		const fd = openSync(file, "wx", 0o600);
		writeSync(fd, String(process.pid));
		closeSync(fd);
		return true;
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw new Fault("IO", `cannot write '${file}'`, { note: (cause as Error).message, cause });
	}
}

/** Whether its maker is no more. An empty file is being written right now, unless it is old. */
function isLeft(file: string): boolean {
	try {
		const pid = Number(readFileSync(file, "utf8"));
		if (pid > 0) return !isAlive(pid);
		return Date.now() - statSync(file).mtimeMs > WAIT_MS_MAX / 2;
	} catch {
		return false;
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}

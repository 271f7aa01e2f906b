/** Where trust keeps its files on Node, and how they are read. */
import { closeSync, existsSync, fstatSync, lstatSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { within } from "../../base/within.ts";
import type { Code } from "../../base/codes.ts";
import { Fault } from "../../base/fault.ts";
import { configFolder, dataFolder } from "../../host/node/folders.ts";
import { type Lock, LOCK_BYTES_MAX, LOCK_FILE, parseLock } from "../../trust/lock.ts";
import { READING } from "../../store/layout.ts";
import { lookUpPins, parsePins, type Pin, PINS_BYTES_MAX, type PinsLookup } from "../../trust/pins.ts";

/** Of a key, public or private. */
export const KEY_BYTES_MAX = 64 << 10;

export function pinsFile(): string {
	return within(dataFolder(), "pins.json");
}

/**
 * The pins of this user; none where there is no file yet.
 *
 * @throws Fault STORE_INVALID
 */
export function readPins(file = pinsFile()): Map<string, Pin> {
	const text = readPinsText(file);
	return text === undefined ? new Map<string, Pin>() : parsePins(text, file);
}

/** As `readPins`, for a run: only the pins that are asked for are looked at. */
export function openPins(file = pinsFile()): PinsLookup {
	const text = readPinsText(file);
	return text === undefined ? new Map<string, Pin>() : lookUpPins(text, file);
}

function readPinsText(file: string): string | undefined {
	const bytes = readBounded(file, PINS_BYTES_MAX, "STORE_INVALID");
	return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/**
 * The policy that a person wrote: `trust.toml` or `trust.json`; undefined: neither is there.
 *
 * @throws Fault TRUST_POLICY_INVALID when both are, or that cannot be known
 */
export function policyFile(): string | undefined {
	const files = ["trust.toml", "trust.json"].map((name) => within(configFolder(), name));
	const [file, other] = files.filter(isNamed);
	if (other === undefined) return file;
	throw new Fault("TRUST_POLICY_INVALID", "there are two trust policies", {
		note: `'${file}' and '${other}'`,
		help: `rm '${other}'`,
	});
}

/** A link that leads nowhere, or a folder that may not be looked into, is no sign that nobody wrote a policy. */
function isNamed(file: string): boolean {
	try {
		return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
	} catch (cause) {
		throw new Fault("TRUST_POLICY_INVALID", `cannot tell whether there is a trust policy '${file}'`, {
			note: (cause as Error).message,
			help: `ls -l '${dirname(file)}'`,
			cause,
		});
	}
}

/** The lock of the working folder, or of the nearest folder above that has one. */
export function findLock(folder = process.cwd()): string | undefined {
	const file = within(folder, LOCK_FILE);
	if (existsSync(file)) return file;
	const above = dirname(folder);
	return above === folder ? undefined : findLock(above);
}

/** @throws Fault LOCK_DRIFT when there is none, or it cannot be read */
export function readLock(): Lock {
	const file = findLock();
	const bytes = file === undefined ? undefined : readBounded(file, LOCK_BYTES_MAX, "LOCK_DRIFT");
	if (file !== undefined && bytes !== undefined) return parseLock(bytes, file);
	throw new Fault("LOCK_DRIFT", "there is no lock to hold images to", {
		note: `looked for ${LOCK_FILE} in ${process.cwd()} and above`,
		help: "wherry lock NAME...",
	});
}

/** Undefined: there is no such file. */
export function readBounded(file: string, bytes_max: number, code: Code): Uint8Array | undefined {
	let fd: number | undefined;
	try {
		fd = openSync(file, READING);
		const stat = fstatSync(fd);
		const { size } = stat;
		// a pipe has no size, and would be taken for a policy that demands nothing
		if (!stat.isFile()) throw new Fault(code, `cannot read '${file}'`, { note: "it is no ordinary file" });
		if (size > bytes_max)
			throw new Fault(code, `cannot read '${file}'`, { note: `it has ${size} bytes, over ${bytes_max}` });
		const bytes = new Uint8Array(size);
		return bytes.subarray(0, readSync(fd, bytes, 0, size, 0));
	} catch (cause) {
		if (cause instanceof Fault) throw cause;
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw new Fault(code, `cannot read '${file}'`, { note: (cause as Error).message, cause });
	} finally {
		if (fd !== undefined) closeSync(fd);
	}
}

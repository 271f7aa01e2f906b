/** Where trust keeps its files on Node, and how they are read and written. */
import {
	closeSync,
	existsSync,
	fstatSync,
	fsyncSync,
	mkdirSync,
	openSync,
	readSync,
	renameSync,
	rmSync,
	writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Fault } from "../../base/fault.ts";
import { configFolder, dataFolder } from "../../host/node/folders.ts";
import { type Lock, LOCK_BYTES_MAX, LOCK_FILE, parseLock } from "../../trust/lock.ts";
import { parsePins, type Pin, PINS_BYTES_MAX } from "../../trust/pins.ts";

export function pinsFile(): string {
	return join(dataFolder(), "pins.json");
}

/** The pins of this user; none where there is no file yet. */
export function readPins(file = pinsFile()): Map<string, Pin> {
	const text = readBounded(file, PINS_BYTES_MAX, "STORE_INVALID");
	return text === undefined ? new Map<string, Pin>() : parsePins(text, file);
}

/** The policy that a person wrote: `trust.toml` or `trust.json`; undefined: neither is there. */
export function policyFile(): string | undefined {
	const [toml, json] = ["trust.toml", "trust.json"].map((name) => join(configFolder(), name));
	const there = [toml, json].filter((file): file is string => file !== undefined && existsSync(file));
	if (there.length < 2) return there[0];
	throw new Fault("TRUST_POLICY_INVALID", "there are two policies of trust", {
		note: `'${toml}' and '${json}'`,
		help: `rm '${json}'`,
	});
}

/** The lock of the working folder, or of the nearest folder above that has one. */
export function findLock(folder = process.cwd()): string | undefined {
	const file = join(folder, LOCK_FILE);
	if (existsSync(file)) return file;
	const above = dirname(folder);
	return above === folder ? undefined : findLock(above);
}

/** @throws Fault LOCK_DRIFT when there is none, or it cannot be read */
export function readLock(): Lock {
	const file = findLock();
	const text = file === undefined ? undefined : readBounded(file, LOCK_BYTES_MAX, "LOCK_DRIFT");
	if (file !== undefined && text !== undefined) return parseLock(text, file);
	throw new Fault("LOCK_DRIFT", "there is no lock to hold images to", {
		note: `looked for ${LOCK_FILE} in ${process.cwd()} and above`,
		help: "wherry lock NAME...",
	});
}

/** Undefined: there is no such file. */
export function readBounded(
	file: string,
	bytes_max: number,
	code: "STORE_INVALID" | "LOCK_DRIFT" | "TRUST_POLICY_INVALID",
): string | undefined {
	let fd: number | undefined;
	try {
		fd = openSync(file, "r");
		const { size } = fstatSync(fd);
		if (size > bytes_max) throw new Fault(code, `cannot read '${file}'`, { note: `it has ${size} bytes` });
		const bytes = Buffer.alloc(size);
		const length = readSync(fd, bytes, 0, size, 0);
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
	} catch (cause) {
		if (cause instanceof Fault) throw cause;
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw new Fault(code, `cannot read '${file}'`, { note: (cause as Error).message, cause });
	} finally {
		if (fd !== undefined) closeSync(fd);
	}
}

/** Puts `text` where `file` is, whole or not at all, whatever happens in between. */
export function replaceFile(file: string, text: string): void {
	mkdirSync(dirname(file), { recursive: true });
	const temporary = `${file}.${process.pid}.tmp`;
	try {
		const fd = openSync(temporary, "w", 0o600);
		try {
			writeSync(fd, text);
			fsyncSync(fd);
		} finally {
			closeSync(fd);
		}
		renameSync(temporary, file);
	} catch (cause) {
		rmSync(temporary, { force: true });
		throw new Fault("IO", `cannot write '${file}'`, { note: (cause as Error).message, cause });
	}
}

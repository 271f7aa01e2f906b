/** Transpiled components on the disk: the user's cache folder, a file each. */
import {
	closeSync,
	constants,
	fstatSync,
	fsyncSync,
	futimesSync,
	lstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readSync,
	renameSync,
	rmSync,
	statSync,
	writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { makeFolders } from "../../base/make-folders.ts";
import { toHex } from "../../base/hex.ts";
import { within } from "../../base/within.ts";
import { Sha256 } from "../../oci/sha256.ts";
import { decodeEntry, encodeEntry, type Entry } from "./cache-entry.ts";
import { readSecret, secretIn } from "./cache-secret.ts";

export interface CacheFolders {
	/** For the entries. */
	readonly cache: string;
	/** For the secret: who can write to the cache alone can put nothing into it. */
	readonly data: string;
}

/** All entries together; the least recently used go first. */
const CACHE_BYTES_MAX = 256 << 20;
const ENTRY_BYTES_MAX = 128 << 20;
/** How often a use is noted. */
const NOTED_EACH_MS = 24 * 3600 * 1000;
/** What a process that died was writing. */
const ABANDONED_MS = 3600 * 1000;

export type Looked =
	| { readonly type: "found"; readonly entry: Entry }
	| { readonly type: "missing" }
	/** There was one, and it is gone now: it was not what this user's wherry wrote. */
	| { readonly type: "bad" };

/** Looks an entry up and checks all of it. Never throws. */
export function lookUp({ cache, data }: CacheFolders, key: string): Looked {
	const file = fileOf(cache, key);
	const bytes = read(file);
	if (bytes === undefined) return { type: "missing" };
	const secret = readSecret(data);
	const entry = secret === undefined ? undefined : decodeEntry(bytes, key, secret);
	if (entry !== undefined) return { type: "found", entry };
	remove(file);
	return { type: "bad" };
}

/**
 * Keeps an entry, in one step; others that are over the limit go. Answers why it could not.
 *
 * @param limit_bytes of all entries together
 */
export function keep(
	{ cache, data }: CacheFolders,
	entry: Entry,
	limit_bytes = CACHE_BYTES_MAX,
): string | undefined {
	try {
		const bytes = encodeEntry(entry, secretIn(data));
		if (bytes.length > Math.min(limit_bytes, ENTRY_BYTES_MAX)) return "it is too large for the cache";
		makeFolders(cache, 0o700, { mkdirSync, statSync, dirname });
		makeRoom(cache, limit_bytes - bytes.length);
		writeInOneStep(fileOf(cache, entry.key), bytes);
		return undefined;
	} catch (error) {
		return (error as Error).message;
	}
}

const ENDING = ".glue";

function fileOf(cache: string, key: string): string {
	return within(cache, toHex(new Sha256().update(new TextEncoder().encode(key)).digest()) + ENDING);
}

function read(file: string): Uint8Array<ArrayBuffer> | undefined {
	try {
		const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
		const descriptor = openSync(file, flags);
		try {
			return readWhole(descriptor);
		} finally {
			closeSync(descriptor);
		}
	} catch {
		return undefined;
	}
}

function readWhole(descriptor: number): Uint8Array<ArrayBuffer> | undefined {
	const { mtimeMs, size, ...stat } = fstatSync(descriptor);
	if ((stat.mode & constants.S_IFMT) !== constants.S_IFREG || size > ENTRY_BYTES_MAX) return undefined;
	const bytes = new Uint8Array(size);
	let filled = 0;
	for (let count = -1; count !== 0 && filled < size; filled += count)
		count = readSync(descriptor, bytes, filled, size - filled, null);
	noteUse(descriptor, mtimeMs);
	return bytes.subarray(0, filled);
}

function noteUse(descriptor: number, last_ms: number): void {
	const now_ms = Date.now();
	if (now_ms - last_ms < NOTED_EACH_MS) return;
	try {
		futimesSync(descriptor, now_ms / 1000, now_ms / 1000);
	} catch {
		// a cache of somebody else's is good enough to read from
	}
}

function writeInOneStep(file: string, bytes: Uint8Array): void {
	const unfinished = `${file}.${process.pid}-${performance.now().toString(36)}`;
	try {
		const descriptor = openSync(unfinished, "wx", 0o600);
		try {
			for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
			fsyncSync(descriptor);
		} finally {
			closeSync(descriptor);
		}
		renameSync(unfinished, file);
	} catch (error) {
		remove(unfinished);
		throw error;
	}
}

/** Removes what was used the longest ago until the rest is small enough, and what was left unfinished. */
function makeRoom(cache: string, limit_bytes: number): void {
	const entries = readdirSync(cache).flatMap((name) => {
		const file = within(cache, name);
		const { mtimeMs, size } = lstatSync(file, { throwIfNoEntry: false }) ?? {};
		if (mtimeMs === undefined || size === undefined) return [];
		if (name.endsWith(ENDING)) return [{ file, mtimeMs, size }];
		if (name.includes(`${ENDING}.`) && Date.now() - mtimeMs > ABANDONED_MS) remove(file);
		return [];
	});
	let sum = entries.reduce((total, { size }) => total + size, 0);
	for (const { file, size } of entries.sort((one, other) => one.mtimeMs - other.mtimeMs)) {
		if (sum <= limit_bytes) return;
		remove(file);
		sum -= size;
	}
}

function remove(file: string): void {
	try {
		rmSync(file, { force: true });
	} catch {
		// it will be refused again
	}
}

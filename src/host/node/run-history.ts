/**
 * What earlier runs of a program cost, so that one that was over soon can be compiled for a short run: a table of
 * fixed size in the user's cache folder. It is read and written for large programs only, it decides about nothing
 * but speed, and where it cannot be had a program runs without.
 */
import {
	closeSync,
	constants,
	fstatSync,
	ftruncateSync,
	mkdirSync,
	openSync,
	readSync,
	statSync,
	writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { makeFolders } from "../../base/make-folders.ts";
import { cacheFolder } from "./folders.ts";
import { libc, memoryAt } from "./libc.ts";
import { openSystemCalls } from "./wall/system-calls.ts";

/** A run of less CPU time was a short one. Optimising pays for itself only in longer ones. */
const SHORT_MS = 1500;

const SLOTS = 4096;
/** A slot: whose it is (64 bits of a hash), and the CPU time of the last run in ms, as a float64. */
const SLOT_BYTES = 16;
const PAGE_BYTES = 4096;

export interface RunHistory {
	/** The last run of this program with these words came to its end, and soon. */
	readonly lastWasShort: boolean;
	/** To be called when the run ends by itself. One that does not counts as long. */
	finished(): void;
}

const NONE: RunHistory = { lastWasShort: false, finished() {} };

/**
 * Looks up the last run of a program with the same words, and begins a new entry. Never throws.
 *
 * @param program the path of its file; another file, or one that was changed, is another program
 */
export function recallRun(program: string, words: readonly string[]): RunHistory {
	try {
		const { dev, ino, size, mtimeNs } = statSync(program, { bigint: true });
		return recall(hash([dev, ino, size, mtimeNs, ...words].join("\0")));
	} catch {
		return NONE;
	}
}

/** As `recallRun`, of an image. */
export function recallImage(digest: string, words: readonly string[]): RunHistory {
	try {
		return recall(hash([digest, ...words].join("\0")));
	} catch {
		return NONE;
	}
}

function recall(key: bigint): RunHistory {
	const folder = join(cacheFolder(), "wherry");
	makeFolders(folder, 0o700, { mkdirSync, statSync, dirname });
	const flags =
		constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
	const descriptor = openSync(join(folder, "runs"), flags, 0o600);
	const at = Number(key % BigInt(SLOTS)) * SLOT_BYTES;
	if (!isTable(descriptor)) {
		closeSync(descriptor);
		return NONE;
	}
	const slot = new DataView(new ArrayBuffer(SLOT_BYTES));
	readSync(descriptor, slot, 0, SLOT_BYTES, at);
	const lastWasShort = slot.getBigUint64(0, true) === key && slot.getFloat64(8, true) <= SHORT_MS;
	slot.setBigUint64(0, key, true);
	slot.setFloat64(8, Infinity, true);
	writeSync(descriptor, slot, 0, SLOT_BYTES, at);
	const writeCost = keepSlot(descriptor, at);
	return { lastWasShort, finished: () => writeCost(cpu_ms()) };
}

/** A file of ours alone, made as long as the table where it is new. */
function isTable(descriptor: number): boolean {
	const stat = fstatSync(descriptor);
	if (!stat.isFile()) return false;
	if (stat.size !== SLOTS * SLOT_BYTES) ftruncateSync(descriptor, SLOTS * SLOT_BYTES);
	return true;
}

/**
 * Keeps a way to write one slot, when files can no longer be opened. Where the kernel can be called, that is a page in
 * memory and not the descriptor: whoever breaks out of a guest could write that to any length.
 */
function keepSlot(descriptor: number, at: number): (cost_ms: number) => void {
	const kernel = libc() === undefined ? undefined : openSystemCalls();
	if (kernel === undefined) {
		return (cost_ms) => void writeSync(descriptor, Float64Array.of(cost_ms), 0, 8, at + 8);
	}
	const page = at - (at % PAGE_BYTES);
	const address = kernel.call("mmap", 0, PAGE_BYTES, PROT_READ_WRITE, MAP_SHARED, descriptor, page);
	closeSync(descriptor);
	if (address < 0) return () => {};
	const view = memoryAt(address, PAGE_BYTES);
	return (cost_ms) => view.setFloat64(at - page + 8, cost_ms, true);
}

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

function cpu_ms(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}

/** FNV-1a, 64 bits, over UTF-16: enough to tell a user's own programs apart, and nothing has to be loaded for it. */
function hash(text: string): bigint {
	let value = 0xcbf29ce484222325n;
	for (let index = 0; index < text.length; index += 1) {
		value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n);
	}
	return value;
}

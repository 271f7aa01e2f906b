/** What the contract suites ask of a backend, and the small things that all of them use. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Directory, DirectoryEntry, OpenOptions } from "./directory.ts";
import { Errno, errnoName } from "./errno.ts";
import type { File } from "./file.ts";
import { FileType } from "./stat.ts";

/** An empty directory that may be written, and what else a suite can know of it. */
export interface DirectoryBackend {
	readonly root: Directory;
	/** Stores a link from outside, as a stranger would: `symlink` refuses absolute targets. */
	plantLink(target: string, path: string): void;
	/** Removes the directory with all that is in it. */
	dispose(): void;
}

export interface ContractOptions {
	/** Where the tables of paths do not hold for this backend: `"create f/": "NOTDIR"`. Say why beside it. */
	readonly answers?: Readonly<Record<string, string>>;
	/** Titles of cases that this backend is known to fail, and why. One that passes fails the run. */
	readonly fails?: Readonly<Record<string, string>>;
}

/** Titles and what they do with a fresh backend. */
export type Cases = Readonly<Record<string, (backend: DirectoryBackend) => void>>;

export const READ: OpenOptions = {
	follow: true,
	directory: false,
	create: false,
	exclusive: false,
	truncate: false,
	read: true,
	write: false,
	sync: "none",
};
export const WRITE: OpenOptions = { ...READ, write: true };
export const CREATE: OpenOptions = { ...WRITE, create: true };

/** One test a case, each with a backend of its own. */
export function checkCases(
	name: string,
	make: () => DirectoryBackend,
	cases: Cases,
	options: ContractOptions = {},
): void {
	for (const [title, act] of Object.entries(cases)) {
		const reason = options.fails?.[title];
		const run = () => withBackend(make, act);
		if (reason === undefined) test(`${name}: ${title}`, run);
		else test(`${name}: ${title} (known to fail: ${reason})`, () => assert.throws(run));
	}
}

export function withBackend(make: () => DirectoryBackend, act: (backend: DirectoryBackend) => void): void {
	const backend = make();
	try {
		act(backend);
	} finally {
		backend.dispose();
	}
}

/** The answer as the tables spell it: an errno's name without the E, or what was got. */
export function answerName(answer: Errno | File | Directory): string {
	if (typeof answer !== "number") return answer.kind;
	return answer === Errno.SUCCESS ? "ok" : errnoName(answer).slice(1);
}

export function assertErrno(answer: unknown, wanted: Errno): void {
	assert.equal(typeof answer === "number" ? errnoName(answer as Errno) : answer, errnoName(wanted));
}

export function assertOk(answer: Errno): void {
	assertErrno(answer, Errno.SUCCESS);
}

/** The value, where an operation answered one. */
export function got<T extends object | string>(answer: T | Errno): T {
	if (typeof answer === "number") assert.fail(`answered ${errnoName(answer)}`);
	return answer;
}

export function openFile(directory: Directory, path: string, options: OpenOptions = READ): File {
	const file = got(directory.open(path, options));
	assert.ok(file.kind === "file", `${path} is a directory`);
	return file;
}

export function openDirectory(directory: Directory, path: string): Directory {
	const opened = got(directory.open(path, { ...READ, directory: true }));
	assert.ok(opened.kind === "directory", `${path} is a file`);
	return opened;
}

export function writeFile(directory: Directory, path: string, text: string): void {
	const file = openFile(directory, path, { ...CREATE, truncate: true });
	assert.equal(file.write([bytes(text)], 0), bytes(text).length);
	file.close();
}

export function readFile(directory: Directory, path: string): string {
	const file = openFile(directory, path);
	try {
		return contentOf(file);
	} finally {
		file.close();
	}
}

export function contentOf(file: File): string {
	// a byte more than there is shows, and so does one that was never written
	const into = new Uint8Array(4096).fill(0x3f);
	const count = file.read([into], 0);
	assert.ok(count >= 0, errnoName(-count as Errno));
	assert.ok(into.subarray(count).every((byte) => byte === 0x3f));
	return new TextDecoder().decode(into.subarray(0, count));
}

export function bytes(text: string): Uint8Array {
	return new TextEncoder().encode(text);
}

/** All entries behind `from`, `.` and `..` left out. */
export function entriesOf(directory: Directory, from = 0n): DirectoryEntry[] {
	const entries: DirectoryEntry[] = [];
	assertOk(directory.list(from, (entry) => entries.push(entry) > 0));
	return entries.filter((entry) => entry.name !== "." && entry.name !== "..");
}

export function namesIn(directory: Directory): string[] {
	return entriesOf(directory)
		.map((entry) => entry.name)
		.sort();
}

/** Everything beneath as one text: names, contents and targets. */
export function treeOf(directory: Directory, prefix = ""): string {
	const lines = entriesOf(directory)
		.sort((one, other) => (one.name < other.name ? -1 : 1))
		.map((entry) => lineOf(directory, prefix, entry));
	return lines.join("");
}

function lineOf(directory: Directory, prefix: string, entry: DirectoryEntry): string {
	const path = prefix + entry.name;
	if (entry.type === FileType.SYMBOLIC_LINK) return `${path} -> ${got(directory.readLink(entry.name))}\n`;
	if (entry.type === FileType.REGULAR_FILE) return `${path}: ${readFile(directory, entry.name)}\n`;
	const inner = openDirectory(directory, entry.name);
	try {
		return `${path}/\n${treeOf(inner, `${path}/`)}`;
	} finally {
		inner.close();
	}
}

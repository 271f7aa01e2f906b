/**
 * What a process is about to need of the store: blobs that it put there or found there, and that no
 * name holds yet. A lease is a locked file, so it ends with its process.
 */
import { appendFileSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Digest, isDigest } from "../oci/digest.ts";
import { ownPath } from "./layout.ts";
import { tryLock } from "./lock.ts";
import { unwritable } from "./refusals.ts";

const HELD = ".held";
const ID = /^\d+-[0-9a-f]{16}$/;

export class Lease {
	readonly #folder: string;
	readonly #id: string;
	readonly #lock: { close: () => void };
	#files = 0;

	/** Begins one, and clears away what dead ones left. Only while the store is locked. */
	static begin(folder: string): Lease {
		readLeases(folder);
		const id = `${process.pid}-${process.getBuiltinModule("node:crypto").randomBytes(8).toString("hex")}`;
		const lock = tryLock(ownPath(folder, "leases", id));
		if (lock === undefined) throw unwritable(ownPath(folder, "leases", id), new Error("it is locked"));
		return new Lease(folder, id, lock);
	}

	private constructor(folder: string, id: string, lock: { close: () => void }) {
		this.#folder = folder;
		this.#id = id;
		this.#lock = lock;
	}

	/** Keeps a blob from being collected, there or yet to come. Only while the store is locked. */
	hold(digest: Digest): void {
		const file = ownPath(this.#folder, "leases", this.#id + HELD);
		try {
			appendFileSync(file, `${digest}\n`);
		} catch (cause) {
			throw unwritable(file, cause);
		}
	}

	/** A new name for a file to write, swept away when the lease is dead. */
	temporaryFile(): string {
		return ownPath(this.#folder, "writing", `${this.#id}.${this.#files++}`);
	}

	end(): void {
		this.#lock.close();
		forget(this.#folder, this.#id);
	}
}

/**
 * What living leases hold. Clears away what dead ones left: their files, and blobs that they did not
 * finish. Only while the store is locked.
 */
export function readLeases(folder: string): ReadonlySet<Digest> {
	const held = new Set<Digest>();
	const living = new Set<string>();
	for (const id of names(ownPath(folder, "leases"))) {
		if (!ID.test(id)) continue;
		if (isDead(folder, id)) forget(folder, id);
		else {
			living.add(id);
			for (const digest of readHeld(folder, id)) held.add(digest);
		}
	}
	sweepWriting(folder, living);
	return held;
}

/** One that can be locked. Another user's, which we may not lock, counts as living. */
function isDead(folder: string, id: string): boolean {
	try {
		const lock = tryLock(ownPath(folder, "leases", id));
		lock?.close();
		return lock !== undefined;
	} catch {
		return false;
	}
}

function readHeld(folder: string, id: string): Digest[] {
	try {
		return readFileSync(ownPath(folder, "leases", id + HELD), "utf8")
			.split("\n")
			.filter(isDigest);
	} catch {
		return []; // it holds nothing yet
	}
}

function sweepWriting(folder: string, living: ReadonlySet<string>): void {
	for (const name of names(ownPath(folder, "writing")))
		if (!living.has(name.replace(/\.\d+$/, ""))) remove(join(ownPath(folder, "writing"), name));
}

function forget(folder: string, id: string): void {
	for (const name of [id + HELD, id]) remove(ownPath(folder, "leases", name));
}

/** What cannot be removed now is tried again next time. */
function remove(file: string): void {
	try {
		rmSync(file, { force: true });
	} catch {
		// another user's, or open on Windows
	}
}

function names(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

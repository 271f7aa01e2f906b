import type { Directory, DirectoryEntry } from "../../sys/directory.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { Resource } from "../resource.ts";
import { demandSuccess, descriptorType } from "./filesystem-values.ts";
import type { SharedOpen } from "../filesystem/shared-open.ts";

/** So many entries are read ahead. */
const BATCH_ENTRIES = 64;
/** What they take when their names are as long as names may be. */
const WEIGHT = 64;

/** wasi:filesystem/types `directory-entry-stream`. Holds the directory open. `.` and `..` are left out. */
export class DirectoryEntryStream extends Resource {
	readonly #shared: SharedOpen;
	readonly #directory: Directory;
	#ahead: DirectoryEntry[] = [];
	#at = 0;
	#next = 0n;
	#ended = false;

	constructor(guest: ComponentGuest, shared: SharedOpen, directory: Directory) {
		super(guest, WEIGHT);
		this.#shared = shared.hold();
		this.#directory = directory;
	}

	/** Undefined at the end. */
	readDirectoryEntry(): { type: string; name: string } | undefined {
		if (this.#at === this.#ahead.length && !this.#ended) this.#readAhead();
		const entry = this.#ahead[this.#at];
		if (entry === undefined) return undefined;
		this.#at += 1;
		return { type: descriptorType(entry.type), name: entry.name };
	}

	protected override dropped(): void {
		this.#shared.release();
	}

	#readAhead(): void {
		const batch: DirectoryEntry[] = [];
		const errno = this.#directory.list(this.#next, (entry) => {
			this.#next = entry.next;
			if (entry.name !== "." && entry.name !== "..") batch.push(entry);
			return batch.length < BATCH_ENTRIES;
		});
		demandSuccess(errno);
		this.#ended = batch.length < BATCH_ENTRIES;
		this.#ahead = batch;
		this.#at = 0;
	}
}

import { readdirSync } from "node:fs";
import type { DirectoryEntry } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import { FileType } from "../../sys/stat.ts";
import type { Anchor } from "./anchor.ts";
import { fromException } from "./errno.ts";

/**
 * The entries of a directory where Node knows no cookies: all names are read at once, when a listing
 * begins, and a cookie is a place among them. Names removed since are passed over.
 */
export class PortableList {
	readonly #anchor: Anchor;
	#names: readonly string[] | undefined;

	constructor(anchor: Anchor) {
		this.#anchor = anchor;
	}

	list(from: bigint, each: (entry: DirectoryEntry) => boolean): Errno {
		if (from === 0n || this.#names === undefined) {
			const names = this.#read();
			if (typeof names === "number") return names;
			this.#names = names;
		}
		const start = from > BigInt(this.#names.length) ? this.#names.length : Number(from);
		for (const [index, name] of this.#names.slice(start).entries()) {
			const entry = this.#entry(name, BigInt(start + index + 1));
			if (entry !== undefined && !each(entry)) break;
		}
		return Errno.SUCCESS;
	}

	#read(): readonly string[] | Errno {
		const self = this.#anchor.self();
		if (typeof self === "number") return self;
		try {
			return [".", "..", ...readdirSync(self)];
		} catch (error) {
			return fromException(error);
		}
	}

	/** `..` is told the directory's own inode: the parent may be outside. */
	#entry(name: string, next: bigint): DirectoryEntry | undefined {
		const isDots = name === "." || name === "..";
		const found = isDots ? this.#anchor.here() : this.#anchor.look(name);
		// What cannot be looked at is shown all the same, but for what has gone.
		if (found === Errno.NOENT) return undefined;
		if (typeof found === "number") return { name, type: FileType.UNKNOWN, inode: 0n, next };
		const { type, inode } = found.stat;
		found.release();
		return { name, type, inode, next };
	}
}

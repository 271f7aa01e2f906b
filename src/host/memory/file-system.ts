import type { Clocks } from "../../sys/clocks.ts";
import type { Directory } from "../../sys/directory.ts";
import { MemoryDirectory } from "./directory.ts";
import { DirectoryNode, type Volume } from "./nodes.ts";
import { Quota } from "./quota.ts";

export interface MemoryFileSystemOptions {
	/** Where the times of its files come from. */
	readonly clocks: Clocks;
	/** How much of the host's memory it may take, all told. */
	readonly quota_bytes: number;
	/** Tells its files from those of another file system. */
	readonly device?: bigint;
}

/**
 * Files in memory: a tmpfs.
 *
 * Everything a guest can make of it counts against the quota: contents by the memory they take (holes
 * take none), and each file, directory, link and name by a fixed cost beside its length, which is
 * no less than what it takes of the host's memory. What does not fit answers NOSPC.
 */
export class MemoryFileSystem {
	/** Its topmost directory. It needs no closing. */
	readonly root: Directory;
	readonly #volume: Volume;

	constructor(options: MemoryFileSystemOptions) {
		const quota = new Quota(options.quota_bytes);
		this.#volume = { device: options.device ?? 1n, clocks: options.clocks, quota, nextInode: 2 };
		this.root = new MemoryDirectory(new DirectoryNode(this.#volume));
	}

	get used_bytes(): number {
		return this.#volume.quota.used_bytes;
	}
}

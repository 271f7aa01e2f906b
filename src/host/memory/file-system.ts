import type { Clocks } from "../../sys/clocks.ts";
import type { Directory } from "../../sys/directory.ts";
import type { TreeDirectory } from "../../sys/file-tree.ts";
import { MemoryDirectory } from "./directory.ts";
import { DirectoryNode, type Volume } from "./nodes.ts";
import { Quota } from "./quota.ts";
import { SeveralNames } from "./several-names.ts";

export interface MemoryFileSystemOptions {
	/** Where the times of its files come from. */
	readonly clocks: Clocks;
	/** How much of the host's memory it may take, all told. */
	readonly quota_bytes: number;
	/** Tells its files from those of another file system. */
	readonly device?: bigint;
	/** What it holds from the start: it is never written to, and its bytes and names cost nothing. */
	readonly tree?: TreeDirectory;
}

/**
 * Files in memory: a tmpfs; with a tree, an image's files under a layer that can be written.
 *
 * Everything a guest can make of it counts against the quota: contents by the memory they take (holes
 * take none), and each file, directory, link and name by a fixed cost beside its length, which is
 * no less than what it takes of the host's memory. What does not fit answers NOSPC. Of a file of the
 * tree only the parts count that were written: they are copied, 64 KiB at a time.
 */
export class MemoryFileSystem {
	/** Its topmost directory. It needs no closing. */
	readonly root: Directory;
	readonly #volume: Volume;

	constructor({ clocks, quota_bytes, device = 1n, tree }: MemoryFileSystemOptions) {
		const common = { device, clocks, quota: new Quota(quota_bytes), nextInode: 2 };
		this.#volume = tree === undefined ? common : { ...common, shared: new SeveralNames(tree) };
		this.root = new MemoryDirectory(new DirectoryNode(this.#volume, undefined, tree));
	}

	get used_bytes(): number {
		return this.#volume.quota.used_bytes;
	}
}

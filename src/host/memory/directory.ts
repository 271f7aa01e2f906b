import type { Directory, DirectoryEntry, OpenOptions } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import type { File } from "../../sys/file.ts";
import { checkPath, endsInDots, type Last, Link, resolve, type Steps } from "../../sys/resolve.ts";
import { FileType, type NewTime, type Stat } from "../../sys/stat.ts";
import { MemoryFile } from "./file.ts";
import { type AnyNode, DirectoryNode, FileNode, LinkNode, textCost } from "./nodes.ts";
import { renameNode } from "./rename.ts";

type Place = Last<DirectoryNode>;

const STEPS: Steps<DirectoryNode> = {
	enter(directory, name) {
		const node = directory.entries.get(name);
		if (node === undefined) return Errno.NOENT;
		if (node instanceof LinkNode) return new Link(node.target);
		return node instanceof DirectoryNode ? node : Errno.NOTDIR;
	},
};

/** A directory of a memory file system that was opened. */
export class MemoryDirectory implements Directory {
	readonly kind = "directory";
	readonly #node: DirectoryNode;

	constructor(node: DirectoryNode) {
		this.#node = node;
		node.handles += 1;
	}

	stat(): Stat {
		return this.#node.stat();
	}

	list(from: bigint, each: (entry: DirectoryEntry) => boolean): Errno {
		const node = this.#node;
		if (node.isRemoved) return Errno.NOENT;
		if (from < 1n && !each(entryOf(".", node, 1))) return Errno.SUCCESS;
		if (from < 2n && !each(entryOf("..", node.parent, 2))) return Errno.SUCCESS;
		for (const { name, value, cookie } of node.entries.after(Number(from)))
			if (!each(entryOf(name, value, cookie))) break;
		return Errno.SUCCESS;
	}

	setTimes(accessed: NewTime, modified: NewTime): Errno {
		this.#node.setTimes(accessed, modified);
		return Errno.SUCCESS;
	}

	/** There is no device to wait for. */
	sync(): Errno {
		return Errno.SUCCESS;
	}

	open(path: string, options: OpenOptions): File | Directory | Errno {
		if (options.create && options.directory) return Errno.INVAL;
		return this.#resolve(path, (last) => {
			if (endsInDots(last)) return openNode(last.directory, options);
			if (options.create && last.slash) return Errno.ISDIR;
			const node = last.directory.entries.get(last.name);
			if (node === undefined) return options.create ? openNew(last, options) : Errno.NOENT;
			if (options.create && options.exclusive) return Errno.EXIST;
			if (node instanceof LinkNode) {
				if (options.follow || last.slash) return new Link(node.target);
				return options.directory ? Errno.NOTDIR : Errno.LOOP;
			}
			if (last.slash && node instanceof FileNode) return Errno.NOTDIR;
			return openNode(node, options);
		});
	}

	statAt(path: string, follow: boolean): Stat | Errno {
		const node = this.#find(path, follow);
		return typeof node === "number" ? node : node.stat();
	}

	setTimesAt(path: string, follow: boolean, accessed: NewTime, modified: NewTime): Errno {
		const node = this.#find(path, follow);
		if (typeof node === "number") return node;
		node.setTimes(accessed, modified);
		return Errno.SUCCESS;
	}

	createDirectory(path: string): Errno {
		return this.#resolve(path, (last) => {
			const taken = whyTaken(last);
			if (taken !== Errno.SUCCESS) return taken;
			const make = () => new DirectoryNode(last.directory.volume, last.directory);
			return last.directory.create(last.name, make) === undefined ? Errno.NOSPC : Errno.SUCCESS;
		});
	}

	removeDirectory(path: string): Errno {
		return this.#resolve(path, (last) => {
			if (last.name === ".") return Errno.INVAL;
			if (last.name === "..") return Errno.NOTEMPTY;
			const node = last.directory.entries.get(last.name);
			if (node === undefined) return Errno.NOENT;
			if (!(node instanceof DirectoryNode)) return Errno.NOTDIR;
			if (node.entries.size > 0) return Errno.NOTEMPTY;
			last.directory.removeName(last.name, node);
			return Errno.SUCCESS;
		});
	}

	unlink(path: string): Errno {
		return this.#resolve(path, (last) => {
			if (endsInDots(last)) return Errno.ISDIR;
			const node = last.directory.entries.get(last.name);
			if (node === undefined) return Errno.NOENT;
			if (node instanceof DirectoryNode) return Errno.ISDIR;
			if (last.slash) return Errno.NOTDIR;
			last.directory.removeName(last.name, node);
			return Errno.SUCCESS;
		});
	}

	readLink(path: string): string | Errno {
		const node = this.#find(path, false);
		if (typeof node === "number") return node;
		return node instanceof LinkNode ? node.target : Errno.INVAL;
	}

	symlink(target: string, path: string): Errno {
		// what could never be followed is not stored either
		const wrong = checkPath(target);
		if (wrong !== Errno.SUCCESS) return wrong;
		return this.#resolve(path, (last) => {
			const taken = whyTaken(last);
			if (taken !== Errno.SUCCESS) return taken;
			if (last.slash) return Errno.NOENT;
			const make = () => new LinkNode(last.directory.volume, target);
			const made = last.directory.create(last.name, make, textCost(target));
			return made === undefined ? Errno.NOSPC : Errno.SUCCESS;
		});
	}

	link(path: string, follow: boolean, to: Directory, toPath: string): Errno {
		const node = this.#find(path, follow);
		if (typeof node === "number") return node;
		if (!this.#sharesVolume(to)) return Errno.XDEV;
		return to.#resolve(toPath, (last) => {
			const taken = whyTaken(last);
			if (taken !== Errno.SUCCESS) return taken;
			if (last.slash) return Errno.NOENT;
			if (node instanceof DirectoryNode) return Errno.PERM;
			if (!last.directory.addName(last.name, node)) return Errno.NOSPC;
			node.changed_ns = last.directory.changed_ns;
			return Errno.SUCCESS;
		});
	}

	rename(path: string, to: Directory, toPath: string): Errno {
		if (!this.#sharesVolume(to)) return Errno.XDEV;
		return this.#resolve(path, (from) => to.#resolve(toPath, (last) => renameNode(from, last)));
	}

	close(): void {
		this.#node.handles -= 1;
		this.#node.release();
	}

	#resolve<R>(path: string, act: (last: Place) => R | Link): R | Errno {
		return resolve(STEPS, this.#node, path, act);
	}

	#find(path: string, follow: boolean): AnyNode | Errno {
		return this.#resolve<AnyNode | Errno>(path, (last) => {
			if (endsInDots(last)) return last.directory;
			const node = last.directory.entries.get(last.name);
			if (node === undefined) return Errno.NOENT;
			if (node instanceof LinkNode && (follow || last.slash)) return new Link(node.target);
			return last.slash && !(node instanceof DirectoryNode) ? Errno.NOTDIR : node;
		});
	}

	#sharesVolume(to: Directory): to is MemoryDirectory {
		return to instanceof MemoryDirectory && to.#node.volume === this.#node.volume;
	}
}

/** Why nothing new can have this name; SUCCESS where it can. */
function whyTaken(last: Place): Errno {
	if (endsInDots(last) || last.directory.entries.get(last.name) !== undefined) return Errno.EXIST;
	return last.directory.isRemoved ? Errno.NOENT : Errno.SUCCESS;
}

function openNew(last: Place, options: OpenOptions): File | Errno {
	if (last.directory.isRemoved) return Errno.NOENT;
	const node = last.directory.create(last.name, () => new FileNode(last.directory.volume));
	return node === undefined ? Errno.NOSPC : new MemoryFile(node, options);
}

function openNode(node: DirectoryNode | FileNode, options: OpenOptions): File | Directory | Errno {
	if (node instanceof DirectoryNode) {
		if (options.create && options.exclusive) return Errno.EXIST;
		if (options.create || options.write || options.truncate) return Errno.ISDIR;
		return new MemoryDirectory(node);
	}
	if (options.directory) return Errno.NOTDIR;
	if (options.truncate) {
		node.content.truncate(0);
		node.wasModified();
	}
	return new MemoryFile(node, options);
}

function entryOf(name: string, node: { type: FileType; inode: number }, cookie: number): DirectoryEntry {
	return { name, type: node.type, inode: BigInt(node.inode), next: BigInt(cookie) };
}

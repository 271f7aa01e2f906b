import type { Directory, OpenOptions } from "../../sys/directory.ts";
import { type FileMount, MountDirectory } from "./mounts.ts";

/** Something opened for the guest, and the absolute guest path (or ".") at which it is found. */
export interface Mounted {
	readonly guest: string;
	readonly what: Directory | FileMount;
}

export interface Preopen {
	readonly name: string;
	readonly directory: Directory;
}

export interface MountTable {
	/** What the guest is given from descriptor 3 on. */
	readonly preopens: readonly Preopen[];
	/** The directory at an absolute guest path, for `--workdir`; undefined when none is there. */
	directoryAt(path: string): Directory | undefined;
}

/**
 * Builds the tree that a guest sees: mounts in the order they were granted, and after them the root.
 *
 * The root is there even when nothing was granted at "/": it lists the mount points and nothing
 * else, and whatever is looked up in it beside them answers NOTCAPABLE. Without it, C libraries fail
 * such a look-up by themselves and nobody could say what was missing. It is last because programs take
 * descriptor 3 for the working directory, and it is left out beside a grant named "." because
 * wasi-libc takes both for the same place: the one that it was given last.
 */
export function mountTable(mounted: readonly Mounted[]): MountTable {
	const inTree = mounted.filter(({ guest }) => guest !== ".");
	const tree = new Tree(inTree.find(({ guest }) => guest === "/")?.what);
	for (const mount of byDepth(inTree)) if (mount.guest !== "/") tree.mount(mount);
	const preopens: Preopen[] = [];
	for (const { guest, what } of mounted) {
		if (what.kind === "file-mount") tree.addOnce(preopens, parentOf(guest));
		else preopens.push({ name: guest, directory: guest === "." ? what : tree.at(guest) });
	}
	if (!preopens.some(({ name }) => name === "/" || name === ".")) {
		preopens.push({ name: "/", directory: tree.root });
	}
	return { preopens, directoryAt: (path) => tree.directoryAt(path) };
}

class Tree {
	readonly root: MountDirectory;
	#inode = 1n;

	constructor(root: Directory | FileMount | undefined) {
		this.root = new MountDirectory(root?.kind === "directory" ? root : undefined, this.#nextInode());
	}

	mount({ guest, what }: Mounted): void {
		const names = namesOf(guest);
		const last = names.pop();
		if (last === undefined) return;
		let node = this.root;
		for (const name of names) node = this.#descend(node, name);
		node.mount(last, what.kind === "directory" ? new MountDirectory(what, this.#nextInode()) : what);
	}

	/** The directory that answers at a mount point: the granted one itself where nothing is mounted in it. */
	at(guest: string): Directory {
		let node = this.root;
		for (const name of namesOf(guest)) node = this.#descend(node, name);
		return node.isPlain && node.base !== undefined ? node.base : node;
	}

	addOnce(preopens: Preopen[], guest: string): void {
		if (preopens.some(({ name }) => name === guest)) return;
		preopens.push({ name: guest, directory: this.at(guest) });
	}

	directoryAt(path: string): Directory | undefined {
		const opened = this.root.open(namesOf(path).join("/") || ".", { ...A_DIRECTORY, follow: true });
		return typeof opened === "number" || opened.kind === "file" ? undefined : opened;
	}

	/** A directory on the way to a mount point shows what its base has there, if that is a directory. */
	#descend(node: MountDirectory, name: string): MountDirectory {
		const child = node.child(name);
		if (child instanceof MountDirectory) return child;
		const below = node.base?.open(name, A_DIRECTORY);
		const base = typeof below === "object" && below.kind === "directory" ? below : undefined;
		const made = new MountDirectory(base, this.#nextInode());
		node.mount(name, made);
		return made;
	}

	#nextInode(): bigint {
		this.#inode += 65_536n;
		return this.#inode;
	}
}

const A_DIRECTORY: OpenOptions = {
	follow: false,
	directory: true,
	create: false,
	exclusive: false,
	truncate: false,
	read: true,
	write: false,
	sync: "none",
};

function byDepth(mounted: readonly Mounted[]): Mounted[] {
	return mounted.toSorted((a, b) => namesOf(a.guest).length - namesOf(b.guest).length);
}

function namesOf(guest: string): string[] {
	return guest.split("/").filter((name) => name !== "");
}

function parentOf(guest: string): string {
	return guest.slice(0, guest.lastIndexOf("/")) || "/";
}

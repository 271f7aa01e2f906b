import type { Clocks } from "../../sys/clocks.ts";
import type { FileTree, TreeDirectory, TreeFile, TreeLink } from "../../sys/file-tree.ts";
import { FileType, type NewTime, type Stat } from "../../sys/stat.ts";
import { Content } from "./content.ts";
import { Entries } from "./entries.ts";
import type { Quota } from "./quota.ts";
import type { SeveralNames } from "./several-names.ts";

/** What a node takes of the quota beside its content: what V8 needs for it, rounded up. */
const NODE_COST_BYTES = 1024;
/** What a name takes beside its characters, which are held in two bytes each. */
const NAME_COST_BYTES = 256;

/** What all nodes of one file system share. */
export interface Volume {
	readonly device: bigint;
	readonly clocks: Clocks;
	readonly quota: Quota;
	nextInode: number;
	/** Files of the tree it started as that have several names there. */
	readonly shared?: SeveralNames<FileNode | LinkNode>;
}

export type AnyNode = DirectoryNode | FileNode | LinkNode;

/** A file, directory or link itself, apart from its names and from those who have it open. */
abstract class Node {
	abstract readonly type: FileType;
	abstract readonly size_bytes: number;
	readonly volume: Volume;
	readonly inode: number;
	accessed_ns: bigint;
	modified_ns: bigint;
	changed_ns: bigint;
	/** Names that stand for it. */
	links = 0;
	/** Handles that have it open. */
	handles = 0;
	/** What it took of the quota beside its content: nothing, where it stands for a part of the first tree. */
	readonly #cost_bytes: number;

	constructor(volume: Volume, start: FileTree | undefined, text_bytes = 0) {
		this.volume = volume;
		this.inode = volume.nextInode;
		volume.nextInode += 1;
		const time_ns = start === undefined ? volume.clocks.realtime_ns() : start.modified_ns;
		this.accessed_ns = time_ns;
		this.modified_ns = time_ns;
		this.changed_ns = time_ns;
		this.#cost_bytes = start === undefined ? NODE_COST_BYTES + text_bytes : 0;
	}

	stat(): Stat {
		return {
			device: this.volume.device,
			inode: BigInt(this.inode),
			type: this.type,
			links: BigInt(this.links),
			size_bytes: BigInt(this.size_bytes),
			accessed_ns: this.accessed_ns,
			modified_ns: this.modified_ns,
			changed_ns: this.changed_ns,
		};
	}

	setTimes(accessed: NewTime, modified: NewTime): void {
		const now = this.volume.clocks.realtime_ns();
		this.accessed_ns = chooseTime(accessed, this.accessed_ns, now);
		this.modified_ns = chooseTime(modified, this.modified_ns, now);
		this.changed_ns = now;
	}

	/** Its content was changed. */
	wasModified(): void {
		this.modified_ns = this.volume.clocks.realtime_ns();
		this.changed_ns = this.modified_ns;
	}

	/** A name or a handle has gone: gives back what it took once none is left. */
	release(): void {
		if (this.links > 0 || this.handles > 0) return;
		this.freeContent();
		this.volume.quota.giveBack(this.#cost_bytes);
	}

	/** What holds bytes gives them back. */
	protected freeContent(): void {}
}

export class FileNode extends Node {
	readonly type = FileType.REGULAR_FILE;
	readonly content: Content;

	/** @param start what it is from the start, at no cost */
	constructor(volume: Volume, start?: TreeFile) {
		super(volume, start);
		this.content = new Content(volume.quota, start?.bytes);
	}

	get size_bytes(): number {
		return this.content.size_bytes;
	}

	protected override freeContent(): void {
		this.content.truncate(0);
	}
}

export class LinkNode extends Node {
	readonly type = FileType.SYMBOLIC_LINK;
	readonly target: string;
	readonly size_bytes: number;

	constructor(volume: Volume, target: string, start?: TreeLink) {
		super(volume, start, textCost(target));
		this.target = target;
		this.size_bytes = new TextEncoder().encode(target).length;
	}
}

export class DirectoryNode extends Node {
	readonly type = FileType.DIRECTORY;
	/** Where it lies; itself for the root. */
	parent: DirectoryNode;
	readonly #entries = new Entries<AnyNode>();
	/** What it held at first. These names are never counted, even when they are removed and given again. */
	readonly #start: TreeDirectory | undefined;
	/** Nobody has looked into it yet. */
	#isUnmade: boolean;

	/** @param start what it holds from the start, at no cost; its nodes are made when someone looks */
	constructor(volume: Volume, parent?: DirectoryNode, start?: TreeDirectory) {
		super(volume, start);
		this.parent = parent ?? this;
		this.#start = start;
		this.#isUnmade = start !== undefined;
		// its own `.`, and the root's `..`
		this.links = parent === undefined ? 2 : 1;
		for (const child of start?.entries.values() ?? []) if (child.kind === "directory") this.links += 1;
	}

	get entries(): Entries<AnyNode> {
		if (this.#isUnmade) this.#make();
		return this.#entries;
	}

	get size_bytes(): number {
		return this.#isUnmade ? (this.#start?.entries.size ?? 0) : this.#entries.size;
	}

	/** It was removed, and lives on only in handles. */
	get isRemoved(): boolean {
		return this.links === 0;
	}

	/** Puts a new node, which takes `content_bytes` from the start, under a name; undefined without room. */
	create<T extends AnyNode>(name: string, make: () => T, content_bytes = 0): T | undefined {
		const cost_bytes = NODE_COST_BYTES + content_bytes;
		if (!this.volume.quota.take(cost_bytes)) return undefined;
		const node = make();
		if (this.addName(name, node)) return node;
		this.volume.quota.giveBack(cost_bytes);
		return undefined;
	}

	/** Puts a node under a name that is not there; false without room for the name. */
	addName(name: string, node: AnyNode): boolean {
		if (!this.volume.quota.take(this.#nameCost(name))) return false;
		this.entries.add(name, node);
		this.#hold(node);
		this.wasModified();
		return true;
	}

	/** Takes a name away, and with its last name the node. */
	removeName(name: string, node: AnyNode): void {
		this.entries.remove(name);
		this.volume.quota.giveBack(this.#nameCost(name));
		this.wasModified();
		this.#letGo(node);
	}

	/** Lets a name stand for `node` instead of `old`. */
	replaceName(name: string, old: AnyNode, node: AnyNode): void {
		this.entries.replace(name, node);
		this.#hold(node);
		this.wasModified();
		this.#letGo(old);
	}

	/** Changes a name to one that is not there; false without room for it. */
	changeName(from: string, to: string): boolean {
		if (!this.volume.quota.take(this.#nameCost(to))) return false;
		this.volume.quota.giveBack(this.#nameCost(from));
		this.entries.rename(from, to);
		this.wasModified();
		return true;
	}

	#hold(node: AnyNode): void {
		node.links += 1;
		if (!(node instanceof DirectoryNode)) return;
		node.parent = this;
		// its `..`
		this.links += 1;
	}

	#letGo(node: AnyNode): void {
		node.links -= 1;
		node.changed_ns = this.changed_ns;
		if (node instanceof DirectoryNode) {
			this.links -= 1;
			// only its own `.` is left, and that goes with the last name
			if (node.links === 1) node.links = 0;
		}
		node.release();
	}

	#make(): void {
		this.#isUnmade = false;
		for (const [name, child] of this.#start?.entries ?? []) this.#entries.add(name, nodeOf(child, this));
	}

	#nameCost(name: string): number {
		return this.#start?.entries.has(name) === true ? 0 : NAME_COST_BYTES + textCost(name);
	}
}

/** The node that a part of the first tree becomes; one for all names of a file. */
function nodeOf(part: FileTree, parent: DirectoryNode): AnyNode {
	const { volume } = parent;
	if (part.kind === "directory") {
		const node = new DirectoryNode(volume, parent, part);
		node.links += 1;
		return node;
	}
	const known = volume.shared?.nodeOf(part);
	if (known !== undefined) return known;
	const node = part.kind === "file" ? new FileNode(volume, part) : new LinkNode(volume, part.target, part);
	node.links = volume.shared?.namesOf(part) ?? 1;
	volume.shared?.remember(part, node);
	return node;
}

/** What a name, or a link's target, takes of the quota. */
export function textCost(text: string): number {
	return 2 * text.length;
}

function chooseTime(wanted: NewTime, old_ns: bigint, now_ns: bigint): bigint {
	if (wanted === "keep") return old_ns;
	return wanted === "now" ? now_ns : wanted;
}

import type { Clocks } from "../../sys/clocks.ts";
import { FileType, type NewTime, type Stat } from "../../sys/stat.ts";
import { Content } from "./content.ts";
import { Entries } from "./entries.ts";
import type { Quota } from "./quota.ts";

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

	constructor(volume: Volume) {
		this.volume = volume;
		this.inode = volume.nextInode;
		volume.nextInode += 1;
		const now = volume.clocks.realtime_ns();
		this.accessed_ns = now;
		this.modified_ns = now;
		this.changed_ns = now;
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
		this.volume.quota.giveBack(NODE_COST_BYTES);
	}

	protected abstract freeContent(): void;
}

export class FileNode extends Node {
	readonly type = FileType.REGULAR_FILE;
	readonly content: Content;

	constructor(volume: Volume) {
		super(volume);
		this.content = new Content(volume.quota);
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

	constructor(volume: Volume, target: string) {
		super(volume);
		this.target = target;
		this.size_bytes = new TextEncoder().encode(target).length;
	}

	protected override freeContent(): void {
		this.volume.quota.giveBack(textCost(this.target));
	}
}

export class DirectoryNode extends Node {
	readonly type = FileType.DIRECTORY;
	readonly entries = new Entries<AnyNode>();
	/** Where it lies; itself for the root. */
	parent: DirectoryNode;

	constructor(volume: Volume, parent?: DirectoryNode) {
		super(volume);
		this.parent = parent ?? this;
		// its own `.`, and the root's `..`
		this.links = parent === undefined ? 2 : 1;
	}

	get size_bytes(): number {
		return this.entries.size;
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
		if (!this.volume.quota.take(nameCost(name))) return false;
		this.entries.add(name, node);
		this.#hold(node);
		this.wasModified();
		return true;
	}

	/** Takes a name away, and with its last name the node. */
	removeName(name: string, node: AnyNode): void {
		this.entries.remove(name);
		this.volume.quota.giveBack(nameCost(name));
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
		if (!this.volume.quota.take(nameCost(to))) return false;
		this.volume.quota.giveBack(nameCost(from));
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

	protected override freeContent(): void {}
}

/** What a name, or a link's target, takes of the quota. */
export function textCost(text: string): number {
	return 2 * text.length;
}

function nameCost(name: string): number {
	return NAME_COST_BYTES + textCost(name);
}

function chooseTime(wanted: NewTime, old_ns: bigint, now_ns: bigint): bigint {
	if (wanted === "keep") return old_ns;
	return wanted === "now" ? now_ns : wanted;
}

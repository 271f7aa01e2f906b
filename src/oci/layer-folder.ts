import type { FileTree, TreeDirectory } from "../sys/file-tree.ts";

/** A directory while layers are laid over each other: it knows which of its names the topmost layer put there. */
export class Folder implements TreeDirectory {
	readonly kind = "directory";
	readonly entries = new Map<string, FileTree>();
	modified_ns: bigint;
	/** The names that `#layer` put here. */
	#own = new Set<string>();
	#layer: number;
	/** The layer that hid all that was below it here; the one that made the directory has nothing below. */
	#hiddenBy: number;

	constructor(modified_ns: bigint, layer: number) {
		this.modified_ns = modified_ns;
		this.#layer = layer;
		this.#hiddenBy = layer;
	}

	/** Lets `name` stand for `node`, on behalf of `layer`. */
	put(name: string, node: FileTree, layer: number): void {
		this.entries.set(name, node);
		this.touch(name, layer);
	}

	/** `layer` has put something here, or further below. */
	touch(name: string, layer: number): void {
		// below the lowest layer there is nothing to hide
		if (layer === 0) return;
		if (this.#layer !== layer) {
			this.#layer = layer;
			this.#own = new Set();
		}
		this.#own.add(name);
	}

	/** Takes away what layers below `layer` brought under `name`; what `layer` itself put there stays. */
	hide(name: string, layer: number): void {
		const node = this.entries.get(name);
		if (!this.#isOwn(name, layer)) this.entries.delete(name);
		else if (node instanceof Folder) node.hideAll(layer);
	}

	/** Takes away all that layers below `layer` brought here. */
	hideAll(layer: number): void {
		// once a layer is enough, however often it says so
		if (this.#hiddenBy === layer) return;
		this.#hiddenBy = layer;
		for (const name of this.entries.keys()) this.hide(name, layer);
	}

	#isOwn(name: string, layer: number): boolean {
		return layer === 0 || (this.#layer === layer && this.#own.has(name));
	}
}

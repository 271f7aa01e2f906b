import type { FileTree, TreeDirectory, TreeFile, TreeLink } from "../../sys/file-tree.ts";

type Part = TreeFile | TreeLink;

/** Which files of a tree have several names, and the node that all of them stand for once it is made. */
export class SeveralNames<N> {
	readonly #names = new Map<Part, number>();
	readonly #nodes = new Map<Part, N>();

	constructor(tree: TreeDirectory) {
		const seen = new Set<FileTree>();
		const waiting: TreeDirectory[] = [tree];
		for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop())
			for (const part of directory.entries.values())
				if (part.kind === "directory") waiting.push(part);
				else if (seen.has(part)) this.#names.set(part, this.namesOf(part) + 1);
				else seen.add(part);
	}

	namesOf(part: Part): number {
		return this.#names.get(part) ?? 1;
	}

	nodeOf(part: Part): N | undefined {
		return this.#nodes.get(part);
	}

	/** Does nothing for a file that has one name. */
	remember(part: Part, node: N): void {
		if (this.#names.has(part)) this.#nodes.set(part, node);
	}
}

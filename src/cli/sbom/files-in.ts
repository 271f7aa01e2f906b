import type { TreeDirectory, TreeFile } from "../../sys/file-tree.ts";

/** A file of a tree, with its absolute path. */
interface PlacedFile extends Pick<TreeFile, "bytes"> {
	readonly path: string;
}

/** Deeper than a path may be long. */
const DEPTH_MAX = 4096;

/** All files in order of their paths; links are not followed: what they lead to comes under its own name. */
export function* filesIn(root: TreeDirectory): Generator<PlacedFile> {
	const open = [{ path: "", directory: root }];
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		const { path, directory } = next;
		const names = [...directory.entries.keys()].sort();
		for (const name of names) {
			const entry = directory.entries.get(name);
			if (entry?.kind === "file") yield { path: `${path}/${name}`, bytes: entry.bytes };
		}
		for (const name of names.toReversed()) {
			const entry = directory.entries.get(name);
			if (entry?.kind === "directory" && open.length < DEPTH_MAX)
				open.push({ path: `${path}/${name}`, directory: entry });
		}
	}
}

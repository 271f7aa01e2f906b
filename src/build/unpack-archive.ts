import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mergeLayers } from "../oci/layer-tree.ts";
import type { FileTree } from "../sys/file-tree.ts";

/**
 * Unpacks a tar of a toolchain's own into a folder that is not there yet. It is read as strictly as a
 * layer of an image: nothing in it leads out.
 *
 * @throws Fault LAYER_INVALID
 */
export function unpackArchive(archive: string, folder: string): void {
	writeTree(mergeLayers([{ what: `archive ${archive}`, tar: readFileSync(archive) }]), folder);
}

function writeTree(tree: FileTree, path: string): void {
	if (tree.kind === "file") writeFileSync(path, tree.bytes);
	else if (tree.kind === "link") symlinkSync(tree.target, path);
	else {
		mkdirSync(path);
		for (const [name, entry] of tree.entries) writeTree(entry, join(path, name));
	}
}

/** The files of a stored image, and the program among them. */
import { Fault } from "../base/fault.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { ImageShape } from "../oci/shape.ts";
import { UNPACKED_BYTES_MAX } from "../oci/limits.ts";
import { readBlob } from "../store/read.ts";
import { type StoredLayer, unpackImage } from "../store/unpack.ts";
import type { FileTree, TreeDirectory } from "../sys/file-tree.ts";
import { HEADROOM_BYTES } from "../wasm/rewrite.ts";

/**
 * The root that the image's layers make. Each is held to the digest of its blob and to that of its tar.
 *
 * @throws Fault DIGEST_MISMATCH, LAYER_INVALID
 */
export function readRoot(folder: string, { layers, config }: ImageShape): TreeDirectory {
	return unpackImage(storedLayers(folder, layers, config.rootfs.diff_ids));
}

/** One after the other, so that only one is held packed. */
function* storedLayers(
	folder: string,
	layers: readonly Descriptor[],
	diffIds: readonly Digest[],
): Generator<StoredLayer> {
	for (const [index, diffId] of diffIds.entries()) {
		const descriptor = layers[index];
		if (descriptor === undefined) return; // shapeOf has seen that there are as many
		yield { descriptor, diffId, bytes: readBlob(folder, descriptor, UNPACKED_BYTES_MAX) };
	}
}

/**
 * The first of the paths at which there is a file, with room before it for the rewriter: the image's
 * own bytes are left as they are.
 *
 * @param image for messages
 * @throws Fault FILE_NOT_FOUND, FILE_IS_DIRECTORY
 */
export function programIn(
	root: TreeDirectory,
	paths: readonly string[],
	image: string,
): Uint8Array<ArrayBuffer> {
	for (const path of paths) {
		const found = follow(root, path);
		if (found === undefined) continue;
		if (found.kind !== "file")
			throw new Fault("FILE_IS_DIRECTORY", `cannot run '${path}' of the image '${image}'`, {
				note: "it is a directory",
				help: `wherry run --entrypoint ${path}/FILE.wasm ${image}`,
			});
		const bytes = new Uint8Array(new ArrayBuffer(HEADROOM_BYTES + found.bytes.length), HEADROOM_BYTES);
		bytes.set(found.bytes);
		return bytes;
	}
	throw notFound(root, paths, image);
}

const LINKS_MAX = 40;

/** What is at an absolute path, links followed within the root; undefined: nothing. */
function follow(root: TreeDirectory, path: string): Exclude<FileTree, { kind: "link" }> | undefined {
	const rest = namesOf(path);
	const entered: TreeDirectory[] = [];
	for (let links = 0; ;) {
		const here = entered.at(-1) ?? root;
		const name = rest.shift();
		if (name === undefined) return here;
		if (name === "..") {
			entered.pop();
			continue;
		}
		const next = here.entries.get(name);
		if (next === undefined) return undefined;
		if (next.kind === "directory") entered.push(next);
		else if (next.kind === "file") return rest.length === 0 ? next : undefined;
		else if (++links > LINKS_MAX) return undefined;
		else rest.unshift(...namesOf(next.target));
	}
}

function namesOf(path: string): string[] {
	return path.split("/").filter((name) => name !== "" && name !== ".");
}

const SHOWN_MAX = 8;

function notFound(root: TreeDirectory, paths: readonly string[], image: string): Fault {
	const programs = [...root.entries.keys()].filter((name) => /\.(wasm|wat)$/.test(name)).slice(0, SHOWN_MAX);
	return new Fault("FILE_NOT_FOUND", `cannot find '${paths.at(-1) ?? ""}' in the image '${image}'`, {
		note: paths.length > 1 ? `looked for ${paths.slice(0, SHOWN_MAX).join(", ")}` : "there is no such file",
		help:
			programs.length > 0 ? programs.map((name) => `wherry run --entrypoint /${name} ${image}`) : undefined,
	});
}

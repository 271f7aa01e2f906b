import type { FileTree, TreeDirectory, TreeFile, TreeLink } from "../sys/file-tree.ts";
import { isLonger, PATH_BYTES_MAX } from "../sys/resolve.ts";
import { Folder } from "./layer-folder.ts";
import { layerPath, targetWithin } from "./layer-path.ts";
import { LAYERS_MAX, UNPACKED_BYTES_MAX, UNPACKED_ENTRIES_MAX } from "./limits.ts";
import { type TarEntry, tarFault, tarInMemory, walkTar } from "./tar-read.ts";

/** One layer, unpacked. */
export interface Layer {
	/** What it is to people: `layer sha256:...`. */
	readonly what: string;
	readonly tar: Uint8Array;
}

/**
 * The files of an image: its layers laid over each other, the lowest first (image-spec, layer.md).
 *
 * Contents are views of the layers' bytes, which must not change afterwards. Nothing is followed and
 * nothing is written anywhere: a layer that names a path through a symbolic link, or beyond the root,
 * is refused. Symbolic links may say what they like; absolute targets become relative ones, so that
 * they lead to the same place beneath the image's root.
 *
 * @throws Fault LAYER_INVALID
 */
export function mergeLayers(layers: Iterable<Layer>): TreeDirectory {
	const merge = new Merge();
	for (const layer of layers) merge.add(layer);
	return merge.root;
}

const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";

class Merge {
	readonly root = new Folder(0n, 0);
	/** What links said whose targets were changed. */
	readonly #targets = new Map<TreeLink, string>();
	#layer: Layer = { what: "", tar: new Uint8Array(0) };
	#index = -1;
	#entries = 0;
	#size_bytes = 0;

	add(layer: Layer): void {
		this.#layer = layer;
		this.#index += 1;
		if (this.#index >= LAYERS_MAX)
			throw tarFault(layer.what, "/", `an image has at most ${LAYERS_MAX} layers`);
		for (const entry of walkTar(tarInMemory(layer.what, layer.tar))) this.#apply(entry);
	}

	#apply(entry: TarEntry): void {
		this.#count(entry, entry.size_bytes);
		const names = this.#pathOf(entry, entry.name);
		const name = names.at(-1);
		if (name === undefined) return this.#setRoot(entry);
		if (name.startsWith(WHITEOUT)) return this.#whiteOut(entry, names, name);
		if (isDevice(entry)) return this.#passDevice(entry, names);
		this.#put(entry, this.#makeParent(entry, names), name, names.length - 1);
	}

	#count(entry: TarEntry, size_bytes: number): void {
		this.#entries += 1;
		this.#size_bytes += size_bytes;
		if (this.#entries > UNPACKED_ENTRIES_MAX)
			throw this.#fault(entry, `an image holds at most ${UNPACKED_ENTRIES_MAX} files and directories`);
		if (this.#size_bytes > UNPACKED_BYTES_MAX)
			throw this.#fault(entry, `an image holds at most ${UNPACKED_BYTES_MAX} bytes`);
	}

	#setRoot(entry: TarEntry): void {
		if (entry.kind !== "directory") throw this.#fault(entry, "the root is a directory");
		this.root.modified_ns = entry.modified_ns;
	}

	/**
	 * What stands in an image's /dev no container sees: engines mount their own there, and base images
	 * made by other tools have nodes left in it. Anywhere else a device is somebody's intent.
	 */
	#passDevice(entry: TarEntry, names: readonly string[]): void {
		if (names[0] !== "dev") throw this.#fault(entry, `it is a ${entry.kind}`, "a guest is never given one");
	}

	/** Whiteouts count for the layers below alone, wherever in their own layer they stand. */
	#whiteOut(entry: TarEntry, names: readonly string[], whiteout: string): void {
		const parent = this.#directoryAt(entry, names.slice(0, -1));
		const name = whiteout.slice(WHITEOUT.length);
		if (name === "" || name === "." || name === "..") throw this.#fault(entry, "it hides no name");
		if (whiteout === OPAQUE) parent?.hideAll(this.#index);
		else parent?.hide(name, this.#index);
	}

	/** The directory that holds the last of `names`; those on the way that are missing are made. */
	#makeParent(entry: TarEntry, names: readonly string[]): Folder {
		let here = this.root;
		for (let index = 0; index < names.length - 1; index++) {
			const name = names[index] ?? "";
			const next = here.entries.get(name) ?? this.#makeOnTheWay(entry, here, name);
			if (!(next instanceof Folder)) throw this.#blocked(entry, names.slice(0, index + 1), next);
			here.touch(name, this.#index);
			here = next;
		}
		return here;
	}

	#makeOnTheWay(entry: TarEntry, parent: Folder, name: string): Folder {
		if (name.startsWith(WHITEOUT))
			throw this.#fault(entry, `it lies beneath a name that begins with '${WHITEOUT}'`);
		this.#count(entry, 0);
		const made = new Folder(entry.modified_ns, this.#index);
		parent.put(name, made, this.#index);
		return made;
	}

	#put(entry: TarEntry, parent: Folder, name: string, depth: number): void {
		const old = parent.entries.get(name);
		if (entry.kind === "directory" && old instanceof Folder) {
			old.modified_ns = entry.modified_ns;
			parent.touch(name, this.#index);
			return;
		}
		// a hard link to what it replaces leads nowhere, as on a disk
		parent.entries.delete(name);
		parent.put(name, this.#nodeOf(entry, depth), this.#index);
	}

	#nodeOf(entry: TarEntry, depth: number): FileTree {
		switch (entry.kind) {
			case "directory":
				return new Folder(entry.modified_ns, this.#index);
			case "link":
				return this.#linkTo(entry, entry.target, depth, entry.modified_ns);
			case "hard-link":
				return this.#hardLink(entry, depth);
			default:
				return this.#fileOf(entry);
		}
	}

	#fileOf({ at, size_bytes, executable, modified_ns }: TarEntry): TreeFile {
		return { kind: "file", bytes: this.#layer.tar.subarray(at, at + size_bytes), executable, modified_ns };
	}

	#hardLink(entry: TarEntry, depth: number): FileTree {
		// some builders write the target as it is in a container
		const names = this.#pathOf(entry, entry.target.replace(/^\/+(?=[^/])/, ""));
		const node = this.#find(entry, names);
		if (node === undefined)
			throw this.#fault(entry, `there is no '${entry.target}' for it to be another name of`);
		if (node.kind === "directory")
			throw this.#fault(entry, `'${entry.target}', another name of which it would be, is a directory`);
		if (node.kind === "file") return node;
		const said = this.#targets.get(node) ?? node.target;
		return targetWithin(said, depth) === node.target
			? node
			: this.#linkTo(entry, said, depth, node.modified_ns);
	}

	#linkTo(entry: TarEntry, said: string, depth: number, modified_ns: bigint): TreeLink {
		const target = targetWithin(said, depth);
		if (said === "") throw this.#fault(entry, "it is a link to nothing");
		if (isLonger(target, PATH_BYTES_MAX))
			throw this.#fault(entry, `its target is longer than ${PATH_BYTES_MAX} bytes`);
		const link: TreeLink = { kind: "link", target, modified_ns };
		if (target !== said) this.#targets.set(link, said);
		return link;
	}

	/** What is there under a path; undefined where there is nothing. */
	#find(entry: TarEntry, names: readonly string[]): FileTree | undefined {
		const name = names.at(-1);
		return name === undefined ? this.root : this.#directoryAt(entry, names.slice(0, -1))?.entries.get(name);
	}

	/** The directory at a path; undefined where there is none. No link is followed. */
	#directoryAt(entry: TarEntry, names: readonly string[]): Folder | undefined {
		let here = this.root;
		for (const [index, name] of names.entries()) {
			const next = here.entries.get(name);
			if (next?.kind === "link") throw this.#blocked(entry, names.slice(0, index + 1), next);
			if (!(next instanceof Folder)) return undefined;
			here = next;
		}
		return here;
	}

	#blocked(entry: TarEntry, names: readonly string[], by: FileTree): Error {
		const what = by.kind === "link" ? "a symbolic link, which is not followed" : "not a directory";
		return this.#fault(entry, `'${names.join("/")}' on its way is ${what}`);
	}

	#pathOf(entry: TarEntry, path: string): readonly string[] {
		const names = layerPath(path);
		if (typeof names === "string")
			throw this.#fault(entry, path === entry.name ? names : `of its target: ${names}`);
		return names;
	}

	#fault(entry: TarEntry, why: string, note?: string): Error {
		return tarFault(this.#layer.what, entry.name, why, note);
	}
}

function isDevice({ kind }: TarEntry): boolean {
	return kind === "character device" || kind === "block device" || kind === "FIFO";
}

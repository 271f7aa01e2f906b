import { Fault } from "../base/fault.ts";
import type { FileTree, TreeDirectory } from "../sys/file-tree.ts";

/** What a layer of an image is made of. */
export type LayerFile =
	| { readonly kind: "file"; readonly bytes: Uint8Array; readonly executable: boolean }
	| { readonly kind: "directory" }
	| { readonly kind: "link"; readonly target: string };

export interface FilledLayer {
	/** What made it, for the history. */
	readonly createdBy: string;
	/** By path, without the first `/`. */
	readonly files: ReadonlyMap<string, LayerFile>;
}

/**
 * The root of an image while it is built, layer by layer. Paths are those of the image: a link of an
 * earlier layer is followed as it will be there, and none leads out.
 */
export class RootFiles {
	readonly #layers: { readonly createdBy: string; readonly files: Map<string, LayerFile> }[] = [];
	/** All layers, one over the other. */
	readonly #merged = new Map<string, LayerFile>();

	/** What is put from here on is a layer of its own. */
	startLayer(createdBy: string): void {
		this.#layers.push({ createdBy, files: new Map() });
	}

	/** Those that hold anything. */
	get layers(): readonly FilledLayer[] {
		return this.#layers.filter(({ files }) => files.size > 0);
	}

	get isLastLayerEmpty(): boolean {
		return this.#layers.at(-1)?.files.size === 0;
	}

	isDirectory(path: string): boolean {
		const place = this.#resolve(path);
		return place === "" || this.#merged.get(place)?.kind === "directory";
	}

	/** Makes a directory and those above it, where they are not there. @throws Fault BUILD_FILE_INVALID */
	makeDirectory(path: string): void {
		const place = this.#resolve(path);
		if (place !== "") this.#put(place, { kind: "directory" });
	}

	/** @throws Fault BUILD_FILE_INVALID where a directory would have to give way, or a file be one */
	put(path: string, file: LayerFile): void {
		const place = this.#resolve(parentOf(path));
		const name = path.slice(path.lastIndexOf("/") + 1);
		this.#put(place === "" ? name : `${place}/${name}`, file);
	}

	#put(path: string, file: LayerFile): void {
		const there = this.#merged.get(path);
		if (there?.kind === "directory" && file.kind === "directory") return;
		if (there !== undefined && (there.kind === "directory" || file.kind === "directory"))
			throw inTheWay(path);
		const parent = parentOf(path);
		if (parent !== "") this.#put(parent, { kind: "directory" });
		this.#merged.set(path, file);
		this.#layers.at(-1)?.files.set(path, file);
	}

	/** The path with every link in it followed, `..` and `/` stopping at the root. */
	#resolve(path: string): string {
		const waiting = namesOf(path).toReversed();
		const at: string[] = [];
		for (let steps = 0; waiting.length > 0; steps++) {
			if (steps > STEPS_MAX) throw inTheWay(path);
			const name = waiting.pop() ?? "";
			if (name === "..") {
				at.pop();
				continue;
			}
			at.push(name);
			const there = this.#merged.get(at.join("/"));
			if (there?.kind !== "link") continue;
			at.pop();
			if (there.target.startsWith("/")) at.length = 0;
			waiting.push(...namesOf(there.target).toReversed());
		}
		return at.join("/");
	}
}

const STEPS_MAX = 4096;

function namesOf(path: string): string[] {
	return path.split("/").filter((name) => name !== "" && name !== ".");
}

function parentOf(path: string): string {
	return namesOf(path).slice(0, -1).join("/");
}

function inTheWay(path: string): Fault {
	return new Fault(
		"BUILD_FILE_INVALID",
		`cannot put '/${path}' into the image: what is there is in the way`,
		{
			note: "a file does not become a directory, nor the other way round, and links must not go in circles",
		},
	);
}

/** The files as a tree, every one of the same age; directories that nobody named come with those in them. */
export function treeOf(files: ReadonlyMap<string, LayerFile>, modified_ns: bigint): TreeDirectory {
	const root = new Map<string, FileTree>();
	const directories = new Map<string, Map<string, FileTree>>([["", root]]);
	const directory = (path: string): Map<string, FileTree> => {
		const known = directories.get(path);
		if (known !== undefined) return known;
		const entries = new Map<string, FileTree>();
		directories.set(path, entries);
		directory(parentOf(path)).set(path.slice(path.lastIndexOf("/") + 1), {
			kind: "directory",
			entries,
			modified_ns,
		});
		return entries;
	};
	for (const [path, file] of files) {
		if (file.kind === "directory") directory(path);
		else directory(parentOf(path)).set(path.slice(path.lastIndexOf("/") + 1), { ...file, modified_ns });
	}
	return { kind: "directory", entries: root, modified_ns };
}

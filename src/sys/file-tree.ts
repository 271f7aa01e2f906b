/**
 * Files as plain data: what an image brings for a guest's root. Hard links are one value that stands
 * under several names; a directory stands in one place. Immutable.
 */
export type FileTree = TreeDirectory | TreeFile | TreeLink;

export interface TreeDirectory {
	readonly kind: "directory";
	readonly entries: ReadonlyMap<string, FileTree>;
	readonly modified_ns: bigint;
}

export interface TreeFile {
	readonly kind: "file";
	/** Nobody writes to these: a file system that lets its files be written copies first. */
	readonly bytes: Uint8Array;
	/** Means nothing to a guest; kept for those who will run the image otherwise. */
	readonly executable: boolean;
	readonly modified_ns: bigint;
}

export interface TreeLink {
	readonly kind: "link";
	readonly target: string;
	readonly modified_ns: bigint;
}

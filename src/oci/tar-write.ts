import type { FileTree, TreeDirectory, TreeFile } from "../sys/file-tree.ts";
import { TAR_BLOCK_BYTES } from "./tar-header.ts";
import { tarFault } from "./tar-read.ts";

/** What one header says. */
export interface TarItem {
	readonly kind: "file" | "directory" | "link" | "hard-link";
	/** Without a slash in front or behind. */
	readonly path: string;
	/** Of links: of symbolic ones as it is, of hard ones the path of an earlier item. */
	readonly target?: string;
	/** Of files: 0 to 2^33-1. */
	readonly size_bytes?: number;
	readonly executable?: boolean;
	/** Seconds since 1970: 0 to 2^33-1. */
	readonly modified_s: number;
}

/** Two blocks of zeros: what an archive ends with. */
export const TAR_END: Uint8Array = new Uint8Array(2 * TAR_BLOCK_BYTES);

/**
 * A layer that holds `tree`: the same bytes for the same tree. Names are sorted, everything belongs to
 * user 0, times are whole seconds; a file under several names is written once, with hard links. Comes
 * in pieces; those of file contents are the tree's own bytes.
 *
 * @throws Fault LAYER_INVALID for a name that would be taken for a whiteout
 */
export function* writeTar(tree: TreeDirectory): Generator<Uint8Array> {
	yield* writeEntries(tree, "", new Map());
	yield TAR_END;
}

/** The header of one item, behind an extended one where ustar has no room for what it says. */
export function tarHeader(item: TarItem): Uint8Array {
	const path = item.kind === "directory" ? `${item.path}/` : item.path;
	const target = item.target ?? "";
	const split = splitPath(path);
	const records = [
		...(split === undefined ? [record("path", path)] : []),
		...(isShort(target, NAME_BYTES) ? [] : [record("linkpath", target)]),
	];
	const [prefix, name] = split ?? ["", path];
	const own = block({ ...item, prefix, name, target, type: TYPES[item.kind] });
	return records.length === 0 ? own : concat([...extended(concat(records), item.modified_s), own]);
}

/** The zeros behind a content of `size_bytes`. */
export function tarPadding(size_bytes: number): Uint8Array {
	return TAR_END.subarray(0, (TAR_BLOCK_BYTES - (size_bytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES);
}

/** Where each file was written. */
type Written = Map<TreeFile, string>;

const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
/** What eleven octal digits hold. */
const OCTAL_MAX = 2 ** 33 - 1;
const TYPES = { file: "0", "hard-link": "1", link: "2", directory: "5" } as const;

function* writeEntries(directory: TreeDirectory, parent: string, written: Written): Generator<Uint8Array> {
	for (const [name, child] of [...directory.entries].sort(byName)) {
		const path = parent + name;
		if (name.startsWith(".wh."))
			throw tarFault("the new layer", path, "such a name says in a layer that another is gone");
		yield* writeChild(child, path, written);
		if (child.kind === "directory") yield* writeEntries(child, `${path}/`, written);
	}
}

function* writeChild(child: FileTree, path: string, written: Written): Generator<Uint8Array> {
	const common = { path, modified_s: secondsOf(child.modified_ns) };
	if (child.kind === "directory") {
		yield tarHeader({ ...common, kind: "directory" });
	} else if (child.kind === "link") {
		yield tarHeader({ ...common, kind: "link", target: child.target });
	} else {
		yield* writeFile(child, { ...common, executable: child.executable }, written);
	}
}

function* writeFile(file: TreeFile, common: Omit<TarItem, "kind">, written: Written): Generator<Uint8Array> {
	const target = written.get(file);
	if (target !== undefined) {
		yield tarHeader({ ...common, kind: "hard-link", target });
		return;
	}
	written.set(file, common.path);
	const size_bytes = file.bytes.length;
	yield tarHeader({ ...common, kind: "file", size_bytes });
	if (size_bytes === 0) return;
	yield file.bytes;
	yield tarPadding(size_bytes);
}

function secondsOf(time_ns: bigint): number {
	const seconds = Number(time_ns / 1_000_000_000n);
	return Math.min(Math.max(seconds, 0), OCTAL_MAX);
}

function byName([one]: readonly [string, FileTree], [other]: readonly [string, FileTree]): number {
	return one < other ? -1 : 1;
}

/** Where the path fits into ustar's two fields; undefined where it does not, or others might read it otherwise. */
function splitPath(path: string): readonly [prefix: string, name: string] | undefined {
	if (isShort(path, NAME_BYTES)) return ["", path];
	// the last slash that leaves a name, which may end in one
	const slash = path.lastIndexOf("/", Math.min(PREFIX_BYTES, path.length - 2));
	const name = path.slice(slash + 1);
	return slash > 0 && isShort(name, NAME_BYTES) && isShort(path, Infinity)
		? [path.slice(0, slash), name]
		: undefined;
}

/** It fits, and is ASCII: of other characters ustar says nothing. */
function isShort(text: string, bytes_max: number): boolean {
	return text.length <= bytes_max && /^[ -~]*$/.test(text);
}

/** `LENGTH KEY=VALUE\n`, LENGTH counting its own digits. */
function record(key: string, value: string): Uint8Array {
	const rest = new TextEncoder().encode(` ${key}=${value}\n`);
	let length = rest.length + 1;
	while (`${length}`.length + rest.length > length) length += 1;
	return concat([new TextEncoder().encode(`${length}`), rest]);
}

function extended(records: Uint8Array, modified_s: number): Uint8Array[] {
	const header = block({
		name: "PaxHeaders/0",
		prefix: "",
		target: "",
		type: "x",
		size_bytes: records.length,
		modified_s,
	});
	return [header, records, tarPadding(records.length)];
}

interface Block {
	readonly name: string;
	readonly prefix: string;
	readonly target: string;
	readonly type: string;
	readonly size_bytes?: number;
	readonly executable?: boolean;
	readonly modified_s: number;
}

/** A ustar header. What is too long for its field is cut off there: an extended header has it whole. */
function block(said: Block): Uint8Array {
	const bytes = new Uint8Array(TAR_BLOCK_BYTES);
	const put = (at: number, text: string) => void new TextEncoder().encodeInto(text, bytes.subarray(at));
	put(0, ascii(said.name));
	put(100, modeOf(said));
	put(108, "0000000\0");
	put(116, "0000000\0");
	put(124, octal(said.size_bytes ?? 0));
	put(136, octal(said.modified_s));
	put(148, " ".repeat(8));
	put(156, said.type);
	put(157, ascii(said.target));
	put(257, "ustar\x0000");
	put(329, "0000000\0");
	put(337, "0000000\0");
	put(345, said.prefix);
	const sum = bytes.reduce((all, byte) => all + byte, 0);
	put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
	return bytes;
}

function modeOf({ type, executable }: Block): string {
	if (type === TYPES.link) return "0000777\0";
	return type === TYPES.directory || executable === true ? "0000755\0" : "0000644\0";
}

function ascii(text: string): string {
	return text.slice(0, NAME_BYTES).replaceAll(/[^ -~]/g, "_");
}

/** @throws RangeError where it does not fit */
function octal(value: number): string {
	const digits = value.toString(8).padStart(11, "0");
	if (!/^[0-7]{11}$/.test(digits)) throw new RangeError(`a tar header has no room for ${value}`);
	return `${digits}\0`;
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
	const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
	let at = 0;
	for (const piece of pieces) {
		all.set(piece, at);
		at += piece.length;
	}
	return all;
}

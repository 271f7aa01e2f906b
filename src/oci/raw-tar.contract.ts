/** Tars made by hand, as wrong as a test wants them. */
import type { FileTree } from "../sys/file-tree.ts";

/** One header and what stands behind it; fields that are not said are as a sound writer would have them. */
export interface RawItem {
	readonly name?: string | Uint8Array;
	/** The type flag; "0" unless said. */
	readonly type?: string;
	readonly body?: string | Uint8Array;
	readonly target?: string | Uint8Array;
	/** The field itself, where it is not to be the size of the body in octal digits. */
	readonly size?: string | Uint8Array;
	readonly time?: string | Uint8Array;
	readonly mode?: string;
	readonly magic?: "ustar" | "gnu" | "v7";
	readonly prefix?: string | Uint8Array;
	/** In the last four bytes of the block. */
	readonly trailer?: string;
	readonly checksum?: "unsigned" | "signed" | "wrong";
}

const BLOCK_BYTES = 512;

/** A whole archive, its end included. */
export function tarOf(...items: readonly RawItem[]): Uint8Array {
	return join(...items.map(rawItem), new Uint8Array(2 * BLOCK_BYTES));
}

/** One item without an end behind it. */
export function rawItem(item: RawItem): Uint8Array {
	const body = bytesOf(item.body ?? "");
	const padding = new Uint8Array((BLOCK_BYTES - (body.length % BLOCK_BYTES)) % BLOCK_BYTES);
	return join(header(item, body.length), body, padding);
}

/** The extended header of pax with these records. */
export function pax(records: Readonly<Record<string, string>>, type = "x"): RawItem {
	const body = Object.entries(records).map(([key, value]) => record(key, value));
	return { name: "PaxHeaders/x", type, body: join(...body) };
}

/** `LENGTH KEY=VALUE\n` */
export function record(key: string, value: string): Uint8Array {
	const rest = bytesOf(` ${key}=${value}\n`);
	let length = rest.length + 1;
	while (String(length).length + rest.length !== length) length += 1;
	return join(bytesOf(String(length)), rest);
}

/** GNU's long name ("L") or long target ("K"). */
export function longName(text: string, type = "L"): RawItem {
	return { name: "././@LongLink", type, body: `${text}\0`, magic: "gnu" };
}

/** A number in GNU's base 256, of `length` bytes. */
export function base256(value: bigint, length = 12): Uint8Array {
	const bytes = new Uint8Array(length);
	let rest = BigInt.asUintN(length * 8, value);
	for (let at = length - 1; at >= 0; at--, rest >>= 8n) bytes[at] = Number(rest & 0xffn);
	bytes[0] = (bytes[0] ?? 0) | 0x80;
	return bytes;
}

export function join(...pieces: readonly Uint8Array[]): Uint8Array {
	return new Uint8Array(Buffer.concat(pieces));
}

export function bytesOf(text: string | Uint8Array): Uint8Array {
	return typeof text === "string" ? new TextEncoder().encode(text) : text;
}

function header(item: RawItem, size: number): Uint8Array {
	const block = new Uint8Array(BLOCK_BYTES);
	const put = (at: number, value: string | Uint8Array) => block.set(bytesOf(value), at);
	put(0, item.name ?? "");
	put(100, item.mode ?? "0000644\0");
	put(108, "0000000\0".repeat(2));
	put(124, item.size ?? `${size.toString(8).padStart(11, "0")}\0`);
	put(136, item.time ?? "00000000000\0");
	put(156, item.type ?? "0");
	put(157, item.target ?? "");
	if (item.magic !== "v7") put(257, item.magic === "gnu" ? "ustar  \0" : "ustar\x0000");
	put(345, item.prefix ?? "");
	put(508, item.trailer ?? "");
	put(148, " ".repeat(8));
	const signed = item.checksum === "signed";
	let sum = item.checksum === "wrong" ? 1 : 0;
	for (const byte of block) sum += signed && byte > 0x7f ? byte - 256 : byte;
	put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
	return block;
}

/** A tree as text: names, contents, targets; `=` before what is another name of something above. */
export function treeText(tree: FileTree, prefix = "", known = new Map<FileTree, string>()): string {
	if (tree.kind !== "directory") throw new Error("not a directory");
	return [...tree.entries]
		.sort(([one], [other]) => (one < other ? -1 : 1))
		.map(([name, child]) => lineOf(child, prefix + name, known))
		.join("");
}

function lineOf(child: FileTree, path: string, known: Map<FileTree, string>): string {
	if (child.kind === "directory") return `${path}/\n${treeText(child, `${path}/`, known)}`;
	const first = known.get(child);
	known.set(child, first ?? path);
	if (first !== undefined) return `${path} = ${first}\n`;
	return child.kind === "link"
		? `${path} -> ${child.target}\n`
		: `${path}: ${new TextDecoder().decode(child.bytes)}\n`;
}

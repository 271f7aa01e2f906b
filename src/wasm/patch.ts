import { encodeUnsigned } from "./encode.ts";
import type { Section } from "./module.ts";

/** Put these bytes in the place of those from start to end. */
export interface Patch {
	readonly start: number;
	readonly end: number;
	readonly bytes: readonly number[] | Uint8Array;
	/** The section it lies in, whose size must follow; undefined for what stands between sections. */
	readonly section: Section | undefined;
}

/**
 * The bytes with all patches applied, in one new array; without patches, the same array.
 *
 * @param room "before" to overwrite the bytes and to grow into what their buffer has before them, if that is
 * enough: what follows the last patch, nearly all of a large module, stays where it is
 */
export function applyPatches(
	bytes: Uint8Array<ArrayBuffer>,
	patches: readonly Patch[],
	room: "new" | "before" = "new",
): Uint8Array<ArrayBuffer> {
	if (patches.length === 0) return bytes;
	const pieces: (readonly number[] | Uint8Array)[] = [];
	let copied = 0;
	for (const patch of inOrder(patches)) {
		pieces.push(bytes.subarray(copied, patch.start), patch.bytes);
		copied = patch.end;
	}
	if (room === "new") return concatenate([...pieces, bytes.subarray(copied)]);
	return overwriteHead(bytes, concatenate(pieces), copied);
}

function overwriteHead(
	bytes: Uint8Array<ArrayBuffer>,
	head: Uint8Array,
	tailStart: number,
): Uint8Array<ArrayBuffer> {
	const start = bytes.byteOffset + tailStart - head.length;
	if (start < 0) return concatenate([head, bytes.subarray(tailStart)]);
	const whole = new Uint8Array(bytes.buffer, start, head.length + bytes.length - tailStart);
	whole.set(head);
	return whole;
}

/** Stable: what was asked for first at one place comes first. */
function inOrder(patches: readonly Patch[]): Patch[] {
	return [...patches, ...sizePatches(patches)].sort((one, other) => one.start - other.start);
}

/** New headers for the sections that have patches within. */
function sizePatches(patches: readonly Patch[]): Patch[] {
	const sizes = new Map<Section, number>();
	for (const { section, start, end, bytes } of patches) {
		if (section === undefined) continue;
		const size = sizes.get(section) ?? section.end - section.contents;
		sizes.set(section, size + bytes.length - (end - start));
	}
	return Array.from(sizes, ([section, size_bytes]) => ({
		start: section.start,
		end: section.contents,
		bytes: [section.id, ...encodeUnsigned(size_bytes)],
		section: undefined,
	}));
}

function concatenate(pieces: readonly (readonly number[] | Uint8Array)[]): Uint8Array<ArrayBuffer> {
	const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
	let offset = 0;
	for (const piece of pieces) {
		whole.set(piece, offset);
		offset += piece.length;
	}
	return whole;
}

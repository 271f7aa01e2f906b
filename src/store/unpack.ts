/** From the compressed blobs of an image's layers to the files of its root. */
import { Fault } from "../base/fault.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { type Layer, mergeLayers } from "../oci/layer-tree.ts";
import { UNPACKED_BYTES_MAX } from "../oci/limits.ts";
import { isRootLayer } from "../oci/media-types.ts";
import type { TreeDirectory } from "../sys/file-tree.ts";
import { hashOf } from "./hash.ts";

/** A layer as a store has it. */
export interface StoredLayer {
	readonly descriptor: Descriptor;
	/** The blob, already held to the descriptor's digest. */
	readonly bytes: Uint8Array;
	/** What the image's config says that it unpacks to. */
	readonly diffId: Digest;
}

/**
 * The root that an image's layers make, the lowest first. Asks for one layer after the other.
 *
 * @throws Fault LAYER_INVALID, DIGEST_MISMATCH, IMAGE_UNSUPPORTED
 */
export function unpackImage(layers: Iterable<StoredLayer>): TreeDirectory {
	return mergeLayers(unpackEach(layers));
}

function* unpackEach(layers: Iterable<StoredLayer>): Generator<Layer> {
	let left_bytes = UNPACKED_BYTES_MAX;
	for (const layer of layers) {
		const tar = unpackLayer(layer, left_bytes);
		left_bytes -= tar.length;
		yield { what: nameOf(layer), tar };
	}
}

/**
 * The tar in a layer: plain, gzip of any number of members, or zstd of any number of frames. No more
 * than `bytes_max` of it is ever made.
 *
 * @throws Fault LAYER_INVALID, DIGEST_MISMATCH where it is not what the config promises, IMAGE_UNSUPPORTED
 */
export function unpackLayer(layer: StoredLayer, bytes_max: number): Uint8Array {
	const { mediaType } = layer.descriptor;
	if (!isRootLayer(mediaType))
		throw new Fault("IMAGE_UNSUPPORTED", `cannot unpack ${nameOf(layer)}: its type is '${mediaType}'`, {
			note: "layers of files are tars, plain or compressed by gzip or zstd",
		});
	const tar = decompress(layer, bytes_max);
	checkDiffId(layer, tar);
	return tar;
}

function checkDiffId(layer: StoredLayer, tar: Uint8Array): void {
	const { descriptor, bytes, diffId } = layer;
	// a plain tar has been held to this very digest as a blob
	if (tar === bytes && descriptor.digest === diffId) return;
	const found = hashOf(tar, diffId);
	if (found === diffId) return;
	throw new Fault(
		"DIGEST_MISMATCH",
		`cannot use ${nameOf(layer)}: it is not what the image's config promises`,
		{
			note: [`expected ${diffId} (diff_id)`, `found    ${found}`],
		},
	);
}

const GZIP_MAGIC = [0x1f, 0x8b];
const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

function decompress(layer: StoredLayer, bytes_max: number): Uint8Array {
	const { bytes } = layer;
	try {
		if (startsWith(bytes, GZIP_MAGIC)) return plain(gunzip(bytes, bytes_max));
		if (startsWith(bytes, ZSTD_MAGIC)) return plain(unzstd(bytes, bytes_max));
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(layer, bytes_max);
		throw refused(layer, `it is damaged: ${(cause as Error).message}`);
	}
	if (bytes.length > bytes_max) throw tooLarge(layer, bytes_max);
	return bytes;
}

/** The same bytes as an ordinary array: views of a Buffer take longer to make, and there will be thousands. */
function plain({ buffer, byteOffset, length }: Buffer): Uint8Array {
	return new Uint8Array(buffer, byteOffset, length);
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
	return magic.every((byte, index) => bytes[index] === byte);
}

/** Deflate makes no more than this of a byte. */
const DEFLATE_RATIO_MAX = 1032;
const CHUNK_BYTES = 1 << 20;
/** zlib asks for another chunk once one is full to the brim. */
const BRIM_BYTES = 64;

function gunzip(bytes: Uint8Array, bytes_max: number): Buffer {
	const { gunzipSync } = process.getBuiltinModule("node:zlib");
	// where the end tells the truth of the size, and it need not, all of it fits into one chunk: no copies
	const said_bytes = lastWord(bytes);
	const likely_bytes = Math.min(said_bytes, bytes.length * DEFLATE_RATIO_MAX, bytes_max);
	const chunkSize = Math.max(likely_bytes + BRIM_BYTES, CHUNK_BYTES);
	return gunzipSync(bytes, { maxOutputLength: Math.max(1, bytes_max), chunkSize });
}

/** gzip's last four bytes: the size of its last member, modulo 2^32. */
function lastWord(bytes: Uint8Array): number {
	const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(-4);
	return a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
}

function unzstd(bytes: Uint8Array, bytes_max: number): Buffer {
	const { zstdDecompressSync } = process.getBuiltinModule("node:zlib");
	return zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, bytes_max), chunkSize: CHUNK_BYTES });
}

function tooLarge(layer: StoredLayer, bytes_max: number): Fault {
	return refused(
		layer,
		`it unpacks to more than ${bytes_max} bytes`,
		`an image may unpack to ${UNPACKED_BYTES_MAX}`,
	);
}

function refused(layer: StoredLayer, why: string, note?: string): Fault {
	return new Fault("LAYER_INVALID", `cannot unpack ${nameOf(layer)}: ${why}`, { note });
}

function nameOf({ descriptor }: StoredLayer): string {
	return `layer '${descriptor.digest}'`;
}

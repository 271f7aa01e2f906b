/** From files to a layer's blob. */
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { MediaType } from "../oci/media-types.ts";
import { writeTar } from "../oci/tar-write.ts";
import type { TreeDirectory } from "../sys/file-tree.ts";
import { sha256Of } from "./hash.ts";

export interface PackedLayer {
	readonly descriptor: Descriptor;
	/** The blob. */
	readonly bytes: Uint8Array;
	/** The digest of the tar in it: for the image's config. */
	readonly diffId: Digest;
}

/**
 * The layer that holds `tree`, as a gzipped tar: the same bytes for the same tree.
 *
 * The tar, and with it `diffId`, is the same on every machine. gzip's own header holds neither a time
 * nor a system (RFC 1952: MTIME 0, OS 255) and its level is fixed; but how zlib finds repetitions may
 * differ between Node's releases and processors, and with it the blob's digest.
 *
 * @throws Fault LAYER_INVALID for a name that would be taken for a whiteout
 */
export function packLayer(tree: TreeDirectory): PackedLayer {
	const tar = Buffer.concat([...writeTar(tree)]);
	const bytes = gzip(tar);
	return {
		descriptor: { mediaType: MediaType.LAYER_GZIP, digest: sha256Of(bytes), size: bytes.length },
		bytes,
		diffId: sha256Of(tar),
	};
}

const LEVEL = 6;
const OS_AT = 9;
const OS_UNKNOWN = 255;

function gzip(tar: Uint8Array): Uint8Array {
	const bytes = process.getBuiltinModule("node:zlib").gzipSync(tar, { level: LEVEL });
	// zlib writes the system that it runs on
	bytes[OS_AT] = OS_UNKNOWN;
	return bytes;
}

/**
 * What a run needs of the store, at once and with little code: the manifest that a name stands for,
 * and the bytes of a blob. Nothing is written, so a store that may only be read will do.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { Fault } from "../base/fault.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { hashOf } from "./hash.ts";
import { entryNamed, readIndex } from "./index-file.ts";
import { blobPath, READING } from "./layout.ts";
import { mismatch, missing, tooLarge, unreadable } from "./refusals.ts";

/**
 * The manifest or index that a name stands for: `docker.io/library/hello:latest`, or a name with a
 * digest that was pulled or left by that digest. The blob itself is not looked at: `readBlob` does.
 *
 * @throws Fault STORE_INVALID, IO
 */
export function readName(folder: string, name: string): Descriptor | undefined {
	return entryNamed(readIndex(folder), name)?.descriptor;
}

/**
 * The whole of a blob, held to its digest and size. There is room before the bytes, for a rewrite that
 * adds to them.
 *
 * @param max_bytes what the caller is ready to hold
 * @throws Fault IMAGE_NOT_FOUND where the blob is not here, DIGEST_MISMATCH, IMAGE_INVALID when it is larger, IO
 */
export function readBlob(
	folder: string,
	descriptor: Descriptor,
	max_bytes: number,
	headroom_bytes = 0,
): Uint8Array<ArrayBuffer> {
	const { digest, size } = descriptor;
	if (size > max_bytes) throw tooLarge(descriptor, max_bytes);
	const file = blobPath(folder, digest);
	const handle = openBlob(file, descriptor);
	try {
		const { size: found_bytes } = fstatSync(handle);
		if (found_bytes !== size)
			throw mismatch(file, descriptor, sizeAndDigest(handle, found_bytes, max_bytes, digest));
		const bytes = new Uint8Array(new ArrayBuffer(headroom_bytes + size), headroom_bytes);
		const filled = fill(handle, bytes);
		if (filled !== size) throw mismatch(file, descriptor, { size: filled });
		const found = hashOf(bytes, digest);
		if (found !== digest) throw mismatch(file, descriptor, { digest: found });
		return bytes;
	} catch (cause) {
		throw cause instanceof Fault ? cause : unreadable(file, cause);
	} finally {
		closeSync(handle);
	}
}

/** What a file of another size holds, as long as no more has to be read than the caller was ready for. */
function sizeAndDigest(
	handle: number,
	size: number,
	max_bytes: number,
	like: Digest,
): { readonly size: number; readonly digest?: Digest } {
	if (size > max_bytes) return { size };
	const bytes = new Uint8Array(size);
	const filled = fill(handle, bytes);
	return { size: filled, digest: hashOf(bytes.subarray(0, filled), like) };
}

function openBlob(file: string, descriptor: Descriptor): number {
	try {
		return openSync(file, READING);
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") throw missing(file, descriptor);
		throw unreadable(file, cause);
	}
}

function fill(handle: number, bytes: Uint8Array): number {
	let filled = 0;
	while (filled < bytes.length) {
		const count = readSync(handle, bytes, filled, bytes.length - filled, null);
		if (count === 0) break;
		filled += count;
	}
	return filled;
}

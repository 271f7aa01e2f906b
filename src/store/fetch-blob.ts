import { open, type FileHandle } from "node:fs/promises";
import { Fault } from "../base/fault.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { startHash } from "./hash.ts";
import { blobPath, READING } from "./layout.ts";
import { mismatch, missing, unreadable } from "./refusals.ts";

const PIECE_BYTES = 1 << 20;

/**
 * The content of a blob in pieces, each its own bytes. It is held to its digest as it goes by, and
 * the last piece only comes when all of them were right: who gets the end has got the blob.
 *
 * @throws Fault IMAGE_NOT_FOUND, DIGEST_MISMATCH, IO
 */
export async function* fetchBlob(
	folder: string,
	descriptor: Descriptor,
	signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
	const file = blobPath(folder, descriptor.digest);
	const handle = await openBlob(file, descriptor);
	try {
		yield* verified(handle, file, descriptor, signal);
	} catch (cause) {
		if (cause instanceof Fault || signal?.aborted === true) throw cause;
		throw unreadable(file, cause);
	} finally {
		await handle.close();
	}
}

/** Whether the store holds the blob, whole and right. */
export async function isIntact(folder: string, descriptor: Descriptor): Promise<boolean> {
	try {
		for await (const _piece of fetchBlob(folder, descriptor));
		return true;
	} catch (error) {
		if (error instanceof Fault && (error.code === "IMAGE_NOT_FOUND" || error.code === "DIGEST_MISMATCH"))
			return false;
		throw error;
	}
}

async function openBlob(file: string, descriptor: Descriptor): Promise<FileHandle> {
	try {
		return await open(file, READING);
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") throw missing(file, descriptor);
		throw unreadable(file, cause);
	}
}

async function* verified(
	handle: FileHandle,
	file: string,
	descriptor: Descriptor,
	signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
	const { digest, size } = descriptor;
	const { size: found_bytes } = await handle.stat();
	if (found_bytes !== size) throw mismatch(file, descriptor, { size: found_bytes });
	const hash = startHash(digest);
	let last: Uint8Array | undefined;
	for (let at = 0; at < size;) {
		signal?.throwIfAborted();
		if (last !== undefined) yield last;
		const piece = new Uint8Array(Math.min(PIECE_BYTES, size - at));
		const { bytesRead } = await handle.read(piece, 0, piece.length, at);
		if (bytesRead === 0) throw mismatch(file, descriptor, { size: at });
		last = piece.subarray(0, bytesRead);
		hash.update(last);
		at += bytesRead;
	}
	const found = hash.digest();
	if (found !== digest) throw mismatch(file, descriptor, { digest: found });
	if (last !== undefined) yield last;
}

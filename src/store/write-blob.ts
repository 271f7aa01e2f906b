import { mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolders } from "../base/make-folders.ts";
import { Fault } from "../base/fault.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { BLOB_BYTES_MAX } from "../oci/limits.ts";
import { isIntact } from "./fetch-blob.ts";
import { startHash } from "./hash.ts";
import { blobPath } from "./layout.ts";
import { tooLarge, unwritable, wrongContent } from "./refusals.ts";

/** One is filled while the other is written. */
const BUFFER_BYTES = 1 << 20;

/**
 * Writes content to `temporary`, holds it to its descriptor and gives it its name in the store; what
 * was there under it is replaced, so that a spoilt file is put right. The name lasts once its folder
 * is synchronised.
 *
 * @throws Fault DIGEST_MISMATCH, IMAGE_INVALID, IO, and what `content` throws; nothing stays then
 */
export async function writeBlob(
	folder: string,
	temporary: string,
	descriptor: Descriptor,
	content: AsyncIterable<Uint8Array>,
): Promise<void> {
	if (descriptor.size > BLOB_BYTES_MAX) throw tooLarge(descriptor, BLOB_BYTES_MAX);
	const handle = await opened(temporary);
	try {
		try {
			await writeVerified(handle, temporary, descriptor, content);
		} finally {
			await handle.close();
		}
		await giveName(folder, temporary, descriptor);
	} catch (cause) {
		rmSync(temporary, { force: true });
		throw cause instanceof Fault || !isSystemError(cause) ? cause : unwritable(temporary, cause);
	}
}

/** Windows may refuse to replace a file that somebody reads: one that is right does as well. */
async function giveName(folder: string, temporary: string, descriptor: Descriptor): Promise<void> {
	const file = blobPath(folder, descriptor.digest);
	makeFolders(dirname(file), 0o777, { mkdirSync, statSync, dirname });
	try {
		renameSync(temporary, file);
	} catch (cause) {
		if (!(await isIntact(folder, descriptor))) throw cause;
		rmSync(temporary, { force: true });
	}
}

async function opened(temporary: string): Promise<FileHandle> {
	try {
		return await open(temporary, "wx", 0o644);
	} catch (cause) {
		throw unwritable(temporary, cause);
	}
}

function isSystemError(cause: unknown): boolean {
	return typeof (cause as { syscall?: unknown }).syscall === "string";
}

async function writeVerified(
	handle: FileHandle,
	temporary: string,
	descriptor: Descriptor,
	content: AsyncIterable<Uint8Array>,
): Promise<void> {
	const { digest, size } = descriptor;
	const hash = startHash(digest);
	const writer = new BufferedWriter(handle, temporary, Math.min(size, BUFFER_BYTES));
	let count = 0;
	for await (const piece of content) {
		count += piece.length;
		if (count > size) throw wrongContent(descriptor, { size: `more than ${size} bytes` });
		hash.update(piece);
		await writer.write(piece);
	}
	await writer.end();
	const found = hash.digest();
	if (count !== size) throw wrongContent(descriptor, { digest: found, size: `${count} bytes` });
	if (found !== digest) throw wrongContent(descriptor, { digest: found });
	await handle.sync();
}

/** Copies what it gets, which may change as soon as the next piece is asked for. */
class BufferedWriter {
	readonly #handle: FileHandle;
	readonly #file: string;
	readonly #buffers: readonly [Uint8Array, Uint8Array];
	#current = 0;
	#filled = 0;
	#running: Promise<unknown> = Promise.resolve();

	constructor(handle: FileHandle, file: string, buffer_bytes: number) {
		this.#handle = handle;
		this.#file = file;
		this.#buffers = [new Uint8Array(buffer_bytes), new Uint8Array(buffer_bytes)];
	}

	async write(piece: Uint8Array): Promise<void> {
		for (let at = 0; at < piece.length;) {
			const buffer = this.#buffers[this.#current % 2]!;
			const part = piece.subarray(at, at + buffer.length - this.#filled);
			buffer.set(part, this.#filled);
			this.#filled += part.length;
			at += part.length;
			if (this.#filled === buffer.length) await this.#flush();
		}
	}

	async end(): Promise<void> {
		await this.#flush();
		await this.#running;
	}

	async #flush(): Promise<void> {
		const full = this.#buffers[this.#current % 2]!.subarray(0, this.#filled);
		await this.#running;
		this.#running = writeAll(this.#handle, this.#file, full);
		this.#running.catch(() => undefined); // whoever waits for it next learns of it
		this.#current += 1;
		this.#filled = 0;
	}
}

async function writeAll(handle: FileHandle, file: string, bytes: Uint8Array): Promise<void> {
	try {
		for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
	} catch (cause) {
		throw unwritable(file, cause);
	}
}

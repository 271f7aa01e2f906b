/** Archives that come through a pipe or packed: written out, so that they can be read in any order. */
import { createReadStream, openSync, readSync, rmSync, writeSync } from "node:fs";
import type { Readable, Transform } from "node:stream";
import { Fault } from "../base/fault.ts";
import { archiveInvalid } from "./archive-file.ts";
import { unwritable } from "./refusals.ts";

/** What an archive may unpack to. */
const ARCHIVE_BYTES_MAX = 2 ** 35;
const MAGIC_BYTES = 4;

/** Whether an open file is no packed one. Leaves its position as it was. */
export function isPlainTar(handle: number): boolean {
	const start = new Uint8Array(MAGIC_BYTES);
	return packingOf(start.subarray(0, readSync(handle, start, 0, MAGIC_BYTES, 0))) === undefined;
}

/**
 * Writes all that comes from `handle`, unpacked, to a new file without a name: it goes with this process.
 *
 * @returns the open file
 * @throws Fault IMAGE_INVALID for what is broken or larger than 32 GiB, IO
 */
export async function writeOut(handle: number, what: string, temporary: string): Promise<number> {
	const output = openSync(temporary, "wx+", 0o600);
	// Windows removes no file that is open: there it goes with the lease
	if (process.platform !== "win32") rmSync(temporary);
	let size_bytes = 0;
	for await (const piece of unpacked(createReadStream("", { fd: handle, autoClose: false }), what)) {
		size_bytes += piece.length;
		if (size_bytes > ARCHIVE_BYTES_MAX)
			throw archiveInvalid(what, `it has more than ${ARCHIVE_BYTES_MAX} bytes, unpacked`);
		writeAll(output, piece, temporary);
	}
	return output;
}

async function* unpacked(input: Readable, what: string): AsyncGenerator<Uint8Array> {
	const pieces = (input as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
	const first = await pieces.next();
	const start = first.done === true ? new Uint8Array() : first.value;
	const packing = packingOf(start);
	const all = behind(start, pieces);
	if (packing === undefined) return yield* all;
	const { Readable: ReadableStream } = process.getBuiltinModule("node:stream");
	const unpacker: Transform = unpackerOf(packing);
	const source = ReadableStream.from(all);
	source.on("error", (error) => unpacker.destroy(error));
	try {
		yield* source.pipe(unpacker) as AsyncIterable<Uint8Array>;
	} catch (cause) {
		if (cause instanceof Fault) throw cause;
		throw archiveInvalid(what, `it is damaged: ${(cause as Error).message}`);
	}
}

async function* behind(
	first: Uint8Array,
	rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
	if (first.length > 0) yield first;
	for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

function unpackerOf(packing: "gzip" | "zstd"): Transform {
	const { createGunzip, createZstdDecompress } = process.getBuiltinModule("node:zlib");
	return packing === "gzip" ? createGunzip() : createZstdDecompress();
}

function packingOf(start: Uint8Array): "gzip" | "zstd" | undefined {
	const [a, b, c, d] = start;
	if (a === 0x1f && b === 0x8b) return "gzip";
	return a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd ? "zstd" : undefined;
}

function writeAll(output: number, piece: Uint8Array, file: string): void {
	try {
		for (let at = 0; at < piece.length;) at += writeSync(output, piece, at);
	} catch (cause) {
		throw unwritable(file, cause);
	}
}

import { type JsonDocument, jsonFault } from "../../oci/json.ts";

/**
 * What zlib packed, in any host: the web's DecompressionStream.
 *
 * @param bytes_max the most that may come out; it stops there, whatever else there is
 * @throws Fault with the document's code when it is no zlib stream, is cut off, or unpacks to more
 */
export async function inflate(
	packed: Uint8Array,
	bytes_max: number,
	document: JsonDocument,
): Promise<Uint8Array> {
	const pieces: Uint8Array[] = [];
	let size_bytes = 0;
	const stream = new Blob([new Uint8Array(packed)]).stream().pipeThrough(new DecompressionStream("deflate"));
	const reader = stream.getReader();
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) break;
			size_bytes += value.length;
			if (size_bytes > bytes_max) break;
			pieces.push(value);
		}
	} catch {
		throw jsonFault(document, "it is no zlib stream, or is cut off");
	} finally {
		await reader.cancel().catch(() => undefined);
	}
	if (size_bytes > bytes_max) throw jsonFault(document, `it unpacks to more than ${bytes_max} bytes`);
	return joined(pieces, size_bytes);
}

function joined(pieces: readonly Uint8Array[], size_bytes: number): Uint8Array {
	const bytes = new Uint8Array(size_bytes);
	let at = 0;
	for (const piece of pieces) {
		bytes.set(piece, at);
		at += piece.length;
	}
	return bytes;
}

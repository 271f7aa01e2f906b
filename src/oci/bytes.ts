/** Bytes as content of one piece. */
export async function* pieceOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
	if (bytes.length > 0) yield bytes;
}

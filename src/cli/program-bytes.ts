import { openImage } from "../oci/open-image.ts";
import { programOf } from "../oci/program.ts";
import { readBlob } from "../store/read.ts";
import { programIn, readRoot } from "./image-root.ts";
import { namesImage } from "./image-words.ts";
import { findImage } from "./images/find-image.ts";
import { openStore } from "./images/open-store.ts";
import { PROGRAM_BYTES_MAX, readProgram } from "./program.ts";

/**
 * The bytes of the program that `run` would run for this word, a file or an image of the store, every byte of an image checked. Text
 * is assembled.
 *
 * @param verb for messages: who asks
 * @throws Fault what `readProgram` and `findImage` throw, DIGEST_MISMATCH, IMAGE_*
 */
export async function programBytes(word: string, verb: string): Promise<Uint8Array<ArrayBuffer>> {
	if (!namesImage(word)) return readProgram(word);
	const store = openStore();
	try {
		const { descriptor } = await findImage(store, word, verb);
		const { shape } = await openImage(store.repository(""), descriptor);
		if (shape.kind === "module") return readBlob(store.folder, shape.layer, PROGRAM_BYTES_MAX);
		const { paths } = programOf(shape, { args: [] });
		return programIn(readRoot(store.folder, shape), paths, word);
	} finally {
		store.close();
	}
}

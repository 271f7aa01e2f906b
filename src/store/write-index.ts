import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Descriptor } from "../oci/descriptor.ts";
import { ENTRIES_MAX } from "../oci/limits.ts";
import { MediaType } from "../oci/media-types.ts";
import { markLayout, replaceFile, syncFolder } from "./durable.ts";
import { type Entry, type IndexFile, readIndex } from "./index-file.ts";
import {
	blobsFolder,
	INDEX_BYTES_MAX,
	INDEX_FILE,
	LAYOUT_FILE,
	NAME_ANNOTATION,
	PIN_ANNOTATION,
	SUBJECT_ANNOTATION,
} from "./layout.ts";
import { invalidStore, unwritable } from "./refusals.ts";

/**
 * Changes what index.json lists, in one step: when this has returned it lasts, and so do the blobs that
 * were put before. Only while the store is locked. `change` answers the list it got when there is
 * nothing to do.
 *
 * @throws Fault STORE_INVALID, IO
 */
export function changeIndex(folder: string, change: (index: IndexFile) => readonly Entry[]): void {
	const index = readIndex(folder);
	const entries = change(index);
	if (entries === index.entries) return;
	const text = JSON.stringify({
		...index.raw,
		schemaVersion: 2,
		mediaType: MediaType.INDEX,
		manifests: [...index.foreign, ...entries.map(({ raw }) => raw)],
	});
	if (entries.length > ENTRIES_MAX || text.length > INDEX_BYTES_MAX)
		throw invalidStore(folder, `it is full: it lists ${index.entries.length} manifests`, "wherry prune -a");
	syncBlobs(folder);
	if (!existsSync(join(folder, LAYOUT_FILE))) markLayout(folder);
	replaceFile(folder, join(folder, INDEX_FILE), text);
}

/** Also those that others put: their names in the folder may not last yet. */
function syncBlobs(folder: string): void {
	for (const algorithm of ["sha256", "sha512"]) {
		const blobs = blobsFolder(folder, algorithm);
		if (!existsSync(blobs)) continue;
		try {
			syncFolder(blobs);
		} catch (cause) {
			throw unwritable(blobs, cause);
		}
	}
}

/** What an entry of ours says beside its descriptor. */
export interface EntryNotes {
	readonly name?: string;
	readonly subject?: string;
	readonly pin?: string;
}

/** An entry as it will stand in index.json. */
export function makeEntry(descriptor: Descriptor, notes: EntryNotes): Entry {
	const { mediaType, digest, size, artifactType, platform } = descriptor;
	const annotations = {
		...(notes.name !== undefined && { [NAME_ANNOTATION]: notes.name }),
		...(notes.subject !== undefined && { [SUBJECT_ANNOTATION]: notes.subject }),
		...(notes.pin !== undefined && { [PIN_ANNOTATION]: notes.pin }),
	};
	const raw = {
		mediaType,
		digest,
		size,
		...(artifactType !== undefined && { artifactType }),
		...(platform !== undefined && { platform }),
		...(Object.keys(annotations).length > 0 && { annotations }),
	};
	return { descriptor, ...notes, raw };
}

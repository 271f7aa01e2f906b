/** Garbage collection: what no name, pin or lease needs is removed. */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Digest, isDigest } from "../oci/digest.ts";
import { isManifestType } from "../oci/media-types.ts";
import { subjectOfName } from "./attached.ts";
import { readLinks, walk } from "./graph.ts";
import { type Entry, readIndex } from "./index-file.ts";
import { blobsFolder } from "./layout.ts";
import { changeIndex } from "./write-index.ts";

/** What was removed, or would be. */
export interface Collected {
	readonly removed: readonly { readonly digest: Digest; readonly size_bytes: number }[];
	readonly reclaimed_bytes: number;
}

/** Nothing is removed; it is only said what would be. */
export interface DryRun {
	/** Entries to take as gone. */
	readonly ignore: (entry: Entry) => boolean;
}

/**
 * Removes all blobs that no entry of index.json and none of `held` needs, and what was attached to
 * them. Only while the store is locked.
 *
 * An entry that is not attached to something is needed for itself. What is attached (a signature, an
 * SBOM) is needed as long as what it is attached to.
 *
 * @throws Fault DIGEST_MISMATCH, IMAGE_NOT_FOUND when a manifest that is needed cannot be read: what it
 *   names is not known then, and nothing is removed; STORE_INVALID, IO
 */
export function collect(folder: string, held: ReadonlySet<Digest>, dry?: DryRun): Collected {
	const entries = readIndex(folder).entries.filter((entry) => dry?.ignore(entry) !== true);
	const marked = mark(folder, entries, held);
	const garbage = unmarked(folder, marked.digests);
	if (dry === undefined) {
		if (marked.entries.length < entries.length) changeIndex(folder, () => marked.entries);
		for (const { file } of garbage) remove(file);
	}
	return {
		removed: garbage.map(({ digest, size_bytes }) => ({ digest, size_bytes })),
		reclaimed_bytes: garbage.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
	};
}

interface Marked {
	readonly digests: ReadonlySet<Digest>;
	readonly entries: readonly Entry[];
}

function mark(folder: string, entries: readonly Entry[], held: ReadonlySet<Digest>): Marked {
	const digests = new Set<Digest>();
	const keep = ({ descriptor }: Entry) => {
		walk(folder, descriptor, ({ digest }) => !digests.has(digest) && digests.add(digest) !== undefined);
	};
	const subjects = new Map(entries.map((entry) => [entry, subjectOf(folder, entry)]));
	for (const [entry, subject] of subjects) if (subject === undefined) keep(entry);
	const isNeeded = (entry: Entry, subject: Digest) =>
		digests.has(subject) || held.has(subject) || held.has(entry.descriptor.digest);
	const waiting = new Map([...subjects].filter((pair): pair is [Entry, Digest] => pair[1] !== undefined));
	for (let before = -1; before !== waiting.size;) {
		before = waiting.size;
		for (const [entry, subject] of waiting)
			if (isNeeded(entry, subject)) {
				waiting.delete(entry);
				keep(entry);
			}
	}
	for (const digest of held) digests.add(digest);
	return { digests, entries: entries.filter((entry) => !waiting.has(entry)) };
}

/** What an entry is attached to, as far as it has no name or pin of its own. */
export function subjectOf(folder: string, entry: Entry): Digest | undefined {
	if (entry.pin !== undefined) return undefined;
	if (entry.name !== undefined) return subjectOfName(entry.name);
	if (isDigest(entry.subject)) return entry.subject;
	// others may have put it there, without our note
	return isManifestType(entry.descriptor.mediaType) ? readLinks(folder, entry.descriptor).subject : undefined;
}

interface Garbage {
	readonly file: string;
	readonly digest: Digest;
	readonly size_bytes: number;
}

/** What is not named as a blob is none of ours, and stays. */
function unmarked(folder: string, marked: ReadonlySet<Digest>): Garbage[] {
	const garbage: Garbage[] = [];
	for (const algorithm of ["sha256", "sha512"])
		for (const name of namesIn(blobsFolder(folder, algorithm))) {
			const digest = `${algorithm}:${name}`;
			if (!isDigest(digest) || marked.has(digest)) continue;
			const file = join(blobsFolder(folder, algorithm), name);
			const stat = statSync(file, { throwIfNoEntry: false });
			if (stat?.isFile() === true) garbage.push({ file, digest, size_bytes: stat.size });
		}
	return garbage;
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

/** One that is open on Windows, or another user's, stays until next time. */
function remove(file: string): void {
	try {
		rmSync(file, { force: true });
	} catch {
		// see above
	}
}

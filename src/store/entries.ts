/** What becomes of the list in index.json when names come and go. */
import type { Descriptor } from "../oci/descriptor.ts";
import { splitName, subjectOfName } from "./attached.ts";
import { type Entry, spellings } from "./index-file.ts";
import { type EntryNotes, makeEntry } from "./write-index.ts";

/** The list with `name` moved to another manifest; the one it left keeps its digest as its name. */
export function withName(entries: readonly Entry[], descriptor: Descriptor, name: string): readonly Entry[] {
	const names = new Set(spellings(name));
	const isOld = (entry: Entry) => entry.name !== undefined && names.has(entry.name);
	const old = entries.filter(isOld);
	if (old.length === 1 && old[0]?.name === name && old[0].descriptor.digest === descriptor.digest)
		return entries;
	const left = old.filter(
		(one) => one.descriptor.digest !== descriptor.digest && subjectOfName(name) === undefined,
	);
	const rest = entries.filter((entry) => !isOld(entry));
	const byDigest = left.map((one) => makeEntry(one.descriptor, digestName(name, one)));
	const fresh = byDigest.filter((one) => !rest.some((other) => other.name === one.name));
	return [...rest, ...fresh, makeEntry(descriptor, { name })];
}

/** The list with an image that has no name. */
export function withUnnamed(entries: readonly Entry[], descriptor: Descriptor): readonly Entry[] {
	const isThere = entries.some((entry) => entry.descriptor.digest === descriptor.digest);
	return isThere ? entries : [...entries, makeEntry(descriptor, {})];
}

function digestName(name: string, { descriptor }: Entry): EntryNotes {
	return { name: `${splitName(name).repository}@${descriptor.digest}` };
}

/** Without the tags attached to what was dropped, in a repository that has no other name for it. */
export function withoutOrphans(left: readonly Entry[], dropped: readonly Entry[]): readonly Entry[] {
	const gone = new Set(dropped.map(placeOf));
	for (const entry of left) gone.delete(placeOf(entry));
	return left.filter(({ name }) => {
		const subject = subjectOfName(name);
		return subject === undefined || !gone.has(`${splitName(name ?? "").repository}@${subject}`);
	});
}

function placeOf({ name, descriptor }: Entry): string {
	return `${splitName(name ?? "").repository}@${descriptor.digest}`;
}

/**
 * What stays of an import's or export's name from one build to the next: without the hash that wasm-bindgen ends its names
 * with, and of an interface's version only what says with which others it is compatible (Semantic Versioning: `1`, `0.2`).
 */
export function lastingName(name: string): string {
	return name
		.replace(HASH, "$1")
		.replace(VERSION, (_all, major: string, minor: string) => (major === "0" ? `@0.${minor}` : `@${major}`));
}

const HASH = /^(__wbg_\w+)_[0-9a-f]{16}$/;
/** A version of a release: what comes before one, and 0.0.x, is compatible with itself alone. */
const VERSION = /@(?!0\.0\.)(\d+)\.(\d+)\.\d+(?![\w.+-])/;

export interface Pair<Entry> {
	readonly old: Entry;
	readonly new: Entry;
}

/** What is gone and what is new in its place, by what stays of their names; of several with one such name in their order. */
export function pairsOf<Entry>(
	gone: readonly Entry[],
	added: readonly Entry[],
	lastingKey: (entry: Entry) => string,
): Pair<Entry>[] {
	const left = Map.groupBy(gone.toReversed(), lastingKey);
	return added.flatMap((entry) => {
		const mate = left.get(lastingKey(entry))?.pop();
		return mate === undefined ? [] : [{ old: mate, new: entry }];
	});
}

/** The least folders and files that cover what a program really used. Pure. */

/**
 * What was done with a path. The ways with `tree` need the folder itself: to list it, or to make and remove names in it. Of a folder
 * that was only "seen", or in which a name was "missed", nothing was used but that it is there.
 */
export type PathUse = "seen" | "missed" | "read" | "write" | "tree-read" | "tree-write";

export interface UsedPath {
	/** Beneath its grant; no `.`, no `..`, no links. Empty: the grant itself. */
	readonly path: readonly string[];
	readonly use: PathUse;
	/** Which call wanted it: `path_open for reading`. */
	readonly call: string;
	/** The path as the guest asked for it. */
	readonly wanted: string;
	/**
	 * Of what was reached through links or `..`: folders beneath `path` that the way leads through. It leads from one to the
	 * other in what is granted together alone.
	 */
	readonly ways?: readonly (readonly string[])[] | undefined;
}

/** One grant that is needed. */
export interface LeastPlace {
	readonly path: readonly string[];
	readonly readOnly: boolean;
	/** Only that there is a folder was used: an empty one will do. */
	readonly isEmpty: boolean;
	/** Which call wanted it first. */
	readonly why: string;
}

/** A folder of which so many files were used is granted as a whole. */
const FILES_OF_FOLDER = 2;
/** More grants than this are brought together at the folders above them. */
const PLACES_MAX = 24;
/** More empty folders than this are left out: programs look for things in very many. */
const EMPTIES_MAX = 12;

/**
 * Several files of one folder come to the folder, but for the topmost; what is only read is read-only; what lies beneath another grant that
 * allows as much is left out. Never wider than the grant that the paths are beneath; at most 24 places, and 12 empty ones.
 */
export function leastPlaces(used: readonly UsedPath[]): LeastPlace[] {
	const places = new Map<string, LeastPlace>();
	for (const one of used)
		if (one.use === "tree-read" || one.use === "tree-write")
			put(places, one.path, one.use === "tree-read", whyOf(one));
	for (const place of filesOf(used)) put(places, place.path, place.readOnly, place.why);
	const needed = together(least(fewer(places)), used);
	return [...needed, ...emptiesOf(used, needed)];
}

/** Folders beside what is needed that have to be there, and nothing in them. */
function emptiesOf(used: readonly UsedPath[], needed: readonly LeastPlace[]): LeastPlace[] {
	const empties = new Map<string, LeastPlace>();
	for (const one of used) {
		const { path, use } = one;
		if ((use !== "seen" && use !== "missed") || path.length === 0) continue;
		const isCovered = needed.some((place) => isBeneath(path, place.path));
		// above what is needed there is a folder in any case, but it does not say that it lacks a name
		const isAbove = use === "seen" && needed.some((place) => isBeneath(place.path, path));
		const key = keyOf(path);
		if (isCovered || isAbove || empties.has(key) || empties.size >= EMPTIES_MAX) continue;
		empties.set(key, { path, readOnly: true, isEmpty: true, why: whyOf(one) });
	}
	return [...empties.values()];
}

/** A way that is broken by a grant within another one, which is mounted there for itself, makes the two one. */
function together(places: readonly LeastPlace[], used: readonly UsedPath[]): LeastPlace[] {
	let now = [...places];
	for (const { path, ways = [] } of used) {
		const above = nearest(now, path);
		if (above === undefined) continue;
		const within = new Set(now.filter((place) => ways.some((way) => isBroken(way, place.path, above.path))));
		if (within.size === 0) continue;
		const readOnly = [above, ...within].every((place) => place.readOnly);
		const why = [above, ...within].find((place) => place.readOnly === readOnly)?.why ?? above.why;
		const rest = now.filter((place) => place !== above && !within.has(place));
		now = [{ ...above, readOnly, why }, ...rest];
	}
	return least(new Map(now.map((place) => [keyOf(place.path), place])));
}

/** Whether a way in the grant `above` goes by a name at which, or beneath which, `place` is mounted. */
function isBroken(way: readonly string[], place: readonly string[], above: readonly string[]): boolean {
	const at = above.length;
	return place.length > at && way.length > at && isBeneath(place, above) && place[at] === way[at];
}

/** The grant that a path lies in: of several, the one within the others. */
function nearest(places: readonly LeastPlace[], path: readonly string[]): LeastPlace | undefined {
	return places
		.filter((place) => isBeneath(path, place.path))
		.reduce<LeastPlace | undefined>(
			(best, place) => (best === undefined || place.path.length > best.path.length ? place : best),
			undefined,
		);
}

/** `path_open for reading, first at 'data/a.txt'`. The guest chose the path: it cannot end the quotes. */
function whyOf({ call, wanted }: UsedPath): string {
	const quoted = wanted.replaceAll(/[\\']/g, String.raw`\$&`);
	return `${call}, first at '${quoted === "" ? "." : quoted}'`;
}

/**
 * By the folder they lie in: one file stays itself, several are their folder. But not at the top of the grant, which
 * would open all of it: a script and its input in a home folder are not the home folder.
 */
function filesOf(used: readonly UsedPath[]): LeastPlace[] {
	const folders = new Map<string, Map<string, LeastPlace>>();
	for (const one of used) {
		const { path, use } = one;
		if (use !== "read" && use !== "write") continue;
		const files = folders.get(keyOf(path.slice(0, -1))) ?? new Map<string, LeastPlace>();
		folders.set(keyOf(path.slice(0, -1)), files);
		put(files, path, use === "read", whyOf(one));
	}
	return [...folders.values()].flatMap((files) => {
		const list = Array.from(files.values());
		const [first] = list;
		if (first === undefined || first.path.length < 2 || list.length < FILES_OF_FOLDER) return list;
		const isReadOnly = list.every(({ readOnly }) => readOnly);
		return [{ ...first, path: first.path.slice(0, -1), readOnly: isReadOnly }];
	});
}

/** The call that needs more is the one that is told. */
function put(places: Map<string, LeastPlace>, path: readonly string[], readOnly: boolean, why: string): void {
	const known = places.get(keyOf(path));
	if (known === undefined || (known.readOnly && !readOnly))
		places.set(keyOf(path), { path, readOnly, isEmpty: false, why });
}

/** As long as there are too many, those that lie deepest become the folder above them. */
function fewer(places: ReadonlyMap<string, LeastPlace>): Map<string, LeastPlace> {
	let now = new Map(least(places).map((place) => [keyOf(place.path), place]));
	while (now.size > PLACES_MAX) {
		const deepest = Math.max(...[...now.values()].map(({ path }) => path.length));
		if (deepest === 0) return now;
		const next = new Map<string, LeastPlace>();
		for (const { path, readOnly, why } of now.values())
			put(next, path.length === deepest ? path.slice(0, -1) : path, readOnly, why);
		now = new Map(least(next).map((place) => [keyOf(place.path), place]));
	}
	return now;
}

/** Without what another covers, nearest to the root first. */
function least(places: ReadonlyMap<string, LeastPlace>): LeastPlace[] {
	const list = [...places.values()].toSorted(
		(a, b) => a.path.length - b.path.length || (keyOf(a.path) < keyOf(b.path) ? -1 : 1),
	);
	return list.filter(
		(place) =>
			!list.some(
				(other) =>
					other !== place &&
					isBeneath(place.path, other.path) &&
					(!other.readOnly || (place.readOnly && !hasBetween(list, other, place))),
			),
	);
}

/** A read-only grant within a writable one would be no narrower; nothing between two read-only ones changes them. */
function hasBetween(list: readonly LeastPlace[], above: LeastPlace, below: LeastPlace): boolean {
	return list.some(
		(other) =>
			!other.readOnly &&
			other !== above &&
			other !== below &&
			isBeneath(other.path, above.path) &&
			isBeneath(below.path, other.path),
	);
}

/** Whether a path is the same as a folder, or lies in it. */
export function isBeneath(path: readonly string[], folder: readonly string[]): boolean {
	return folder.length <= path.length && folder.every((name, index) => path[index] === name);
}

/** No name holds a slash or a NUL. */
function keyOf(path: readonly string[]): string {
	return path.join("/");
}

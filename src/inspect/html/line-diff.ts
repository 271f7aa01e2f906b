/** A line of two texts together. */
export interface Row {
	readonly sign: " " | "+" | "-";
	readonly text: string;
}

/** More edits are not looked for: the two have little in common then. */
const EDITS_MAX = 500;

/**
 * The least edits from one list of lines to another (Myers, "An O(ND) Difference Algorithm"), or undefined where they are more than 500.
 * Takes time in proportion to the lines times the edits.
 *
 * @param keyOf what has to be equal for two lines to be the same
 */
export function lineDiff(
	old: readonly string[],
	now: readonly string[],
	keyOf: (line: string) => string = (line) => line,
): readonly Row[] | undefined {
	const keys = new Map<string, number>();
	// a line of thousands is looked at a thousand times: numbers are quicker than texts
	const number = (line: string) => {
		const key = keyOf(line);
		const known = keys.get(key) ?? keys.size;
		keys.set(key, known);
		return known;
	};
	const [before, after] = [Uint32Array.from(old, number), Uint32Array.from(now, number)];
	const trails: Int32Array[] = [];
	let furthest = new Int32Array(3);
	for (let edits = 0; edits <= EDITS_MAX; edits++) {
		const next = new Int32Array(2 * edits + 5);
		const middle = edits + 2;
		for (let line = -edits; line <= edits; line += 2) {
			let at = startOn(furthest, edits, line);
			while (at < before.length && at - line < after.length && before[at] === after[at - line]) at += 1;
			next[middle + line] = at;
			if (at < before.length || at - line < after.length) continue;
			trails.push(furthest);
			return rowsOf(old, now, trails);
		}
		trails.push(furthest);
		furthest = next;
	}
	return undefined;
}

/** How far in the old one a way begins on this diagonal: behind a line that is gone, or one that is new. */
function startOn(furthest: Int32Array, edits: number, line: number): number {
	if (edits === 0) return 0;
	const middle = edits + 1;
	const [left, right] = [furthest[middle + line - 1] ?? 0, furthest[middle + line + 1] ?? 0];
	return comesDown(left, right, edits, line) ? right : left + 1;
}

function comesDown(left: number, right: number, edits: number, line: number): boolean {
	return line === -edits || (line !== edits && left < right);
}

/** Back from the ends. */
function rowsOf(old: readonly string[], now: readonly string[], trails: readonly Int32Array[]): Row[] {
	const rows: Row[] = [];
	let [at, to] = [old.length, now.length];
	for (let edits = trails.length - 1; edits > 0; edits--) {
		const furthest = trails[edits]!;
		const line = at - to;
		const middle = edits + 1;
		const [left, right] = [furthest[middle + line - 1] ?? 0, furthest[middle + line + 1] ?? 0];
		const isNew = comesDown(left, right, edits, line);
		const start = isNew ? right : left + 1;
		while (at > start) {
			rows.push({ sign: " ", text: now[--to] ?? "" });
			at -= 1;
		}
		if (isNew) rows.push({ sign: "+", text: now[--to] ?? "" });
		else rows.push({ sign: "-", text: old[--at] ?? "" });
	}
	while (to > 0) rows.push({ sign: " ", text: now[--to] ?? "" });
	return rows.toReversed();
}

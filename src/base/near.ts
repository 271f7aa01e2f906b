/**
 * The candidates that `word` is likely a slip of, nearest first: at most three.
 *
 * A slip is a letter left out, added, changed or swapped with its neighbour; one is allowed in a
 * short word, a third of the letters in a longer one.
 */
export function nearMisses(word: string, candidates: Iterable<string>): string[] {
	if (word.length === 0 || word.length > WORD_LENGTH_MAX) return [];
	const slips_max = Math.max(1, Math.floor(word.length / 3));
	const near: { candidate: string; slips: number }[] = [];
	for (const candidate of candidates) {
		if (Math.abs(candidate.length - word.length) > slips_max) continue;
		const slips = slipsBetween(word.toLowerCase(), candidate.toLowerCase());
		if (slips <= slips_max) near.push({ candidate, slips });
	}
	near.sort((a, b) => a.slips - b.slips);
	return near.slice(0, 3).map(({ candidate }) => candidate);
}

/** "'a'", "'a' or 'b'", "'a', 'b' or 'c'". */
export function orList(words: readonly string[], joint: "or" | "and" = "or"): string {
	const quoted = words.map((word) => `'${word}'`);
	const last = quoted.pop() ?? "";
	return quoted.length === 0 ? last : `${quoted.join(", ")} ${joint} ${last}`;
}

const WORD_LENGTH_MAX = 64;

/** The Damerau-Levenshtein distance (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
	let beforeLast: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1] ? 0 : 1;
			let slips = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + same);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
				slips = Math.min(slips, at(beforeLast, j - 2) + 1);
			row.push(slips);
		}
		beforeLast = last;
		last = row;
	}
	return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
	return row[index] ?? Number.POSITIVE_INFINITY;
}

export interface Count {
	readonly word: string;
	readonly count: number;
}

/** How often each word is there, in the order of the alphabet. */
export function countWords(words: readonly string[]): Count[] {
	const counts = new Map<string, number>();
	for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
	return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([word, count]) => ({ word, count }));
}

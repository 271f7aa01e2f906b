/**
 * The words as the person typed them. The launcher hides them from Node, `=` and then each behind a `=` of
 * its own, where Node would take some for options of its own: see bin/wherry.
 */
export function ourWords(words: readonly string[]): readonly string[] {
	return words[0] === "=" ? words.slice(1).map((word) => word.slice(1)) : words;
}

/** The words as the launcher hides them. */
export function hiddenWords(words: readonly string[]): readonly string[] {
	return ["=", ...words.map((word) => `=${word}`)];
}

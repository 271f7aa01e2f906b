const SHORT_CHARACTERS_MAX = 60;

/** The begin of a long name. */
export function shortened(text: string): string {
	return text.length > SHORT_CHARACTERS_MAX ? `${text.slice(0, SHORT_CHARACTERS_MAX)}...` : text;
}

/** `1 entry`, `2 entries`. */
export function plural(count: number, noun: string): string {
	if (count === 1) return `${count} ${noun}`;
	return `${count} ${/[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}

/** Patterns of file names: Go's filepath.Match, and `**` where .dockerignore has it. */

/** A pattern with more than this many characters is no name. */
const LENGTH_MAX = 4096;

/**
 * Whether `path` is what `pattern` means, name by name: `*` and `?` stop at a `/`, `**` as a whole name
 * stands for any number of names. Takes time in proportion to both lengths.
 */
export function matches(pattern: string, path: string): boolean {
	if (pattern.length > LENGTH_MAX || path.length > LENGTH_MAX * 4) return false;
	// at the end it stands for what is below, not for the folder itself
	const names = pattern.endsWith("/**") ? [...pattern.split("/"), "*"] : pattern.split("/");
	return matchLists(names, path.split("/"), matchName, (part) => part === "**");
}

/** Whether a text holds what would make it a pattern. */
export function isPattern(text: string): boolean {
	return /[*?[]/.test(text);
}

/**
 * The greedy match with one way back, which is enough for wildcards of one kind: a later one frees the
 * earlier from having to try again.
 */
function matchLists<Pattern, Item>(
	pattern: readonly Pattern[],
	items: readonly Item[],
	fits: (part: Pattern, item: Item) => boolean,
	isAny: (part: Pattern) => boolean,
): boolean {
	let at = 0;
	let back: { pattern: number; item: number } | undefined;
	for (let item = 0; item < items.length;) {
		const part = pattern[at];
		if (part !== undefined && isAny(part)) {
			back = { pattern: at + 1, item };
			at++;
		} else if (part !== undefined && fits(part, items[item] as Item)) {
			at++;
			item++;
		} else if (back === undefined) return false;
		else {
			back.item++;
			at = back.pattern;
			item = back.item;
		}
	}
	return pattern.slice(at).every(isAny);
}

type Part = { readonly any: true } | { readonly any: false; readonly fits: (character: string) => boolean };

function matchName(pattern: string, name: string): boolean {
	const parts = partsOf(pattern);
	if (parts === undefined) return false;
	return matchLists(
		parts,
		Array.from(name),
		(part, character) => !part.any && part.fits(character),
		({ any }) => any,
	);
}

/** Undefined for a pattern that Go calls malformed. */
function partsOf(pattern: string): readonly Part[] | undefined {
	const parts: Part[] = [];
	const characters = Array.from(pattern);
	for (let at = 0; at < characters.length; at++) {
		const character = characters[at] ?? "";
		if (character === "*") parts.push({ any: true });
		else if (character === "?") parts.push({ any: false, fits: () => true });
		else if (character === "[") {
			const set = readSet(characters, at);
			if (set === undefined) return undefined;
			parts.push({ any: false, fits: set.fits });
			at = set.end;
		} else {
			const literal = character === "\\" ? characters[++at] : character;
			if (literal === undefined) return undefined;
			parts.push({ any: false, fits: (found) => found === literal });
		}
	}
	return parts;
}

/** `[a-c]`, `[^a-c]`; `\` takes a meaning away. `end` is where the `]` is. */
function readSet(
	characters: readonly string[],
	start: number,
): { readonly fits: (character: string) => boolean; readonly end: number } | undefined {
	let at = start + 1;
	const isNegated = characters[at] === "^";
	if (isNegated) at++;
	const ranges: [string, string][] = [];
	const take = () => (characters[at] === "\\" ? characters[(at += 2) - 1] : characters[at++]);
	while (characters[at] !== "]" || ranges.length === 0) {
		const low = take();
		if (low === undefined || low === "]") return undefined;
		let high: string | undefined = low;
		if (characters[at] === "-") {
			at++;
			high = take();
		}
		if (high === undefined) return undefined;
		ranges.push([low, high]);
	}
	const has = (character: string) => ranges.some(([low, high]) => low <= character && character <= high);
	return { fits: (character) => has(character) !== isNegated, end: at };
}

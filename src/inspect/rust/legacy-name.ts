/** Rust's mangling until `-C symbol-mangling-version=v0`: that of C++, for a path that ends with a hash. */
const MANGLED = /^_ZN(.+)17h[0-9a-f]{16}E$/s;

/** The path without the hash; undefined where the name is not of this form. */
export function legacyName(mangled: string): string | undefined {
	const words = wordsOf(MANGLED.exec(mangled)?.[1]);
	return words?.map(plainWord).join("::");
}

/** Words that stand behind their lengths. */
function wordsOf(text: string | undefined): string[] | undefined {
	if (text === undefined) return undefined;
	const words: string[] = [];
	for (let at = 0; at < text.length;) {
		const digits = /^[1-9]\d{0,4}/.exec(text.slice(at, at + 5))?.[0];
		if (digits === undefined) return undefined;
		const start = at + digits.length;
		at = start + Number(digits);
		if (at > text.length) return undefined;
		words.push(text.slice(start, at));
	}
	return words;
}

/** What a linker would not take in a name is written as `$LT$`, `$u7b$` or `..`. */
function plainWord(word: string): string {
	return word
		.replace(/^_(?=\$)/, "")
		.replaceAll("..", "::")
		.replaceAll(/\$(?:u([0-9a-f]{1,6})|([A-Z]{1,2}))\$/g, (all, hex?: string, letters?: string) => {
			if (hex === undefined) return LETTERS.get(letters ?? "") ?? all;
			const code = Number.parseInt(hex, 16);
			const isCharacter = code <= 0x10_ffff && (code < 0xd8_00 || code > 0xdf_ff);
			return isCharacter && code > 0x1f && (code < 0x7f || code > 0x9f) ? String.fromCodePoint(code) : all;
		});
}

const LETTERS: ReadonlyMap<string, string> = new Map([
	["SP", "@"],
	["BP", "*"],
	["RF", "&"],
	["LT", "<"],
	["GT", ">"],
	["LP", "("],
	["RP", ")"],
	["C", ","],
]);

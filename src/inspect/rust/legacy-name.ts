/** Rust's mangling until `-C symbol-mangling-version=v0`: that of C++, for a path that ends with a hash. */
const MANGLED = /^_ZN(.+)17h[0-9a-f]{16}E$/s;

/** The path without the hash; undefined where the name is not of this form. */
export function legacyName(mangled: string): string | undefined {
	const path = MANGLED.exec(mangled)?.[1];
	if (path === undefined) return undefined;
	const { words, end } = lengthWords(path);
	return end === path.length ? words.map(plainWord).join("::") : undefined;
}

/** Words that stand behind their lengths, as mangling writes paths of C++ and Rust, and where what is none begins. */
export function lengthWords(text: string): { readonly words: readonly string[]; readonly end: number } {
	const words: string[] = [];
	let end = 0;
	for (;;) {
		const digits = /^[1-9]\d{0,4}/.exec(text.slice(end, end + 5))?.[0];
		if (digits === undefined) return { words, end };
		const start = end + digits.length;
		if (start + Number(digits) > text.length) return { words, end };
		end = start + Number(digits);
		words.push(text.slice(start, end));
	}
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

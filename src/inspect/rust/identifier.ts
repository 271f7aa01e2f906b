/** Bootstring's parameters for Punycode (RFC 3492, section 5). */
const [BASE, T_MIN, T_MAX, SKEW, DAMP, INITIAL_BIAS, INITIAL_N] = [36, 1, 26, 38, 700, 72, 128];

/** Longer ones are not decoded: each letter has its place among all others. */
const ENCODED_CHARACTERS_MAX = 128;

/**
 * What an identifier says that has other letters than ASCII's: Punycode (RFC 3492) with `_` for `-`. What is none is answered
 * between braces, as rustc-demangle does.
 */
export function identifierText(encoded: string): string {
	const split = encoded.lastIndexOf("_");
	const ascii = split < 0 ? "" : encoded.slice(0, split);
	const rest = encoded.slice(split + 1);
	const letters =
		rest === "" || encoded.length > ENCODED_CHARACTERS_MAX ? undefined : decode(Array.from(ascii), rest);
	return letters ?? `punycode{${ascii === "" ? "" : `${ascii}-`}${rest}}`;
}

/** RFC 3492, section 6.2. */
function decode(letters: string[], rest: string): string | undefined {
	let [n, index, bias, at] = [INITIAL_N, 0, INITIAL_BIAS, 0];
	while (at < rest.length) {
		const before = index;
		let weight = 1;
		for (let k = BASE; ; k += BASE) {
			const digit = digitOf(rest[at++]);
			if (digit === undefined || weight > 0x7f_ff_ff_ff) return undefined;
			index += digit * weight;
			const threshold = Math.min(Math.max(k - bias, T_MIN), T_MAX);
			if (digit < threshold) break;
			weight *= BASE - threshold;
		}
		const count = letters.length + 1;
		bias = adapted(index - before, count, before === 0);
		n += Math.floor(index / count);
		index %= count;
		if (n > 0x10_ffff || (n >= 0xd8_00 && n <= 0xdf_ff)) return undefined;
		letters.splice(index, 0, String.fromCodePoint(n));
		index += 1;
	}
	return letters.join("");
}

/** `a` to `z`, then `0` to `9`. */
function digitOf(letter: string | undefined): number | undefined {
	if (letter === undefined || !/[a-z0-9]/.test(letter)) return undefined;
	const code = letter.codePointAt(0) ?? 0;
	return code >= 0x61 ? code - 0x61 : code - 0x30 + 26;
}

/** RFC 3492, section 6.1. */
function adapted(delta: number, count: number, isFirst: boolean): number {
	let left = Math.floor(delta / (isFirst ? DAMP : 2));
	left += Math.floor(left / count);
	let k = 0;
	for (; left > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) left = Math.floor(left / (BASE - T_MIN));
	return k + Math.floor(((BASE - T_MIN + 1) * left) / (left + SKEW));
}

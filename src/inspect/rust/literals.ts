import { fromHex } from "../../base/hex.ts";
import { type Letters, NoName } from "./letters.ts";

const UNSIGNED: ReadonlySet<string> = new Set("htmyoj");
const SIGNED: ReadonlySet<string> = new Set("aslxni");

/**
 * A constant that is written as one word; undefined for what is put together of others.
 *
 * @param tag what it begins with, which was taken
 * @throws NoName
 */
export function literalOf(tag: string, letters: Letters): string | undefined {
	if (tag === "p") return "_";
	if (UNSIGNED.has(tag)) return integer(letters.hex());
	if (SIGNED.has(tag)) return `${letters.eat("n") ? "-" : ""}${integer(letters.hex())}`;
	if (tag === "b") return truth(letters.hex());
	if (tag === "c") return character(letters.hex());
	return tag === "R" && letters.eat("e") ? stringOf(letters) : undefined;
}

/** The bytes of a text, as it is written in Rust. @throws NoName */
export function stringOf(letters: Letters): string {
	const bytes = fromHex(letters.hex());
	if (bytes === undefined) throw new NoName();
	try {
		return quoted(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), '"');
	} catch {
		throw new NoName();
	}
}

/** In decimal, up to 64 bits. */
function integer(hex: string): string {
	const digits = hex.replace(/^0+/, "");
	return digits.length > 16 ? `0x${digits}` : BigInt(`0x${digits || "0"}`).toString();
}

function truth(hex: string): string {
	const word = ["false", "true"][Number(`0x${hex || "0"}`)];
	if (word === undefined) throw new NoName();
	return word;
}

function character(hex: string): string {
	const code = Number(`0x${hex || "0"}`);
	if (code > 0x10_ffff || (code >= 0xd8_00 && code <= 0xdf_ff)) throw new NoName();
	return quoted(String.fromCodePoint(code), "'");
}

/** As Rust writes it; what would move a terminal by its number. */
function quoted(text: string, quote: string): string {
	const inside = text.replaceAll(/[\\'"\p{C}\p{Z}]/gu, (letter) => {
		if (letter === "\\" || letter === quote) return `\\${letter}`;
		if (letter === " " || letter === "'" || letter === '"') return letter;
		return SHORT.get(letter) ?? `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`;
	});
	return `${quote}${inside}${quote}`;
}

const SHORT: ReadonlyMap<string, string> = new Map([
	["\n", "\\n"],
	["\r", "\\r"],
	["\t", "\\t"],
	["\0", "\\0"],
]);

import { Reader } from "./reader.ts";

/** Chars and strings of WAVE: what stands between quotes. */

/** `'x'`: one Unicode scalar value. */
export function readChar(reader: Reader): string {
	const start = reader.at;
	reader.demand("'", "a character in single quotes");
	const text = reader.match(/[^\\'\n]/uy) ?? readEscape(reader);
	if (text === undefined || !text.isWellFormed() || reader.match(/'/y) === undefined)
		throw reader.problem(`a character in single quotes is wanted here, not ${reader.found(start)}`, start);
	return text;
}

/** `"text"`, or lines between triple quotes. */
export function readString(reader: Reader): string {
	const start = reader.at;
	if (reader.takes('"""')) return readLines(reader, start);
	reader.demand('"', "text in double quotes");
	const text = readParts(reader, /[^"\\\n]+/y);
	if (reader.match(/"/y) === undefined) throw reader.problem("the text that begins here has no end", start);
	return text;
}

/** Text that `plain` matches and escapes, one after the other. */
function readParts(reader: Reader, plain: RegExp): string {
	const parts: string[] = [];
	for (;;) {
		const part = reader.match(plain) ?? readEscape(reader);
		if (part === undefined) break;
		if (!part.isWellFormed()) throw reader.problem("this is no Unicode text");
		parts.push(part);
	}
	return parts.join("");
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
	["\\", "\\"],
	["'", "'"],
	['"', '"'],
	["t", "\t"],
	["n", "\n"],
	["r", "\r"],
]);

function readEscape(reader: Reader): string | undefined {
	const start = reader.at;
	if (reader.match(/\\/y) === undefined) return undefined;
	const letter = reader.match(/[\\'"tnr]/y);
	if (letter !== undefined) return ESCAPES.get(letter);
	const digits = reader.match(/u\{[0-9a-fA-F]{1,6}\}/y)?.slice(2, -1);
	const code = Number.parseInt(digits ?? "", 16);
	const isScalar = code <= 0x10_ffff && !(code >= 0xd800 && code <= 0xdfff);
	if (!isScalar) throw reader.problem(`${reader.found(start)} begins with no escape that there is`, start);
	return String.fromCodePoint(code);
}

/**
 * `"""`, a line's end, lines, and `"""` behind spaces alone: so many spaces are taken from the start of each line, and the
 * first and the last line's end do not count.
 */
function readLines(reader: Reader, start: number): string {
	const end = endOfLines(reader);
	if (end === undefined) throw reader.problem("the text that begins here has no end", start);
	const lines = reader.text.slice(reader.at, end).split("\n");
	const opening = lines.shift() ?? "";
	const indent = lines.pop();
	if (opening.replace(/\r$/, "") !== "" || indent === undefined || !/^ *$/.test(indent))
		throw reader.problem('""" is to be followed by a line\'s end, and to end behind spaces alone', start);
	const text = lines.map((line) => {
		if (!line.startsWith(indent))
			throw reader.problem('each line is to be indented as the """ at its end is', start);
		return line.slice(indent.length).replace(/\r$/, "");
	});
	reader.at = end + 3;
	return unescapeLines(text, reader, start);
}

function endOfLines(reader: Reader): number | undefined {
	const pattern = /\\[^]|"""/g;
	pattern.lastIndex = reader.at;
	for (let match = pattern.exec(reader.text); match !== null; match = pattern.exec(reader.text))
		if (match[0] === '"""') return match.index;
	return undefined;
}

function unescapeLines(lines: readonly string[], outer: Reader, start: number): string {
	const unescaped = lines.map((line) => {
		const inner = new Reader(line);
		const text = readParts(inner, /[^\\]+/y);
		if (inner.at < line.length) throw outer.problem("an escape in this text is none that there is", start);
		return text;
	});
	return unescaped.join("\n");
}

/** As WAVE writes it between `quote`s. */
export function quoted(text: string, quote: "'" | '"'): string {
	const escaped = text.replaceAll(ESCAPED, (character) => {
		if (character === quote || character === "\\") return `\\${character}`;
		if (character === "'" || character === '"') return character;
		return NAMED.get(character) ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
	});
	return quote + escaped + quote;
}

const NAMED: ReadonlyMap<string, string> = new Map([
	["\t", "\\t"],
	["\n", "\\n"],
	["\r", "\\r"],
]);

/** What would end the text, and what moves a terminal's cursor or turns text around. */
const ESCAPED =
	// oxlint-disable-next-line no-control-regex -- these are the characters to escape
	/[\\'"\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

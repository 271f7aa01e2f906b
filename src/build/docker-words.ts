/** Words of Dockerfile instructions: quotes, escapes, variables, and the JSON form. */

/** What `$NAME` stands for; undefined: not set. */
export type Variables = (name: string) => string | undefined;

/** Reads characters one by one. */
interface Reader {
	readonly text: string;
	readonly escape: string;
	readonly variables: Variables;
	at: number;
}

/** An instruction's text that cannot be read; the caller knows the line. */
export class WordError extends Error {}

/** Substitutions in substitutions, and what they may grow to. */
const DEPTH_MAX = 32;
const LENGTH_MAX = 1 << 20;

/**
 * The words of `text`, split at blanks outside of quotes, quotes removed and variables replaced, as
 * docker's shell lexer does it: a variable's value is not split.
 *
 * @throws WordError
 */
export function splitWords(text: string, escape: string, variables: Variables): readonly string[] {
	const reader: Reader = { text, escape, variables, at: 0 };
	const words: string[] = [];
	for (;;) {
		while (isBlank(text[reader.at])) reader.at++;
		if (reader.at >= text.length) return words;
		words.push(readUntil(reader, isBlank, 0));
	}
}

/** The whole of `text` as one word: what WORKDIR and USER take. @throws WordError */
export function oneWord(text: string, escape: string, variables: Variables): string {
	return readUntil({ text, escape, variables, at: 0 }, () => false, 0);
}

/** `["a", "b"]`; undefined where the text is no list of texts: then it is the shell form, as docker has it. */
export function jsonWords(text: string): readonly string[] | undefined {
	if (!text.trimStart().startsWith("[")) return undefined;
	try {
		const value: unknown = JSON.parse(text);
		const isList =
			Array.isArray(value) && value.every((item) => typeof item === "string" && !item.includes("\0"));
		return isList ? (value as string[]) : undefined;
	} catch {
		return undefined;
	}
}

function isBlank(character: string | undefined): boolean {
	return character === " " || character === "\t" || character === "\n" || character === "\r";
}

function readUntil(reader: Reader, isEnd: (character: string) => boolean, depth: number): string {
	let word = "";
	while (reader.at < reader.text.length) {
		const character = reader.text[reader.at] ?? "";
		if (isEnd(character)) break;
		if (character === "'") word += readSingle(reader);
		else if (character === '"') word += readDouble(reader, depth);
		else if (character === "$") word += readVariable(reader, depth);
		else if (character === reader.escape) word += readEscaped(reader);
		else {
			word += character;
			reader.at++;
		}
		if (word.length > LENGTH_MAX) throw new WordError("it grows to more than 1 MiB");
	}
	return word;
}

function readEscaped(reader: Reader): string {
	const character = reader.text[reader.at + 1] ?? "";
	reader.at += 2;
	return character;
}

function readSingle(reader: Reader): string {
	const end = reader.text.indexOf("'", reader.at + 1);
	if (end < 0) throw new WordError("a ' is not closed");
	const word = reader.text.slice(reader.at + 1, end);
	reader.at = end + 1;
	return word;
}

/** Within double quotes the escape character means something before `"`, `$` and itself alone. */
function readDouble(reader: Reader, depth: number): string {
	let word = "";
	reader.at++;
	for (;;) {
		const character = reader.text[reader.at];
		if (character === undefined) throw new WordError('a " is not closed');
		if (character === '"') break;
		if (character === "$") word += readVariable(reader, depth);
		else if (character === reader.escape) {
			const next = reader.text[reader.at + 1] ?? "";
			word += next === '"' || next === "$" || next === reader.escape ? next : reader.escape + next;
			reader.at += 2;
		} else {
			word += character;
			reader.at++;
		}
	}
	reader.at++;
	return word;
}

/** `$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME:+word}`, `${NAME:?word}` and the three without the colon. */
function readVariable(reader: Reader, depth: number): string {
	if (depth > DEPTH_MAX) throw new WordError(`it nests variables more than ${DEPTH_MAX} deep`);
	reader.at++;
	if (reader.text[reader.at] !== "{") {
		const [name = ""] = /^(?:[A-Za-z_]\w*|\d)/.exec(reader.text.slice(reader.at, reader.at + 4096)) ?? [];
		reader.at += name.length;
		return name === "" ? "$" : (reader.variables(name) ?? "");
	}
	const [, name = "", operator = ""] =
		/^\{(\w+)(:?[-+?]|\})/.exec(reader.text.slice(reader.at, reader.at + 4096)) ?? [];
	if (name === "") throw new WordError("it uses a form of ${...} that is none of ${NAME}, :-, :+ and :?");
	reader.at += 1 + name.length + operator.length;
	const value = reader.variables(name);
	if (operator === "}") return value ?? "";
	const word = readUntil(reader, (character) => character === "}", depth + 1);
	if (reader.text[reader.at] !== "}") throw new WordError("a ${ is not closed");
	reader.at++;
	const isSet = value !== undefined && (value !== "" || !operator.startsWith(":"));
	if (operator.endsWith("-")) return isSet ? value : word;
	if (operator.endsWith("+")) return isSet ? word : "";
	if (isSet) return value;
	throw new WordError(`${name} is not set: ${word}`);
}

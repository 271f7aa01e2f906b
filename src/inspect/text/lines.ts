import { shownName } from "./names.ts";

/** A line of text, apart from how it is laid out. */
export interface Line {
	/** How many blocks it stands in. */
	readonly depth: number;
	readonly text: string;
	/** Where its instruction stands in the file; undefined: it is none. */
	readonly offset?: number;
	/** For people: names of others, not yet escaped. */
	readonly comment?: string | undefined;
	/** Where it came from in its source. */
	readonly source?: string | undefined;
}

/** Tells where an instruction came from, in words such as `src/main.c:12`. */
export type Source = (offset: number) => string | undefined;

export interface Layout {
	/** Offsets at the margin, as comments. */
	readonly offsets: boolean;
	/** What begins a comment: `;;` or `//`. */
	readonly comment: string;
	/** Of the module in the file, where it is nested in a component. */
	readonly base: number;
	readonly characters_max: number;
}

/** So deep lines go in, and no deeper: a hostile module could nest a million blocks. */
const INDENTED_MAX = 40;

/** The whole text, cut with a comment at a line's end where it would be longer than `characters_max`. */
export function layOut(lines: Iterable<Line>, { offsets, comment, base, characters_max }: Layout): string {
	const parts: string[] = [];
	let size = 0;
	let source: string | undefined;
	for (const line of lines) {
		if (line.source !== undefined && line.source !== source) {
			source = line.source;
			parts.push(`${indent(line, offsets)}${comment} ${shownName(source)}\n`);
		}
		const text = `${margin(line, offsets, base)}${indent(line, false)}${line.text}${note(line, comment)}\n`;
		size += text.length;
		if (size > characters_max) {
			parts.push(`${comment} cut here: the text is longer than ${characters_max} characters\n`);
			break;
		}
		parts.push(text);
	}
	return parts.join("");
}

const MARGIN = 14;

function margin({ offset }: Line, offsets: boolean, base: number): string {
	if (!offsets) return "";
	return (offset === undefined ? "" : `(;0x${(offset + base).toString(16).padStart(8, "0")};)`).padEnd(
		MARGIN + 1,
	);
}

function indent({ depth }: Line, isBehindMargin: boolean): string {
	return " ".repeat((isBehindMargin ? MARGIN + 1 : 0) + 2 * Math.min(Math.max(depth, 0), INDENTED_MAX));
}

function note({ comment, text }: Line, mark: string): string {
	if (comment === undefined) return "";
	return `${text === "" ? "" : "  "}${mark} ${shownName(comment)}`;
}

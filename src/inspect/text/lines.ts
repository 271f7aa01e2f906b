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

/** So deep lines go in, and no deeper: tables of branches nest hundreds of blocks, and a hostile module a million. */
const INDENTED_MAX = 24;
/** Lines that are joined at a time: a text of megabytes is made of few strings, and not of a million. */
const JOINED_MAX = 512;

/** The whole text, cut with a comment at a line's end where it would be longer than `characters_max`. */
export function layOut(lines: Iterable<Line>, { offsets, comment, base, characters_max }: Layout): string {
	const pieces: string[] = [];
	const notes = new Map<string, string>();
	let joined: string[] = [];
	let size = 0;
	let source: string | undefined;
	for (const line of lines) {
		const before = offsets ? margin(line, base) : "";
		let text = `${before}${indent(line)}${line.text}`;
		if (line.comment !== undefined)
			text += `${line.text === "" ? "" : "  "}${comment} ${noted(line.comment, notes)}`;
		if (line.source !== undefined && line.source !== source) {
			source = line.source;
			text = `${offsets ? BLANK_MARGIN : ""}${indent(line)}${comment} ${noted(source, notes)}\n${text}`;
		}
		size += text.length + 1;
		if (size > characters_max) {
			joined.push(`${comment} cut here: the text is longer than ${characters_max} characters`);
			break;
		}
		joined.push(text);
		if (joined.length < JOINED_MAX) continue;
		pieces.push(joined.join("\n"));
		joined = [];
	}
	if (joined.length > 0) pieces.push(joined.join("\n"));
	return pieces.map((piece) => `${piece}\n`).join("");
}

const MARGIN = 14;
const BLANK_MARGIN = " ".repeat(MARGIN + 1);

function margin({ offset }: Line, base: number): string {
	if (offset === undefined) return BLANK_MARGIN;
	return `(;0x${(offset + base).toString(16).padStart(8, "0")};)`.padEnd(MARGIN + 1);
}

const INDENTS = Array.from({ length: INDENTED_MAX + 1 }, (_, depth) => "  ".repeat(depth));

function indent({ depth }: Line): string {
	return INDENTS[Math.min(Math.max(depth, 0), INDENTED_MAX)] ?? "";
}

/** Names are few, and called often. */
function noted(name: string, notes: Map<string, string>): string {
	const known = notes.get(name);
	if (known !== undefined) return known;
	const shown = shownName(name);
	notes.set(name, shown);
	return shown;
}

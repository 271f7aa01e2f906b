import { type Code, CODES } from "./codes.ts";

export interface FaultText {
	/** What is true, and where it came from. */
	readonly note?: string | readonly string[] | undefined;
	/** The very thing to type. */
	readonly help?: string | readonly string[] | undefined;
	readonly cause?: unknown;
}

/**
 * An error that a person can act on: what leaves a room when something did not work.
 *
 * `message` is one lowercase sentence that says what we could not do, and to what.
 */
export class Fault extends Error {
	override readonly name = "Fault";
	readonly code: Code;
	readonly notes: readonly string[];
	readonly helps: readonly string[];

	constructor(code: Code, message: string, text: FaultText = {}) {
		super(message, text.cause === undefined ? undefined : { cause: text.cause });
		this.code = code;
		this.notes = list(text.note);
		this.helps = list(text.help);
	}

	/** The process's exit status for this fault. */
	get exit(): number {
		return CODES[this.code].exit;
	}
}

function list(text: string | readonly string[] | undefined): readonly string[] {
	if (text === undefined) return [];
	return typeof text === "string" ? [text] : text;
}

/**
 * The fault as people read it: `error: ... [CODE]`, then `note:` and `help:` lines.
 * Control characters, which a guest or a file name may have brought, are shown escaped.
 */
export function formatFault(fault: Fault): string {
	const lines = [`error: ${oneLine(fault.message)} [${fault.code}]`];
	for (const note of fault.notes) lines.push(`note: ${oneLine(note)}`);
	for (const help of fault.helps) lines.push(`help: ${oneLine(help)}`);
	return lines.join("\n") + "\n";
}

/** A name in a hostile module may be as long as the module. */
const LINE_CHARACTERS_MAX = 2000;

/**
 * Text of others on one line, its controls escaped, cut where it is too long to be read.
 *
 * A name with a line's end in it must not begin a line of its own: it could pretend to be ours.
 */
export function oneLine(text: string): string {
	const short = text.length > LINE_CHARACTERS_MAX ? `${text.slice(0, LINE_CHARACTERS_MAX)}...` : text;
	return printable(short).replaceAll("\n", "\\u{a}");
}

/**
 * What moves a terminal's cursor, colours it or turns its text around: C0 but for tab and line's end, DEL, C1, bidi; and what nobody sees,
 * so that two names that differ look different. What joins letters (U+200C, U+200D) is part of some scripts.
 */
export const CONTROLS =
	// oxlint-disable-next-line no-control-regex -- these are the characters to escape
	/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]/g;

/** Text that cannot move a terminal's cursor or colour, its controls escaped. */
export function printable(text: string): string {
	return text.replaceAll(CONTROLS, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

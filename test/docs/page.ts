/**
 * Pages of documents whose sessions are run. In a fenced block ```console
 *
 *     $ command          for sh; it goes on while a line ends in '\', and to EOF behind <<'EOF'
 *     output             both streams, as they came
 *     [exit 3]           when the status is not 0
 *
 * A line `...` in the output stands for any lines, a `…` within a line for anything in that line.
 */

export interface Command {
	readonly words: string;
	/** What the page says comes of it, line by line. */
	readonly expected: readonly string[];
}

/** A page is its lines of text and its commands, in order. */
export type Part = string | Command;

export const ANY_LINES = "...";
export const ANYTHING = "…";

const OPEN = /^```console$/;
const CLOSE = /^```$/;

/** Splits a page. Text before the first command of a block stays text. */
export function parsePage(page: string): Part[] {
	const parts: Part[] = [];
	const lines = page.split("\n").values();
	let inside = false;
	let expected: string[] | undefined;
	for (const line of lines) {
		if (!inside || CLOSE.test(line) || (expected === undefined && !line.startsWith("$ "))) {
			inside = inside ? !CLOSE.test(line) : OPEN.test(line);
			expected = undefined;
			parts.push(line);
		} else if (line.startsWith("$ ")) {
			expected = [];
			parts.push({ words: wholeCommand(line.slice(2), lines), expected });
		} else expected?.push(line);
	}
	return parts;
}

function wholeCommand(first: string, rest: Iterator<string>): string {
	const words = [first];
	const isDocument = first.includes("<<'EOF'");
	for (;;) {
		const last = words.at(-1) ?? "";
		if (isDocument ? last === "EOF" : !last.endsWith("\\")) return words.join("\n");
		const { value, done } = rest.next();
		if (done === true) throw new Error(`the page ends within the command: ${first}`);
		words.push(value);
	}
}

/** The page again, from its parts. */
export function formatPage(parts: readonly Part[]): string {
	return parts
		.flatMap((part) => (typeof part === "string" ? part : [`$ ${part.words}`, ...part.expected]))
		.join("\n");
}

/** Whether the output is what the page says, marks included. */
export function agrees(expected: readonly string[], output: readonly string[]): boolean {
	const pattern = expected.map((line) =>
		line === ANY_LINES ? "(?:.*\\n)*?" : `${line.split(ANYTHING).map(literally).join(".*?")}\\n`,
	);
	return new RegExp(`^${pattern.join("")}$`).test(output.map((line) => `${line}\n`).join(""));
}

function literally(text: string): string {
	return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

import { Fault } from "../base/fault.ts";
import { nearMisses } from "../base/near.ts";
import { type Flag, parseFlags } from "./flags.ts";
import type { Format } from "./run-options.ts";

/** What every verb takes. */
export interface CommonDraft {
	format: Format;
	debug: boolean;
	help: boolean;
}

const GROUP = "Output";

export const COMMON_FLAGS: readonly Flag<CommonDraft>[] = [
	{
		long: "format",
		value: "text|json",
		choices: ["text", "json"],
		group: GROUP,
		doc: "Write results and errors for people, or as one JSON object each",
		apply: (draft, value) => (draft.format = value === "json" ? "json" : "text"),
	},
	{
		long: "debug",
		group: GROUP,
		doc: "Print stack traces of wherry's own with an error",
		apply: (draft, value) => (draft.debug = value === "true"),
	},
	{
		long: "help",
		short: "h",
		group: GROUP,
		doc: "Print this text",
		apply: (draft, value) => (draft.help = value === "true"),
	},
];

/**
 * Reads the flags of a verb, which may stand anywhere until `--`, into `draft`: the words that are
 * none are answered.
 *
 * @throws Fault FLAG_UNKNOWN, FLAG_INVALID
 */
export function parseAnywhere<Draft>(
	verb: string,
	flags: readonly Flag<Draft>[],
	draft: Draft,
	words: readonly string[],
): readonly string[] {
	const rest: string[] = [];
	const end = words.indexOf("--");
	let left = end < 0 ? words : words.slice(0, end);
	while (left.length > 0) {
		left = parseFlags(flags, draft, left, (name) => unknownFlag(verb, name, flags));
		rest.push(...left.slice(0, 1));
		left = left.slice(1);
	}
	return end < 0 ? rest : [...rest, ...words.slice(end + 1)];
}

/** Says that a verb has no such flag, with the nearest it has. */
export function unknownFlag<Draft>(verb: string, name: string, flags: readonly Flag<Draft>[]): Fault {
	const shown = flags.filter(({ doc }) => doc !== undefined);
	const names = shown.map(({ long }) => `--${long}`);
	const near = nearMisses(name.replace(/^-(?=[^-]{2})/, "--"), names);
	return new Fault("FLAG_UNKNOWN", `wherry ${verb} has no flag '${name}'`, {
		note: verb === "run" ? "flags stand before the file; those behind it go to the program" : undefined,
		help: near.length > 0 ? near : `wherry ${verb} --help`,
	});
}

/** As `--format` stands in words that could not be parsed: the error is written that way too. */
export function formatOfWords(words: readonly string[]): Format {
	for (const [index, word] of words.entries()) {
		if (word === "--" || /\.(wasm|wat)$/.test(word)) break;
		if (word === "--format=json" || (word === "--format" && words[index + 1] === "json")) return "json";
	}
	return "text";
}

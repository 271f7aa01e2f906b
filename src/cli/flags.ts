import { Fault } from "../base/fault.ts";

/** One flag, declared once: the parser, help, completions and docs/cli.md all read this. */
export interface Flag<Draft> {
	readonly long: string;
	readonly short?: string;
	/** What stands for the value in help; absent: a switch, on or off. */
	readonly value?: string;
	/** The value may be left out, and stands only behind '='; this is what counts then. */
	readonly bare?: string;
	/** The only values there are: checked, and offered by completions. */
	readonly choices?: readonly string[];
	/** What values begin with: offered by completions. */
	readonly starts?: readonly string[];
	readonly completes?: "file" | "directory";
	readonly group: string;
	/** One sentence without a full stop. Absent: accepted, but not shown. */
	readonly doc?: string;
	/** A switch gets "true" or "false". `where` is the flag as typed, for errors and origins. */
	readonly apply: (draft: Draft, value: string, where: string) => void;
}

/**
 * Reads the flags at the front of `words` into `draft` and answers the words behind them: flags stop
 * at the first word that is none, or after `--`, as docker's do.
 *
 * Known forms: `--flag`, `--flag=value`, `--flag value`, `-f value`, `-fvalue`, `-f=value` and short
 * switches together (`-it`). A switch is turned off by `--flag=false`.
 *
 * @throws Fault FLAG_UNKNOWN through `unknown`; FLAG_INVALID for a value missing or wrong
 */
export function parseFlags<Draft>(
	flags: readonly Flag<Draft>[],
	draft: Draft,
	words: readonly string[],
	unknown: (name: string, word: string) => Fault,
): readonly string[] {
	const taker = { flags, draft, words, unknown, at: 0 };
	while (taker.at < words.length) {
		const word = words[taker.at] ?? "";
		if (word === "--") return words.slice(taker.at + 1);
		if (word === "-" || !word.startsWith("-")) break;
		taker.at += 1;
		if (word.startsWith("--")) takeLong(taker, word);
		else takeCluster(taker, word);
	}
	return words.slice(taker.at);
}

interface Taker<Draft> {
	readonly flags: readonly Flag<Draft>[];
	readonly draft: Draft;
	readonly words: readonly string[];
	readonly unknown: (name: string, word: string) => Fault;
	/** The next word to read. */
	at: number;
}

function takeLong<Draft>(taker: Taker<Draft>, word: string): void {
	const equals = word.indexOf("=");
	const name = equals < 0 ? word : word.slice(0, equals);
	const flag = taker.flags.find(({ long }) => `--${long}` === name);
	if (flag === undefined) throw taker.unknown(name, word);
	take(taker, flag, name, equals < 0 ? undefined : word.slice(equals + 1));
}

/** `-it`: switches, and at the end perhaps one that takes a value: the letters left, or the next word. */
function takeCluster<Draft>(taker: Taker<Draft>, word: string): void {
	const [long = ""] = word.slice(1).split("=", 1);
	if (long.length > 1 && taker.flags.some((flag) => flag.long === long))
		throw taker.unknown(`-${long}`, word);
	for (let index = 1; index < word.length; index++) {
		const name = `-${word[index] ?? ""}`;
		const flag = taker.flags.find(({ short }) => short !== undefined && `-${short}` === name);
		if (flag === undefined) throw taker.unknown(name, word);
		const rest = word.slice(index + 1);
		if (rest.startsWith("=")) return take(taker, flag, name, rest.slice(1));
		if (takesValue(flag)) return take(taker, flag, name, rest === "" ? undefined : rest);
		take(taker, flag, name, undefined);
	}
}

function take<Draft>(taker: Taker<Draft>, flag: Flag<Draft>, name: string, given: string | undefined): void {
	const value = given ?? flag.bare ?? (takesValue(flag) ? taker.words[taker.at++] : "true");
	if (value === undefined)
		throw new Fault("FLAG_INVALID", `the flag '${name}' needs a value`, { help: `${name} ${flag.value}` });
	flag.apply(taker.draft, checked(flag, name, value), `${name} ${value}`);
}

function takesValue<Draft>(flag: Flag<Draft>): boolean {
	return flag.value !== undefined && flag.bare === undefined;
}

function checked<Draft>(flag: Flag<Draft>, name: string, value: string): string {
	if (flag.value === undefined) return switchValue(name, value);
	if (flag.choices !== undefined && !flag.choices.includes(value))
		throw new Fault("FLAG_INVALID", `cannot set ${name} to '${value}'`, {
			note: `there ${flag.choices.length === 1 ? "is" : "are"} ${flag.choices.join(", ")}`,
			help: `${name}=${flag.choices[0]}`,
		});
	return value;
}

/** The booleans of Go's flags, since docker takes those. */
function switchValue(name: string, value: string): string {
	if (["true", "1", "t", "T", "TRUE", "True"].includes(value)) return "true";
	if (["false", "0", "f", "F", "FALSE", "False"].includes(value)) return "false";
	throw new Fault("FLAG_INVALID", `cannot set ${name} to '${value}'`, {
		note: "it is a switch: true or false",
		help: name,
	});
}

/** Help, from the tables of commands and flags. Pure but for the verb at the top. */
import { Fault } from "../base/fault.ts";
import { nearMisses } from "../base/near.ts";
import { COMMANDS } from "./commands.ts";
import type { Flag } from "./flags.ts";
import { printResult } from "./print.ts";
import { type Example, type Verb, verb } from "./verb.ts";

/** `wherry help [COMMAND]`. */
export const HELP_VERB = verb({
	name: "help",
	usage: "wherry help [COMMAND]",
	about: ["The same as wherry --help and wherry COMMAND --help."],
	flags: [],
	examples: [{ says: "Read about run", words: "wherry help run" }],
	completes: "command",
	draft: () => ({}),
	async act(_asked, words) {
		printResult(words.length === 0 ? mainHelp() : await helpText(words.join(" ")));
		return 0;
	},
});

/** `wherry --help`: what there is. */
export function mainHelp(): string {
	const width = Math.max(...COMMANDS.map(({ name }) => name.length)) + 3;
	return `Runs WebAssembly programs in sandboxes that start with nothing.

Usage: wherry COMMAND
       wherry FILE.wasm [ARG...]     the same as wherry run FILE.wasm

Commands:
${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}\n`).join("")}
Options:
  -h, --help      Print this text
  -V, --version   Print the version

wherry COMMAND --help says more about a command.
`;
}

/**
 * `wherry COMMAND --help`: usage, flags by group, examples.
 *
 * @throws Fault COMMAND_UNKNOWN
 */
export async function helpText(name: string): Promise<string> {
	const listed = COMMANDS.find((one) => one.name === name || one.aliases?.includes(name) === true);
	if (listed === undefined) throw commandUnknown(name.split(" "));
	const command = await listed.load();
	return [
		`${listed.summary}.\n\nUsage: ${command.usage}\n`,
		...command.about.map((paragraph) => `${wrap(paragraph, LINE_WIDTH).join("\n")}\n`),
		...flagGroups(command).map(([group, flags]) => `${group}:\n${flagLines(flags)}`),
		`Examples:\n${command.examples.map(exampleLines).join("")}`,
	].join("\n");
}

/** The flags that help shows, by group in the order of the table. */
export function flagGroups(command: Verb): [string, Flag<never>[]][] {
	const shown = command.flags.filter(({ doc }) => doc !== undefined);
	return [...Map.groupBy(shown, ({ group }) => group)];
}

/** `-v, --volume HOST:GUEST[:ro|rw]`, as help writes a flag. */
export function flagUsage({ long, short, value, bare }: Flag<never>): string {
	const name = `${short === undefined ? "" : `-${short}, `}--${long}`;
	if (value === undefined) return name;
	return bare === undefined ? `${name} ${value}` : `${name}[=${value}]`;
}

/** Says that there is no such command, with the nearest there is. */
export function commandUnknown(words: readonly string[]): Fault {
	const [first = "", second = ""] = words;
	const names = COMMANDS.flatMap(({ name, aliases = [] }) => [name].concat(aliases));
	const ofGroup = names.filter((name) => name.startsWith(`${first} `));
	if (ofGroup.length > 0) return groupUnknown(`${first} ${second}`.trimEnd(), ofGroup);
	const near = [...names.filter((name) => name.endsWith(` ${first}`)), ...nearMisses(first, names)];
	return new Fault("COMMAND_UNKNOWN", `wherry has no command '${first}'`, {
		note: "a file to run ends in .wasm or .wat, or is written with a '/'; an image is run by its name behind 'run'",
		help: near.length > 0 ? near.map((name) => `wherry ${name}`) : "wherry --help",
	});
}

/** Of `wherry image inspct`, and of `wherry image` alone. */
function groupUnknown(asked: string, names: readonly string[]): Fault {
	const near = nearMisses(asked, names);
	return new Fault("COMMAND_UNKNOWN", `wherry has no command '${asked}'`, {
		note: `there are: ${names.join(", ")}`,
		help: (near.length > 0 ? near : names.slice(0, 3)).map((name) => `wherry ${name}`),
	});
}

const LINE_WIDTH = 100;
const FLAG_WIDTH = 38;

function flagLines(flags: readonly Flag<never>[]): string {
	return flags.map(flagLine).join("");
}

/** The flag, and its text beside it; beneath it where the flag is too long. */
function flagLine(flag: Flag<never>): string {
	const usage = `  ${flag.short === undefined ? "    " : ""}${flagUsage(flag)}`;
	const [first = "", ...more] = wrap(flag.doc ?? "", LINE_WIDTH - FLAG_WIDTH);
	const margin = " ".repeat(FLAG_WIDTH);
	const head = usage.length + 2 > FLAG_WIDTH ? `${usage}\n${margin}` : usage.padEnd(FLAG_WIDTH);
	return `${[head + first, ...more.map((line) => margin + line)].join("\n")}\n`;
}

function exampleLines({ says, words }: Example): string {
	return `  # ${says}\n  ${words}\n`;
}

/** The text in lines of at most `width` characters, broken at blanks. */
export function wrap(text: string, width: number): string[] {
	const lines: string[] = [];
	let line = "";
	for (const word of text.split(" ")) {
		if (line !== "" && line.length + 1 + word.length > width) {
			lines.push(line);
			line = word;
		} else line = line === "" ? word : `${line} ${word}`;
	}
	return [...lines, line];
}

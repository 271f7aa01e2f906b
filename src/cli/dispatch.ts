import { existsSync } from "node:fs";
import { Fault } from "../base/fault.ts";
import { formatOfWords } from "./common-flags.ts";
import { type Command, COMMANDS } from "./commands.ts";
import { printFault, printResult } from "./print.ts";
import { type Run, runVerb } from "./run-verb.ts";
import { VERSION } from "./version.ts";

/**
 * The words behind `wherry` to the process's exit status. Every error ends here and is printed.
 */
export async function dispatch(words: readonly string[], run: Run): Promise<number> {
	try {
		return await start(words, run);
	} catch (error) {
		const fault = error instanceof Fault ? error : bug(error);
		printFault(fault, formatOfWords(words), fault.code === "BUG" || words.includes("--debug"));
		return fault.exit;
	}
}

async function start(words: readonly string[], run: Run): Promise<number> {
	const [first] = words;
	const found = findCommand(words);
	if (found !== undefined) return (await found.command.load()).start(found.rest, run);
	if (first === undefined || first === "--help" || first === "-h") {
		printResult((await import("./help.ts")).mainHelp());
		return first === undefined ? USAGE_STATUS : 0;
	}
	if (first === "--version" || first === "-V") {
		printResult(`wherry ${VERSION}\n`);
		return 0;
	}
	if (first.startsWith("-") && first !== "-") throw optionFirst(first);
	if (!looksLikeFile(first)) throw (await import("./help.ts")).commandUnknown(words);
	return runVerb(words, run);
}

/** The command that the first word, or the first two, name. */
function findCommand(words: readonly string[]): { command: Command; rest: readonly string[] } | undefined {
	for (const [count, name] of [words[0], words.slice(0, 2).join(" ")].entries()) {
		const command = COMMANDS.find((one) => one.name === name || one.aliases?.includes(name ?? "") === true);
		if (command !== undefined) return { command, rest: words.slice(count + 1) };
	}
	return undefined;
}

/** What docker answers to no words at all: the help, and that this was no success. */
const USAGE_STATUS = 125;

function looksLikeFile(word: string): boolean {
	return word === "-" || /\.(wasm|wat)$/.test(word) || /[/\\]/.test(word) || existsSync(word);
}

function optionFirst(word: string): Fault {
	return new Fault("FLAG_UNKNOWN", `wherry has no flag '${word}'`, {
		note: "options of a run stand behind 'run'; --help and --version stand alone",
		help: [`wherry run ${word} ... FILE.wasm`, "wherry --help"],
	});
}

function bug(cause: unknown): Fault {
	return new Fault(
		"BUG",
		`wherry failed in a way it should not: ${cause instanceof Error ? cause.message : String(cause)}`,
		{
			note: "this is a mistake in wherry, not in your program",
			help: "please report it, with what follows and the output of: wherry version",
			cause,
		},
	);
}

import { COMMON_FLAGS } from "./common-flags.ts";
import type { Flag } from "./flags.ts";
import { RUN_FLAGS } from "./run-flags.ts";
import type { Run } from "./run-verb.ts";

/** One verb, declared once: dispatch, help, completions and docs/cli.md all read this. */
export interface Command {
	readonly name: string;
	readonly usage: string;
	readonly summary: string;
	/** Sentences of help, a paragraph each. */
	readonly about: readonly string[];
	readonly flags: readonly Flag<never>[];
	readonly examples: readonly Example[];
	/** What completions offer for its first argument. */
	readonly completes: "program" | "command" | "code" | "shell" | "nothing";
	/** Loads the verb's own file, and no other's, and does it. Answers the exit status. */
	readonly start: (words: readonly string[], run: Run) => Promise<number>;
}

export interface Example {
	readonly says: string;
	readonly words: string;
}

/** Every verb, in the order of help. */
export const COMMANDS: readonly Command[] = [
	{
		name: "run",
		usage: "wherry run [OPTIONS] FILE.wasm [ARG...]",
		summary: "Run a program in a sandbox that starts with nothing",
		about: [
			"FILE is a module of WASI preview1, binary (.wasm) or text (.wat), or - for standard input. Options stop at FILE; the words behind it belong to the program.",
			"The program may reach what options grant and nothing else. When it was refused something and fails, the error names the option that would grant it.",
		],
		flags: RUN_FLAGS,
		examples: [
			{
				says: "Let a program read one directory",
				words: "wherry run -v ./data:/data:ro count.wasm /data/a.txt",
			},
			{
				says: "Give it room to write, for ten seconds at most",
				words: "wherry run --tmpfs /tmp --timeout 10s sort.wasm",
			},
			{
				says: "See what a set of options grants, without running",
				words: "wherry run --print-policy -v .:/src:ro -e LANG",
			},
		],
		completes: "program",
		start: async (words, run) => (await import("./run-verb.ts")).runVerb(words, run),
	},
	{
		name: "help",
		usage: "wherry help [COMMAND]",
		summary: "Show how wherry, or one command of it, is used",
		about: ["The same as wherry --help and wherry COMMAND --help."],
		flags: COMMON_FLAGS,
		examples: [{ says: "Read about run", words: "wherry help run" }],
		completes: "command",
		start: async (words) => (await import("./help.ts")).helpVerb(words),
	},
	{
		name: "version",
		usage: "wherry version",
		summary: "Show the versions of wherry and of what it runs on",
		about: ["The first line is what wherry --version prints."],
		flags: COMMON_FLAGS,
		examples: [{ says: "For a report", words: "wherry version --format json" }],
		completes: "nothing",
		start: async (words) => (await import("./version-verb.ts")).versionVerb(words),
	},
];

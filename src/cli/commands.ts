import { COMMON_FLAGS } from "./common-flags.ts";
import type { Flag } from "./flags.ts";
import { RUN_FLAGS } from "./run-flags.ts";
import { type Run, runVerb } from "./run-verb.ts";

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
				words: "wherry run -v ./data:/data:ro wc.wasm /data/a.txt",
			},
			{
				says: "Give it room to write, for ten seconds at most",
				words: "wherry run --tmpfs /tmp --timeout 10s app.wasm",
			},
			{
				says: "See what a set of options grants, without running",
				words: "wherry run --print-policy -v .:/src:ro -e LANG",
			},
		],
		completes: "program",
		start: runVerb,
	},
	{
		name: "doctor",
		usage: "wherry doctor",
		summary: "Show which walls this machine can put around a program",
		about: [
			"Lists what wherry uses of the kernel and of Node, whether it is there, and what its absence means.",
		],
		flags: COMMON_FLAGS,
		examples: [{ says: "Look at this machine", words: "wherry doctor" }],
		completes: "nothing",
		start: async (words) => (await import("./doctor.ts")).doctorVerb(words),
	},
	{
		name: "explain",
		usage: "wherry explain [CODE]",
		summary: "Say at length what an error code means and what to do",
		about: [
			"Without CODE it lists them all. The code of an error stands in brackets at the end of its first line.",
		],
		flags: COMMON_FLAGS,
		examples: [{ says: "Read about one error", words: "wherry explain NOT_GRANTED" }],
		completes: "code",
		start: async (words) => (await import("./explain.ts")).explainVerb(words),
	},
	{
		name: "completion",
		usage: "wherry completion bash|zsh|fish|powershell",
		summary: "Print the completions for a shell",
		about: ["Prints a script that teaches a shell the commands and flags of wherry."],
		flags: COMMON_FLAGS,
		examples: [
			{ says: "In ~/.bashrc", words: 'eval "$(wherry completion bash)"' },
			{ says: "In ~/.zshrc, behind compinit", words: 'eval "$(wherry completion zsh)"' },
			{ says: "In fish", words: "wherry completion fish | source" },
			{
				says: "In PowerShell's profile",
				words: "wherry completion powershell | Out-String | Invoke-Expression",
			},
		],
		completes: "shell",
		start: async (words) => (await import("./completion.ts")).completionVerb(words),
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

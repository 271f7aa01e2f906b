import { RUN_VERB } from "./run-verb.ts";
import type { Verb } from "./verb.ts";

/** One command, declared once. What else there is to know of it is in the verb's own file. */
export interface Command {
	/** One word, or two: `image inspect`. */
	readonly name: string;
	/** Other names, docker's: `image ls`. */
	readonly aliases?: readonly string[];
	readonly summary: string;
	/** Loads the verb's own file, and no other's. */
	readonly load: () => Verb | Promise<Verb>;
}

/** Every command, in the order of help. */
export const COMMANDS: readonly Command[] = [
	{
		name: "run",
		summary: "Run a program in a sandbox that starts with nothing",
		load: () => RUN_VERB,
	},
	{
		name: "registry serve",
		summary: "Serve a small registry on this machine, for development and tests",
		load: async () => (await import("./registry/serve.ts")).REGISTRY_SERVE_VERB,
	},
	{
		name: "doctor",
		summary: "Show which walls this machine can put around a program",
		load: async () => (await import("./doctor.ts")).DOCTOR_VERB,
	},
	{
		name: "explain",
		summary: "Say at length what an error code means and what to do",
		load: async () => (await import("./explain.ts")).EXPLAIN_VERB,
	},
	{
		name: "completion",
		summary: "Print the completions for a shell",
		load: async () => (await import("./completion.ts")).COMPLETION_VERB,
	},
	{
		name: "help",
		summary: "Show how wherry, or one command of it, is used",
		load: async () => (await import("./help.ts")).HELP_VERB,
	},
	{
		name: "version",
		summary: "Show the versions of wherry and of what it runs on",
		load: async () => (await import("./version-verb.ts")).VERSION_VERB,
	},
];

/** A command with all that its file brings. */
export type LoadedCommand = Command & Verb;

/** All of them: for help, completions and documents. */
export async function loadCommands(): Promise<readonly LoadedCommand[]> {
	const verbs = await Promise.all(COMMANDS.map(async ({ load }) => load()));
	return COMMANDS.map((command, index) => Object.assign({}, command, verbs[index]));
}

import { Fault } from "../base/fault.ts";
import { readEnvFiles } from "./env-files.ts";
import { printNote, printResult } from "./print.ts";
import { RUN_FLAGS } from "./run-flags.ts";
import type { RunOptions } from "./run-options.ts";
import type { LearnAsked } from "./learn/learn-wishes.ts";
import { parseRunWords, type RunWords, settleRun } from "./run-words.ts";
import type { Verb } from "./verb.ts";

/** Runs a program and answers the exit status: src/cli/run.ts. */
export type Run = (options: RunOptions) => number | Promise<number>;

export const RUN_VERB: Verb = {
	usage: "wherry run [OPTIONS] FILE.wasm|IMAGE [ARG...]",
	about: [
		"FILE is a module of WASI preview1 or a component of WASI 0.2 or 0.3, binary (.wasm) or text (.wat), or - for standard input. Any other word that is no file here is the name of an image, or @ and its digest; it is pulled when it is missing. Options stop there; the words behind it belong to the program.",
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
			says: "Run an image of the store or of a registry",
			words: "wherry run -v ./data:/data:ro registry.example.com/team/app:1.2 /data/a.txt",
		},
		{
			says: "See what a set of options grants, without running",
			words: "wherry run --print-policy -v .:/src:ro -e LANG",
		},
	],
	completes: "program",
	start: runVerb,
};

/** `wherry run`: words to options, options to a run. Answers the exit status. */
export async function runVerb(words: readonly string[], run: Run): Promise<number> {
	const asked = parseRunWords(words);
	if (asked.help) {
		printResult(await (await import("./help.ts")).helpText("run"));
		return 0;
	}
	const policies =
		asked.policies.length === 0 ? [] : await (await import("./policy-files.ts")).readPolicies(asked.policies);
	const variables = asked.envFiles.length === 0 ? [] : readEnvFiles(asked.envFiles);
	const learn = learnAsked(asked);
	if (learn !== undefined) policies.unshift((await import("./learn/learn-wishes.ts")).learnWishes(learn));
	const options = settleRun(asked, policies, variables, ourVariable);
	for (const note of asked.notes) printNote(note);
	if (learn !== undefined && asked.printPolicy === undefined)
		return (await import("./learn/learn.ts")).learnRun(learn, options, run);
	if (asked.printPolicy === undefined) return run(options);
	const { printPolicy } = await import("../capability/policy-print.ts");
	printResult(printPolicy(options.grants, options.limits, asked.printPolicy));
	return 0;
}

/** @throws Fault USAGE for what is said of learning where nothing is learnt */
export function learnAsked({ learn, learnFrom, learnNet, learnEnv }: LearnWords): LearnAsked | undefined {
	if (learn !== undefined) return { file: learn, from: learnFrom, net: learnNet, env: learnEnv };
	if (learnFrom.length + learnNet.length + learnEnv.length === 0) return undefined;
	throw new Fault("USAGE", "there is no file to write what is learnt to", { help: "--learn policy.toml" });
}

type LearnWords = Pick<RunWords, "learn" | "learnFrom" | "learnNet" | "learnEnv">;

/** `process.env` has a prototype; a variable named `__proto__` or `constructor` is asked for like any. */
export function ourVariable(name: string): string | undefined {
	return Object.hasOwn(process.env, name) ? process.env[name] : undefined;
}

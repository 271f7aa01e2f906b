import { readEnvFiles } from "./env-files.ts";
import { printNote, printResult } from "./print.ts";
import type { RunOptions } from "./run-options.ts";
import { parseRunWords, settleRun } from "./run-words.ts";

/** Runs a program and answers the exit status: src/cli/run.ts. */
export type Run = (options: RunOptions) => number | Promise<number>;

/** `wherry run`: words to options, options to a run. Answers the exit status. */
export async function runVerb(words: readonly string[], run: Run): Promise<number> {
	const asked = parseRunWords(words);
	if (asked.help) {
		printResult((await import("./help.ts")).helpText("run"));
		return 0;
	}
	const policies =
		asked.policies.length === 0 ? [] : await (await import("./policy-files.ts")).readPolicies(asked.policies);
	const variables = asked.envFiles.length === 0 ? [] : readEnvFiles(asked.envFiles);
	const options = settleRun(asked, policies, variables, ourVariable);
	for (const note of asked.notes) printNote(note);
	if (asked.printPolicy === undefined) return run(options);
	const { printPolicy } = await import("../capability/policy-print.ts");
	printResult(printPolicy(options.grants, options.limits, asked.printPolicy));
	return 0;
}

/** `process.env` has a prototype; a variable named `__proto__` or `constructor` is asked for like any. */
function ourVariable(name: string): string | undefined {
	return Object.hasOwn(process.env, name) ? process.env[name] : undefined;
}

import { COMMON_FLAGS, type CommonDraft, parseAnywhere } from "./common-flags.ts";
import type { Flag } from "./flags.ts";
import { printResult } from "./print.ts";
import type { Run } from "./run-verb.ts";

/** What the file of a verb brings: dispatch, help, completions and docs/cli.md all read this. */
export interface Verb {
	readonly usage: string;
	/** Sentences of help, a paragraph each. */
	readonly about: readonly string[];
	readonly flags: readonly Flag<never>[];
	readonly examples: readonly Example[];
	/** What completions offer for its first argument. */
	readonly completes: Completes;
	/** Does it. Answers the exit status. */
	readonly start: (words: readonly string[], run: Run) => number | Promise<number>;
}

export type Completes = "program" | "image" | "file" | "directory" | "command" | "code" | "shell" | "nothing";

export interface Example {
	readonly says: string;
	readonly words: string;
}

/** A verb as its file declares it. `name` is the one in the table of commands. */
export interface VerbPlan<Draft> extends Omit<Verb, "flags" | "start"> {
	readonly name: string;
	/** Its own; what every verb takes is added, unless its own has that name: `--format` with more forms. */
	readonly flags: readonly Flag<Draft & CommonDraft>[];
	/** What holds when no flag is given. */
	readonly draft: () => Draft;
	/** `words` are those that are no flags. */
	readonly act: (asked: Draft & CommonDraft, words: readonly string[]) => number | Promise<number>;
}

/** A verb whose flags may stand anywhere among its words, until `--`. */
export function verb<Draft extends object>(plan: VerbPlan<Draft>): Verb {
	const { name, usage, about, examples, completes } = plan;
	const own = new Set(plan.flags.map(({ long }) => long));
	const common = COMMON_FLAGS.filter(({ long }) => !own.has(long));
	const flags = [...plan.flags, ...common] as readonly Flag<Draft & CommonDraft>[];
	return {
		usage,
		about,
		flags,
		examples,
		completes,
		async start(words) {
			const asked = { ...plan.draft(), format: "text", debug: false, help: false } as Draft & CommonDraft;
			const rest = parseAnywhere(name, flags, asked, words);
			if (!asked.help) return plan.act(asked, rest);
			const { helpText } = await import("./help.ts");
			printResult(await helpText(name));
			return 0;
		},
	};
}

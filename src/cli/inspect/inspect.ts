import { inspectProgram } from "../../inspect/assemble.ts";
import { partsOf } from "../../inspect/programs.ts";
import { textReport } from "../../inspect/text-report.ts";
import { demandWords } from "../images/each.ts";
import { printResult } from "../print.ts";
import { programBytes } from "../program-bytes.ts";
import { verb } from "../verb.ts";
import { readAdvisories } from "./advisories-file.ts";

const USAGE = "wherry inspect [OPTIONS] FILE|IMAGE";

interface Draft {
	advisories: string | undefined;
}

/** `wherry inspect`: what a program is, asks for, carries and was made by, without running it. */
export const INSPECT_VERB = verb<Draft>({
	name: "inspect",
	usage: USAGE,
	about: [
		"Says what is inside a module or component, before it runs: what it asks a host for, in plain words, and which of its exports can reach that; what it gives; what it carries; who made it, and of what. The list of what it asks for is complete: what is not imported cannot be called.",
		"Findings say what is worth a look: constants of cryptography, addresses, keys, files within, hardening left out, each with where it is and why it matters. It says facts, and no verdict: that a program is harmless cannot be read from its bytes. '-' is standard input.",
	],
	flags: [
		{
			long: "advisories",
			value: "FILE",
			completes: "file",
			group: "Options",
			doc: "Hold its dependencies against the advisories in a file of OSV's JSON: one, an array, or one a line",
			apply: (draft, value) => (draft.advisories = value),
		},
	],
	examples: [
		{ says: "One page about a program", words: "wherry inspect app.wasm" },
		{ says: "The same, of an image in the store", words: "wherry inspect app:1.2" },
		{
			says: "With the advisories that name its dependencies",
			words: "wherry inspect --advisories osv.json app.wasm",
		},
		{ says: "Everything, for another program", words: "wherry inspect --format json app.wasm" },
	],
	completes: "program",
	draft: () => ({ advisories: undefined }),
	async act({ format, advisories }, words) {
		demandWords(words, 1, 1, USAGE);
		const [word = ""] = words;
		const known = advisories === undefined ? [] : readAdvisories(advisories);
		const bytes = await programBytes(word, "inspect");
		const report = await inspectProgram(bytes, word, partsOf(bytes), known);
		printResult(format === "json" ? `${JSON.stringify(report)}\n` : textReport(report));
		return 0;
	},
});

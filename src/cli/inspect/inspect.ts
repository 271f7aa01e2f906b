import { inspectProgram } from "../../inspect/assemble.ts";
import { textReport } from "../../inspect/text-report.ts";
import { demandWords } from "../images/each.ts";
import { printResult } from "../print.ts";
import { programBytes } from "../program-bytes.ts";
import { verb } from "../verb.ts";

const USAGE = "wherry inspect [OPTIONS] FILE|IMAGE";

/** `wherry inspect`: what a program is, asks for, carries and was made by, without running it. */
export const INSPECT_VERB = verb<object>({
	name: "inspect",
	usage: USAGE,
	about: [
		"Says what is inside a module or component, before it runs: what it asks a host for, in plain words, and which of its exports can reach that; what it gives; what it carries; who made it, and of what. The list of what it asks for is complete: what is not imported cannot be called.",
		"It says facts, and no verdict: that a program is harmless cannot be read from its bytes. '-' is standard input.",
	],
	flags: [],
	examples: [
		{ says: "One page about a program", words: "wherry inspect app.wasm" },
		{ says: "The same, of an image in the store", words: "wherry inspect app:1.2" },
		{ says: "Everything, for another program", words: "wherry inspect --format json app.wasm" },
	],
	completes: "program",
	draft: () => ({}),
	async act({ format }, words) {
		demandWords(words, 1, 1, USAGE);
		const [word = ""] = words;
		const report = await inspectProgram(await programBytes(word, "inspect"), word);
		printResult(format === "json" ? `${JSON.stringify(report)}\n` : textReport(report));
		return 0;
	},
});

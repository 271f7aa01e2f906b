import { compare } from "../../inspect/diff.ts";
import { differenceText } from "../../inspect/diff-text.ts";
import { demandWords } from "../images/each.ts";
import { printResult } from "../print.ts";

import { verb } from "../verb.ts";
import { examineProgram } from "./examine-program.ts";

const USAGE = "wherry diff [OPTIONS] OLD NEW";

/** `wherry diff`: what changed between two programs, without running them. */
export const DIFF_VERB = verb<object>({
	name: "diff",
	usage: USAGE,
	about: [
		"Says what changed from one program to another: first what it newly asks a host for, in plain words, then imports and exports, functions, data and sections, findings, dependencies, and who made it. OLD and NEW are files or images.",
		"Functions are matched by name, and without one by what they do. Numbers that a linker gives out, of functions and types, do not count as a change; addresses of data do, and are told apart as changed in numbers only.",
		"The exit status is 0 when both are the same, byte by byte, 1 when they differ, and 125 to 127 when one cannot be read.",
	],
	flags: [],
	examples: [
		{ says: "What an update brings", words: "wherry diff old.wasm new.wasm" },
		{ says: "Of two images in the store", words: "wherry diff app:1.2 app:1.3" },
		{ says: "Everything, for another program", words: "wherry diff --format json old.wasm new.wasm" },
	],
	completes: "program",
	draft: () => ({}),
	async act({ format }, words) {
		demandWords(words, 2, 2, USAGE);
		const [old = "", now = ""] = words;
		const before = await examineProgram(old, "diff");
		const after = await examineProgram(now, "diff");
		const difference = compare(before, after);
		printResult(format === "json" ? `${JSON.stringify(difference)}\n` : differenceText(difference));
		return difference.equal ? 0 : 1;
	},
});

import { type Code, CODES } from "../base/codes.ts";
import { Fault } from "../base/fault.ts";
import { nearMisses } from "../base/near.ts";
import { EXPLANATIONS } from "./explanations.ts";
import { wrap } from "./help.ts";
import { printResult } from "./print.ts";
import type { Format } from "./run-options.ts";
import { verb } from "./verb.ts";

/** `wherry explain [CODE]`: the long text of a code, or the list of all. */
export const EXPLAIN_VERB = verb({
	name: "explain",
	usage: "wherry explain [CODE]",
	about: [
		"Without CODE it lists them all. The code of an error stands in brackets at the end of its first line.",
	],
	flags: [],
	examples: [{ says: "Read about one error", words: "wherry explain NOT_GRANTED" }],
	completes: "code",
	draft: () => ({}),
	act({ format }, [word]) {
		printResult(word === undefined ? codeList(format) : explanationText(parseCode(word), format));
		return 0;
	},
});

const CODE_NAMES = Object.keys(CODES) as Code[];
const LINE_WIDTH = 100;

/** In any case of letters, with or without the brackets of an error. */
function parseCode(word: string): Code {
	const name = word
		.replace(/^\[(.*)\]$/, "$1")
		.toUpperCase()
		.replaceAll("-", "_");
	const code = CODE_NAMES.find((candidate) => candidate === name);
	if (code !== undefined) return code;
	const near = nearMisses(name, CODE_NAMES);
	throw new Fault("CODE_UNKNOWN", `there is no error code '${word}'`, {
		help: near.length > 0 ? near.map((candidate) => `wherry explain ${candidate}`) : "wherry explain",
	});
}

function codeList(format: Format): string {
	const width = Math.max(...CODE_NAMES.map((code) => code.length)) + 2;
	return CODE_NAMES.map((code) => {
		const { means } = EXPLANATIONS[code];
		if (format === "json") return `${JSON.stringify({ code, exit: CODES[code].exit, means })}\n`;
		const [first = "", ...more] = wrap(means, LINE_WIDTH - width);
		return `${[code.padEnd(width) + first, ...more.map((line) => " ".repeat(width) + line)].join("\n")}\n`;
	}).join("");
}

function explanationText(code: Code, format: Format): string {
	const { exit, blame } = CODES[code];
	const explanation = EXPLANATIONS[code];
	if (format === "json") return `${JSON.stringify({ code, exit, ...explanation })}\n`;
	const { means, why, remedy, example } = explanation;
	const paragraphs = [means, why, remedy].map((text) => wrap(text, LINE_WIDTH).join("\n"));
	// a guest that was refused something ends as it likes, and its status is ours
	const status = exit === 1 && blame === "guest" ? "the program's own exit status" : `exit status ${exit}`;
	return `${code} (${status})\n\n${paragraphs.join("\n\n")}\n\n    ${example}\n`;
}

import { Fault } from "../../base/fault.ts";
import { shellWord } from "../../base/shell.ts";
import { htmlReport } from "../../inspect/html/page.ts";
import { textReport } from "../../inspect/text-report.ts";
import { demandWords } from "../images/each.ts";
import { printResult } from "../print.ts";
import { verb } from "../verb.ts";
import { readAdvisories } from "./advisories-file.ts";
import { examineProgram } from "./examine-program.ts";

const USAGE = "wherry inspect [OPTIONS] FILE|IMAGE";

interface Draft {
	advisories: string | undefined;
	against: string | undefined;
	form: "text" | "json" | "html";
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
		{
			long: "against",
			value: "OLD",
			completes: "file",
			group: "Options",
			doc: "Show what changed since an older program, too, in HTML",
			apply: (draft, value) => (draft.against = value),
		},
		{
			long: "format",
			value: "text|json|html",
			choices: ["text", "json", "html"],
			group: "Output",
			doc: "Write a page for the terminal, one JSON object (docs/inspect-report.schema.json), or one HTML file that needs no network",
			apply(draft, value) {
				draft.form = value === "json" || value === "html" ? value : "text";
				draft.format = value === "json" ? "json" : "text";
			},
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
		{ says: "A page for the browser", words: "wherry inspect --format html app.wasm > app.html" },
		{
			says: "The same, with what an update changed",
			words: "wherry inspect --format html --against app:1.2 app:1.3 > app.html",
		},
	],
	completes: "program",
	draft: () => ({ advisories: undefined, against: undefined, form: "text" }),
	async act({ form, advisories, against }, words) {
		demandWords(words, 1, 1, USAGE);
		const [word = ""] = words;
		const known = advisories === undefined ? [] : readAdvisories(advisories);
		if (against !== undefined && form !== "html")
			throw new Fault("FLAG_INVALID", "cannot show a difference but in HTML", {
				note: "--against was given, and --format is not html",
				help: `wherry diff ${shellWord(against)} ${shellWord(word)}`,
			});
		const examined = await examineProgram(word, "inspect", known);
		const older = against === undefined ? undefined : await examineProgram(against, "inspect");
		const { report } = examined;
		if (form === "html") printResult(htmlReport(examined, older));
		else printResult(form === "json" ? `${JSON.stringify(report)}\n` : textReport(report));
		return 0;
	},
});

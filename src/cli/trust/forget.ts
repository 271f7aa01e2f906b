import { demandWords, forEach } from "../images/each.ts";
import { printResult } from "../print.ts";
import { verb } from "../verb.ts";
import { changePins } from "./change-pins.ts";
import { demandPinned, parseTagged } from "./name-words.ts";
import { readPins } from "./trust-files.ts";

const USAGE = "wherry trust forget NAME[:TAG]...";

/** `wherry trust forget`: the next pull of a name counts as the first. */
export const TRUST_FORGET_VERB = verb({
	name: "trust forget",
	usage: USAGE,
	about: [
		"Forgets what a name stood for. The next pull of it counts as the first; until then nothing runs by it.",
	],
	flags: [],
	examples: [{ says: "Start anew with a name", words: "wherry trust forget hello:latest" }],
	completes: "image",
	draft: () => ({}),
	async act(asked, words) {
		demandWords(words, 1, Infinity, USAGE);
		return forEach(words, asked, (word) => {
			const name = parseTagged(word);
			const { digest } = demandPinned(readPins(), name, "forget");
			changePins((pins) => pins.delete(name.reference));
			const told = JSON.stringify({ name: name.reference, digest });
			printResult(asked.format === "json" ? `${told}\n` : `Forgotten: ${name.shown}@${digest}\n`);
		});
	},
});

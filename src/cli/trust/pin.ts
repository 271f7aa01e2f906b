import { Fault } from "../../base/fault.ts";
import { demandWords } from "../images/each.ts";
import { printResult } from "../print.ts";
import { verb } from "../verb.ts";
import { changePins } from "./change-pins.ts";
import { parseTagged } from "./name-words.ts";

const USAGE = "wherry trust pin NAME[:TAG]@DIGEST";

/** `wherry trust pin`: says which digest a name stands for. */
export const TRUST_PIN_VERB = verb({
	name: "trust pin",
	usage: USAGE,
	about: [
		"Says which digest a name stands for, before it is first seen or instead of what was seen. A pull that brings another is refused.",
	],
	flags: [],
	examples: [
		{
			says: "Take a digest from a page that you trust",
			words: "wherry trust pin hello:latest@sha256:9f86d081...",
		},
	],
	completes: "image",
	draft: () => ({}),
	act({ format }, words) {
		demandWords(words, 1, 1, USAGE);
		const [word = ""] = words;
		const { reference, shown, digest } = parseTagged(word);
		if (digest === undefined)
			throw new Fault("USAGE", `cannot pin '${word}'`, {
				note: "the digest to pin is missing",
				help: [
					`wherry trust pin ${shown}@sha256:...`,
					`wherry trust show ${shown}    to see what it has been`,
				],
			});
		changePins((pins) => pins.set(reference, { digest, how: "pinned", since: new Date().toISOString() }));
		printResult(
			format === "json" ? `${JSON.stringify({ name: reference, digest })}\n` : `Pinned: ${shown}@${digest}\n`,
		);
		return 0;
	},
});

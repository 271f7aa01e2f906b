import { Fault } from "../../base/fault.ts";
import type { Digest } from "../../oci/digest.ts";
import { readName } from "../../store/read.ts";
import type { Pin } from "../../trust/pins.ts";
import { agrees } from "../agrees.ts";
import { demandWords } from "../images/each.ts";
import { storeFolder } from "../images/open-store.ts";
import { printNote, printResult } from "../print.ts";
import { verb } from "../verb.ts";
import { changePins } from "./change-pins.ts";
import { parseTagged, type TaggedName } from "./name-words.ts";
import { readPins } from "./trust-files.ts";

const USAGE = "wherry trust accept [OPTIONS] NAME[:TAG][@DIGEST]";

interface Draft {
	yes: boolean;
}

/** `wherry trust accept`: lets a name stand for what it was refused for. */
export const TRUST_ACCEPT_VERB = verb<Draft>({
	name: "trust accept",
	usage: USAGE,
	about: [
		"Accepts that a name stands for something else now: what was refused last, or what the store has under that name. It shows both digests and asks.",
		"With a DIGEST it accepts that one and no other.",
	],
	flags: [
		{
			long: "yes",
			short: "y",
			group: "Options",
			doc: "Do not ask",
			apply: (draft, value) => (draft.yes = value === "true"),
		},
	],
	examples: [{ says: "Accept a moved tag", words: "wherry trust accept hello:latest" }],
	completes: "image",
	draft: () => ({ yes: false }),
	act({ yes, format }, words) {
		demandWords(words, 1, 1, USAGE);
		const name = parseTagged(words[0] ?? "");
		const pin = readPins().get(name.reference);
		const stored = readName(storeFolder(), name.reference)?.digest;
		const digest = name.digest ?? pin?.offered ?? stored;
		if (digest === undefined || digest === pin?.digest) throw nothingNew(name, pin);
		if (format === "text") process.stderr.write(changeText(name, pin, digest));
		if (!yes && !agrees("Accept it?")) {
			printNote("nothing was changed");
			return 1;
		}
		changePins((pins) =>
			pins.set(name.reference, { digest, how: "accepted", since: new Date().toISOString() }),
		);
		const told = { name: name.reference, was: pin?.digest, digest };
		printResult(format === "json" ? `${JSON.stringify(told)}\n` : `Accepted: ${name.shown}@${digest}\n`);
		if (stored !== digest) printNote(`it is not in the store yet; wherry pull ${name.shown} brings it`);
		return 0;
	},
});

function changeText({ shown }: TaggedName, pin: Pin | undefined, digest: Digest): string {
	const was = pin === undefined ? "nothing" : `${pin.digest}, ${pin.how} on ${pin.since.slice(0, 10)}`;
	return `'${shown}' stood for ${was}\nit would stand for ${digest}\n`;
}

function nothingNew({ shown }: TaggedName, pin: Pin | undefined): Fault {
	return new Fault("IMAGE_NOT_FOUND", `there is nothing to accept for '${shown}'`, {
		note:
			pin === undefined
				? "it is neither pinned nor in the store"
				: `it stands for ${pin.digest}, and nothing else was offered`,
		help: pin === undefined ? `wherry pull ${shown}` : `wherry trust show ${shown}`,
	});
}

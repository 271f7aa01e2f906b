import { join } from "node:path";
import { Fault } from "../../base/fault.ts";
import { shellWord } from "../../base/shell.ts";
import { commentText } from "../../capability/policy-print.ts";
import { needsDifference } from "../../inspect/needs-difference.ts";
import { type Lock, LOCK_FILE, type LockedImage, printLock } from "../../trust/lock.ts";
import { agrees } from "../agrees.ts";
import { demandWords } from "../images/each.ts";
import { printNote, printResult } from "../print.ts";
import { verb } from "../verb.ts";
import { openTrust } from "./gate.ts";
import { lockedImage } from "./lock.ts";
import { parseTagged } from "./name-words.ts";
import { policyToLock } from "./policy-digest.ts";
import { replaceFile } from "./replace-file.ts";
import { findLock, readLock } from "./trust-files.ts";

const USAGE = "wherry approve [OPTIONS] NAME[:TAG]";

interface Draft {
	yes: boolean;
	policy: string | undefined;
}

/** `wherry approve`: shows what an image needs that the lock does not have, and writes it there. */
export const APPROVE_VERB = verb<Draft>({
	name: "approve",
	usage: USAGE,
	about: [
		`Shows what changed between an image and what ${LOCK_FILE} says of it, what it can ask of a host first, and accepts it into the lock. On a terminal it asks; elsewhere it needs --yes.`,
	],
	flags: [
		{
			long: "yes",
			short: "y",
			group: "Options",
			doc: "Do not ask",
			apply: (draft, value) => (draft.yes = value === "true"),
		},
		{
			long: "policy",
			value: "FILE",
			completes: "file",
			group: "Options",
			doc: "Lock this policy with it: run --locked takes no other",
			apply: (draft, value) => (draft.policy = value),
		},
	],
	examples: [{ says: "Accept what a new version needs", words: "wherry approve hello:latest" }],
	completes: "image",
	draft: () => ({ yes: false, policy: undefined }),
	async act({ yes, policy, format }, words) {
		demandWords(words, 1, 1, USAGE);
		const name = parseTagged(words[0] ?? "");
		const lock: Lock =
			findLock() === undefined ? { file: join(process.cwd(), LOCK_FILE), images: new Map() } : readLock();
		const was = lock.images.get(name.reference);
		const locked = await lockedImage(await openTrust(), name);
		const given = policy === undefined ? undefined : await policyToLock(policy);
		const hash = given?.digest ?? was?.policy;
		const is: LockedImage = { ...locked, ...(hash === undefined ? {} : { policy: hash }) };
		const changes = changesOf(was, is, given?.grants ?? []);
		if (format === "text") process.stderr.write(changes.map((line) => `${line}\n`).join(""));
		if (changes.length === 0) printNote(`'${name.shown}' is what the lock says already`);
		if (changes.length > 0 && !yes && !mayAsk()) throw nobodyToAsk(name.shown, policy);
		if (changes.length > 0 && !yes && !agrees("Accept it?")) {
			printNote("nothing was changed");
			return 1;
		}
		if (changes.length > 0) {
			// while it was asked, another image may have been locked
			const { images } = findLock() === undefined ? lock : readLock();
			replaceFile(lock.file, printLock(new Map(images).set(name.reference, is)));
		}
		const { added, removed } = needsDifference(was?.imports ?? [], is.imports ?? []);
		const told = {
			name: name.reference,
			was: was?.manifest,
			digest: is.manifest,
			policy: is.policy,
			added,
			removed,
		};
		printResult(format === "json" ? `${JSON.stringify(told)}\n` : `Approved: ${name.shown}@${is.manifest}\n`);
		return 0;
	},
});

/** What it can ask of a host first: that is what is to be judged. */
function changesOf(was: LockedImage | undefined, is: LockedImage, granted: readonly string[]): string[] {
	const { added, removed } = needsDifference(was?.imports ?? [], is.imports ?? []);
	const changed = (what: string, before: string | undefined, after: string | undefined) =>
		before === after ? [] : [`  ${what} was ${before ?? "not locked"}`, `  ${what} is  ${after ?? "none"}`];
	return [
		...added.map((need) => `  + ${need}`),
		...removed.map((need) => `  - ${need}`),
		...(is.imports === undefined ? ["  what it can ask of a host is not known"] : []).filter(
			() => was?.manifest !== is.manifest,
		),
		...changed("digest", was?.manifest, is.manifest),
		...changed("keys", was?.keys.join(" "), is.keys.join(" ")),
		...changed("policy", was?.policy, is.policy),
		...(was?.policy === is.policy
			? []
			: granted.map((sentence) => `    the program ${commentText(sentence)}`)),
	];
}

function mayAsk(): boolean {
	return process.stdin.isTTY;
}

function nobodyToAsk(shown: string, policy: string | undefined): Fault {
	const flag = policy === undefined ? "" : ` --policy ${shellWord(policy)}`;
	return new Fault("USAGE", `cannot ask whether to accept '${shown}'`, {
		note: "standard input is no terminal",
		help: `wherry approve --yes${flag} ${shown}`,
	});
}

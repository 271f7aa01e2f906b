import { familiarName, parseNamed, type Reference } from "../../oci/reference.ts";
import { demandWords } from "../images/each.ts";
import { printLog, printResult } from "../print.ts";
import type { Format } from "../run-options.ts";
import { TRUST_FLAGS, type TrustDraft } from "../trust/trust-flags.ts";
import { verb } from "../verb.ts";
import type { Flag } from "../flags.ts";
import { interruptible } from "../interrupt.ts";
import { openRepository } from "./open-registry.ts";
import { type PulledImage, pullImage } from "./pull-image.ts";
import { emptyTransfer, TRANSFER_FLAGS, type TransferDraft } from "./registry-flags.ts";

const USAGE = "wherry pull [OPTIONS] NAME[:TAG|@DIGEST]";

interface PullDraft extends TransferDraft, TrustDraft {
	platform: string | undefined;
	allTags: boolean;
}

const PULL_FLAGS: readonly Flag<PullDraft>[] = [
	{
		long: "platform",
		value: "OS/ARCH",
		group: "Registry",
		doc: "Of an image for several platforms take this one; 'all' takes them all",
		apply: (draft, value) => (draft.platform = value),
	},
	{
		long: "all-tags",
		short: "a",
		group: "Registry",
		doc: "Pull every tag of the repository",
		apply: (draft, value) => (draft.allTags = value === "true"),
	},
];

/** `wherry pull`: from a registry into the store. */
export const PULL_VERB = verb<PullDraft>({
	name: "pull",
	usage: USAGE,
	about: [
		"Brings an image of a registry to this machine, with its signatures, SBOMs and attestations. Every byte is checked against its digest, and your trust policy is asked before anything is kept.",
		"A registry on this machine is spoken to without encryption, every other one with it. Logins are those of docker and podman.",
	],
	flags: [
		...PULL_FLAGS,
		...(TRANSFER_FLAGS as readonly Flag<PullDraft>[]),
		...(TRUST_FLAGS as readonly Flag<PullDraft>[]),
	],
	examples: [
		{ says: "Pull by tag", words: "wherry pull registry.example.com/team/app:1.2" },
		{ says: "Pull the very bytes you know", words: "wherry pull registry.example.com/team/app@sha256:..." },
		{
			says: "Pull from a registry without TLS",
			words: "wherry pull --insecure box.lan:5000 box.lan:5000/app",
		},
	],
	completes: "image",
	draft: () => ({
		...emptyTransfer(),
		platform: undefined,
		allTags: false,
		trustPolicy: undefined,
		locked: false,
	}),
	async act(asked, words) {
		demandWords(words, 1, 1, USAGE);
		return interruptible(async (signal) => {
			for (const reference of await referencesOf(words[0] ?? "", asked, signal))
				printPulled(await pullImage(reference, pullAsked(asked, signal)), asked);
			return 0;
		});
	},
});

async function referencesOf(
	word: string,
	asked: PullDraft & { format: Format },
	signal: AbortSignal,
): Promise<readonly Reference[]> {
	const named = parseNamed(word);
	if (asked.allTags) {
		const tags = await openRepository(named, { insecure: asked.insecure, signal }).tags();
		// what hangs on images comes along with them
		const own = tags.filter((tag) => !/^sha(?:256|512)-[0-9a-f]{64}/.test(tag));
		return own.map((tag) => withTag(named, tag));
	}
	if (named.tag !== undefined || named.digest !== undefined) return [named];
	if (!asked.quiet && asked.format === "text") printLog("Using default tag: latest");
	return [{ ...named, tag: "latest" }];
}

function withTag({ registry, path }: Reference, tag: string): Reference {
	return { registry, path, tag, digest: undefined };
}

function pullAsked(asked: PullDraft & { format: Format }, signal: AbortSignal) {
	const { insecure, attachments, platform, trustPolicy, locked } = asked;
	return {
		insecure,
		attachments,
		signal,
		progress: asked.quiet || asked.format === "json" ? ("none" as const) : asked.progress,
		trust: { policy: trustPolicy, locked },
		...(platform !== undefined && { platform }),
	};
}

function printPulled(
	{ reference, descriptor, isNew }: PulledImage,
	{ quiet, format }: PullDraft & { format: Format },
): void {
	const name = familiarName(reference);
	const { digest } = descriptor;
	if (format === "json") printResult(`${JSON.stringify({ name, digest, isNew })}\n`);
	else if (quiet) printResult(`${name}\n`);
	else {
		const status = isNew ? "Downloaded newer image for" : "Image is up to date for";
		printResult(`Digest: ${digest}\nStatus: ${status} ${name}\n${name}\n`);
	}
}

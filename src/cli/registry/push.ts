import { Fault } from "../../base/fault.ts";
import { copyAttachments } from "../../oci/attachments.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { copyGraph } from "../../oci/graph.ts";
import {
	familiarName,
	familiarRepository,
	parseReference,
	type Reference,
	repositoryName,
} from "../../oci/reference.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { tagSignatures } from "../../trust/merge-signatures.ts";
import { demandWords } from "../images/each.ts";
import { imageNotFound, referenceOf } from "../images/find-image.ts";
import { openStore } from "../images/open-store.ts";
import { printResult } from "../print.ts";
import { verb } from "../verb.ts";
import { interruptible } from "../interrupt.ts";
import { openRepository } from "./open-registry.ts";
import { openProgress, PUSH_WORDS, SILENT } from "./progress.ts";
import { emptyTransfer, TRANSFER_FLAGS, type TransferDraft } from "./registry-flags.ts";

const USAGE = "wherry push [OPTIONS] NAME[:TAG]";
const CONCURRENCY = 3;
/** Repositories of the registry that are asked whether they have a blob already. */
const MOUNTS_MAX = 2;

/** `wherry push`: from the store to a registry. */
export const PUSH_VERB = verb<TransferDraft>({
	name: "push",
	usage: USAGE,
	about: [
		"Brings an image of this machine to the registry that its name begins with, and its signatures, SBOMs and attestations along. What the registry has is not sent again.",
	],
	flags: TRANSFER_FLAGS,
	examples: [
		{ says: "Push to a registry of your own", words: "wherry push 127.0.0.1:5000/app:1.2" },
		{
			says: "Give it the registry's name first",
			words: "wherry tag app:1.2 registry.example.com/team/app:1.2",
		},
	],
	completes: "image",
	draft: emptyTransfer,
	async act(asked, words) {
		demandWords(words, 1, 1, USAGE);
		const reference = pushable(words[0] ?? "");
		return interruptible(async (signal) => {
			const quiet = asked.quiet || asked.format === "json";
			const { digest, size } = await pushImage(reference, asked, quiet, signal);
			const name = familiarName(reference);
			if (asked.format === "json") printResult(`${JSON.stringify({ name, digest, size })}\n`);
			else printResult(asked.quiet ? `${name}\n` : `${reference.tag}: digest: ${digest} size: ${size}\n`);
			return 0;
		});
	},
});

/** A digest names bytes, and a push gives bytes a name. */
function pushable(word: string): Reference {
	const reference = parseReference(word);
	if (reference.digest === undefined) return reference;
	throw new Fault("REFERENCE_INVALID", `cannot push '${word}'`, {
		note: "a push gives an image a tag in the registry, and this names a digest",
		help: `wherry tag ${word} ${familiarRepository(reference)}:TAG`,
	});
}

async function pushImage(
	reference: Reference,
	asked: TransferDraft,
	quiet: boolean,
	signal: AbortSignal,
): Promise<Descriptor> {
	const store = openStore();
	const progress = await openProgress(quiet ? "none" : asked.progress, PUSH_WORDS);
	try {
		const tag = reference.tag ?? "latest";
		const from = store.repository(repositoryName(reference));
		const root = await from.resolve(tag);
		if (root === undefined) throw imageNotFound(store, familiarName(reference), "push");
		const mountFrom = neighbours(store, reference);
		const to = openRepository(reference, { insecure: asked.insecure, signal }, { mountFrom });
		progress.say(`The push refers to repository [${repositoryName(reference)}]`);
		await copyGraph(from, to, root, { concurrency: CONCURRENCY, progress, signal });
		if (asked.attachments)
			await copyAttachments(
				from,
				to,
				root.digest,
				{ concurrency: CONCURRENCY, progress: SILENT, signal },
				tagSignatures,
			);
		// last, so that the name never stands for what nobody can verify yet
		await to.tag(root, tag);
		return root;
	} finally {
		progress.end();
		store.close();
	}
}

/** Other repositories of the same registry that this store has images of. */
function neighbours(store: ImageStore, { registry, path }: Reference): readonly string[] {
	const paths = store.list().flatMap(({ name }) => {
		const other = name === undefined ? undefined : referenceOf(name);
		return other?.registry === registry && other.path !== path ? [other.path] : [];
	});
	return [...new Set(paths)].slice(0, MOUNTS_MAX);
}

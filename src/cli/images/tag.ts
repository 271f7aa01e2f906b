import { Fault } from "../../base/fault.ts";
import { attachments } from "../../oci/attachments.ts";
import type { Repository } from "../../oci/content.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { formatReference, parseReference, type Reference, repositoryName } from "../../oci/reference.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { verb } from "../verb.ts";
import { tagSignatures } from "../../trust/merge-signatures.ts";
import { repositoryOf } from "../../trust/name-scope.ts";
import { admitRun, openTrust, rememberOwn } from "../trust/gate.ts";
import { demandWords, forEach } from "./each.ts";
import { findImage } from "./find-image.ts";
import { openStore } from "./open-store.ts";

const USAGE = "wherry tag SOURCE[:TAG] TARGET[:TAG]";

/** `wherry tag`: another name for an image. */
export const TAG_VERB = verb({
	name: "tag",
	usage: USAGE,
	about: [
		"Gives an image of the store another name; its signatures go along. What had that name before keeps its digest until it is pruned.",
	],
	flags: [],
	examples: [
		{
			says: "Name an image for a registry",
			words: "wherry tag hello:latest registry.example.com/team/hello:1.2",
		},
	],
	completes: "image",
	draft: () => ({}),
	async act(asked, words) {
		demandWords(words, 2, 2, USAGE);
		const [source = "", target = ""] = words;
		return forEach([source], asked, async (word) => {
			const reference = parseReference(target);
			if (reference.digest !== undefined)
				throw new Fault("REFERENCE_INVALID", `cannot give an image the name '${target}'`, {
					note: "a digest is not given: it is what the image's bytes make",
					help: `wherry tag ${source} ${target.replace(/@.*/, "")}`,
				});
			const store = openStore();
			const { descriptor, name } = await findImage(store, word, "tag");
			const { digest } = descriptor;
			// another name must not make trusted what may not run under its own
			const candidate = { reference: name, shown: word, digest, moment: "run" } as const;
			await admitRun(await openTrust(), candidate, () => store.repository(repositoryOf(name ?? "")));
			store.tag(descriptor, formatReference(reference));
			await tagAttached(store.repository(repositoryOf(name ?? "")), store, reference, descriptor);
			rememberOwn(formatReference(reference), digest, "tagged");
		});
	},
});

/** Signatures that hang on an image by a tag are found in its own repository alone: they get a tag in the new one. */
async function tagAttached(
	from: Repository,
	store: ImageStore,
	target: Reference,
	{ digest }: Descriptor,
): Promise<void> {
	const to = store.repository(repositoryName(target));
	if (to.name === from.name) return;
	for (const { descriptor, tag } of await attachments(from, digest))
		if (tag !== undefined) await tagSignatures(to, descriptor, tag);
}

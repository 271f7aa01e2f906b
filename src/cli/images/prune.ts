import type { Digest } from "../../oci/digest.ts";
import type { Collected } from "../../store/collect.ts";
import type { ImageStore, StoredImage } from "../../store/image-store.ts";
import { agrees } from "../agrees.ts";
import { printNote, printResult } from "../print.ts";
import { forgetOwn } from "../trust/gate.ts";
import { verb } from "../verb.ts";
import { demandWords, forEach } from "./each.ts";
import { shownName } from "./find-image.ts";
import { humanSize } from "./human.ts";
import { openStore } from "./open-store.ts";
import { deletedLines } from "./remove.ts";

const USAGE = "wherry prune [OPTIONS]";

interface Draft {
	all: boolean;
	force: boolean;
	dry: boolean;
}

/** `wherry prune`: removes what has no tag. */
export const PRUNE_VERB = verb<Draft>({
	name: "prune",
	usage: USAGE,
	about: [
		"Removes images without a tag, and content that no image needs. What a process is pulling or building just now stays.",
	],
	flags: [
		{
			long: "all",
			short: "a",
			group: "Options",
			doc: "Remove all images that are not in use, not just those without a tag",
			apply: (draft, value) => (draft.all = value === "true"),
		},
		{
			long: "force",
			short: "f",
			group: "Options",
			doc: "Do not ask",
			apply: (draft, value) => (draft.force = value === "true"),
		},
		{
			long: "dry-run",
			group: "Options",
			doc: "Only say what would be removed",
			apply: (draft, value) => (draft.dry = value === "true"),
		},
	],
	examples: [
		{ says: "See what would go", words: "wherry prune --dry-run" },
		{ says: "Remove all images, without a question", words: "wherry prune --all --force" },
	],
	completes: "nothing",
	draft: () => ({ all: false, force: false, dry: false }),
	async act(asked, words) {
		demandWords(words, 0, 0, USAGE);
		if (!asked.dry && !asked.force && !agreesTo(asked.all)) {
			printNote("nothing was removed");
			return 0;
		}
		return forEach([""], asked, () => {
			const store = openStore();
			const chosen = store.list().filter((image) => isChosen(image, asked.all));
			if (!asked.dry) for (const { digest, name } of chosen) take(store, digest, name);
			const collected = asked.dry ? store.collectable(chosen) : store.collect();
			printResult(
				asked.format === "json" ? jsonText(chosen, collected) : plainText(chosen, collected, asked.dry),
			);
		});
	},
});

/** A pin is a container's: its image stays. */
function isChosen({ name, pin }: StoredImage, all: boolean): boolean {
	return pin === undefined && (all || name === undefined || name.includes("@"));
}

/** The name alone: the same image may have others that stay. */
function take(store: ImageStore, digest: Digest, name: string | undefined): void {
	if (name === undefined) store.forgetUnnamed(digest);
	else {
		store.untag(name);
		forgetOwn(name);
	}
}

function plainText(chosen: readonly StoredImage[], collected: Collected, dry: boolean): string {
	const untagged = chosen.flatMap(({ name }) => (name === undefined ? [] : `untagged: ${shownName(name)}`));
	const lines = [...untagged, ...deletedLines(collected, "deleted")];
	const heading = dry ? "Would be removed:" : "Deleted Images:";
	const size = humanSize(collected.reclaimed_bytes);
	const total = dry ? `Total space that would be reclaimed: ${size}` : `Total reclaimed space: ${size}`;
	return `${(lines.length === 0 ? [total] : [heading, ...lines, "", total]).join("\n")}\n`;
}

function jsonText(chosen: readonly StoredImage[], { removed, reclaimed_bytes }: Collected): string {
	const untagged = chosen.flatMap(({ name }) => name ?? []);
	return `${JSON.stringify({ untagged, deleted: removed.map(({ digest }) => digest), reclaimed_bytes })}\n`;
}

/** As docker asks. */
function agreesTo(all: boolean): boolean {
	const what = all ? "all images that are not in use" : "all images without a tag";
	return agrees(`WARNING! This will remove ${what}.\nAre you sure you want to continue?`);
}

import { Fault } from "../../base/fault.ts";
import type { Collected } from "../../store/collect.ts";
import type { ImageStore, StoredImage } from "../../store/image-store.ts";
import { printResult } from "../print.ts";
import { forgetOwn } from "../trust/gate.ts";
import { verb } from "../verb.ts";
import { demandWords, forEach } from "./each.ts";
import { findImage, type FoundImage, referenceOf, shownName } from "./find-image.ts";
import { openStore } from "./open-store.ts";

const USAGE = "wherry rmi [OPTIONS] IMAGE [IMAGE...]";

/** `wherry rmi`: takes names away, and with the last one the image. */
export const REMOVE_VERB = verb({
	name: "rmi",
	usage: USAGE,
	about: [
		"Takes a name away from an image, and removes what no other name needs, with the signatures and SBOMs attached to it. By its ID an image is removed with all its names.",
	],
	flags: [
		{
			long: "force",
			short: "f",
			group: "Options",
			doc: "Remove an image that has names in several repositories, or that is in use; do not mind one that is not there",
			apply: (draft, value) => (draft.force = value === "true"),
		},
	],
	examples: [
		{ says: "Remove one image", words: "wherry rmi hello:latest" },
		{ says: "Remove all that have no tag", words: "wherry rmi $(wherry images -q --filter dangling=true)" },
	],
	completes: "image",
	draft: () => ({ force: false }),
	async act(asked, words) {
		demandWords(words, 1, Infinity, USAGE);
		const store = openStore();
		return forEach(words, asked, async (word) => {
			try {
				const removed = await removeImage(store, word, asked.force);
				printResult(asked.format === "json" ? jsonText(word, removed) : plainText(removed));
			} catch (error) {
				const isMissing = error instanceof Fault && error.code === "IMAGE_NOT_FOUND";
				if (!asked.force || !isMissing) throw error;
			}
		});
	},
});

interface Removed {
	/** As docker shows them. */
	readonly untagged: readonly string[];
	readonly collected: Collected;
}

async function removeImage(store: ImageStore, word: string, force: boolean): Promise<Removed> {
	const found = await findImage(store, word, "rmi");
	const all = store.list().filter(({ digest }) => digest === found.descriptor.digest);
	const names = namesToTake(found, all);
	if (!force) demandFree(word, names, all);
	for (const name of names) {
		store.untag(name);
		forgetOwn(name);
	}
	const left = all.filter(
		({ name, pin }) => pin !== undefined || (name !== undefined && !names.includes(name)),
	);
	if (left.length === 0) store.forgetUnnamed(found.descriptor.digest);
	return { untagged: names.map(shownName), collected: store.collect() };
}

function plainText({ untagged, collected }: Removed): string {
	const lines = [...untagged.map((name) => `Untagged: ${name}`), ...deletedLines(collected)];
	return lines.map((line) => `${line}\n`).join("");
}

function jsonText(image: string, { untagged, collected }: Removed): string {
	const { removed, reclaimed_bytes } = collected;
	const deleted = removed.map(({ digest }) => digest);
	return `${JSON.stringify({ image, untagged, deleted, reclaimed_bytes })}\n`;
}

/** By a tag only that; with the last tag, and by a digest or id, all names of the image. */
function namesToTake({ name }: FoundImage, all: readonly StoredImage[]): string[] {
	const names = all.flatMap((image) => image.name ?? []);
	if (name === undefined || name.includes("@")) return names;
	const taken = names.filter((one) => isSameName(one, name));
	const hasOtherTag = names.some((one) => !one.includes("@") && !taken.includes(one));
	return hasOtherTag ? taken : [...taken, ...names.filter((one) => one.includes("@"))];
}

/** Others may have written it shorter. */
function isSameName(one: string, other: string): boolean {
	return shownName(one) === shownName(other);
}

function demandFree(word: string, names: readonly string[], all: readonly StoredImage[]): void {
	const owner = all.find(({ pin }) => pin !== undefined)?.pin;
	const repositories = new Set(names.map((name) => name.replace(/[:@][^/]*$/, "")));
	const takesAll = all.every(({ name }) => name === undefined || names.includes(name));
	if (owner !== undefined && takesAll) throw inUse(word, `'${owner}' uses it`);
	if (repositories.size > 1 && !names.some((name) => isWord(name, word)))
		throw inUse(word, `it has names in several repositories: ${names.map(shownName).join(", ")}`);
}

function isWord(name: string, word: string): boolean {
	const reference = referenceOf(word);
	return reference !== undefined && shownName(name) === shownName(word);
}

function inUse(word: string, note: string): Fault {
	return new Fault("IMAGE_IN_USE", `cannot remove the image '${word}'`, {
		note,
		help: `wherry rmi -f ${word}`,
	});
}

/** What docker prints of blobs that are gone. */
export function deletedLines({ removed }: Collected, word = "Deleted"): string[] {
	return removed.map(({ digest }) => `${word}: ${digest}`);
}

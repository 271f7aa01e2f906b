import { Fault } from "../../base/fault.ts";
import { nearMisses } from "../../base/near.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import { familiarName, formatReference, parseReference, type Reference } from "../../oci/reference.ts";
import type { ImageStore } from "../../store/image-store.ts";

/** What a word of the command line names in the store. */
export interface FoundImage {
	readonly descriptor: Descriptor;
	/** Of the store: `docker.io/library/hello:latest`. Absent where it was named by its id. */
	readonly name?: string;
}

/**
 * The image that a word names: a name, a name with a digest, a digest or the beginning of one.
 *
 * @param verb stands in the help: `wherry VERB NAME`
 * @throws Fault IMAGE_NOT_FOUND, with what comes near; REFERENCE_INVALID for the beginning of several ids
 */
export async function findImage(store: ImageStore, word: string, verb: string): Promise<FoundImage> {
	const id = /^@?(sha256:|sha512:)([0-9a-f]{1,128})$/.exec(word);
	if (id !== null) return byId(store, `${id[1]}${id[2]}`, word, verb);
	const reference = referenceOf(word);
	const named = reference === undefined ? undefined : await byName(store, reference);
	if (named !== undefined) return named;
	if (/^[0-9a-f]{4,64}$/.test(word)) return byId(store, `sha256:${word}`, word, verb);
	if (reference === undefined) parseReference(word);
	throw imageNotFound(store, word, verb);
}

/** Says that the store has no such image, with the nearest names it has. */
export function imageNotFound(store: ImageStore, word: string, verb: string): Fault {
	const names = familiarNames(store);
	const stems = new Map(names.map((name) => [name.replace(/:[^/]*$/, ""), name]));
	const near = nearMisses(word, names);
	const nearStems = nearMisses(word.replace(/:[^/]*$/, ""), stems.keys()).map(
		(stem) => stems.get(stem) ?? stem,
	);
	const help = [...new Set([...near, ...nearStems])].slice(0, 3).map((name) => `wherry ${verb} ${name}`);
	return new Fault("IMAGE_NOT_FOUND", `cannot find the image '${word}'`, {
		note: `there is none of this name in the store '${store.folder}'`,
		help: help.length > 0 ? help : "wherry images",
	});
}

/** All names of images as docker shows them, attached tags left out: for completions and near misses. */
export function familiarNames(store: ImageStore): string[] {
	const names = store.list().flatMap(({ name }) => (name === undefined || name.includes("@") ? [] : name));
	return [...new Set(names.map(shownName))].toSorted();
}

/** As docker shows a name; one that others wrote and that is no reference, as it is. */
export function shownName(name: string): string {
	const reference = referenceOf(name);
	return reference === undefined ? name : familiarName(reference);
}

/** The parts of a name in the store; undefined for one of others that is none. */
export function referenceOf(name: string): Reference | undefined {
	try {
		return parseReference(name);
	} catch {
		return undefined;
	}
}

async function byName(store: ImageStore, reference: Reference): Promise<FoundImage | undefined> {
	const { digest } = reference;
	// a digest counts before a tag
	const name = formatReference(digest === undefined ? reference : { ...reference, tag: undefined });
	const repository = store.repository(`${reference.registry}/${reference.path}`);
	const descriptor = await repository.resolve(digest ?? reference.tag ?? "latest");
	return descriptor === undefined ? undefined : { descriptor, name };
}

async function byId(store: ImageStore, prefix: string, word: string, verb: string): Promise<FoundImage> {
	const found = new Map<Digest, Descriptor>();
	for (const image of store.list()) if (image.digest.startsWith(prefix)) found.set(image.digest, image);
	const [descriptor, other] = found.values();
	if (other !== undefined)
		throw new Fault("REFERENCE_INVALID", `'${word}' is the beginning of several ids`, {
			note: [...found.keys()].slice(0, 4),
			help: "wherry images --no-trunc    shows them whole",
		});
	if (descriptor !== undefined) return { descriptor };
	const unnamed = isDigest(prefix) ? await store.repository("").resolve(prefix) : undefined;
	if (unnamed !== undefined) return { descriptor: unnamed };
	throw imageNotFound(store, word, verb);
}

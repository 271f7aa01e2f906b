import type { Descriptor } from "../../oci/descriptor.ts";
import { familiarRepository } from "../../oci/reference.ts";
import type { ImageStore, StoredImage } from "../../store/image-store.ts";
import { imageFacts, type ImageFacts, type Profile } from "./image-facts.ts";
import { findImage, referenceOf } from "./find-image.ts";
import { humanAgo, humanSize } from "./human.ts";
import { labelsOf } from "./labels.ts";
import { fits, type ListFilter } from "./list-filter.ts";

/** A line of `wherry images`: docker's names of fields, and two of ours. */
export interface ListRow {
	readonly Repository: string;
	readonly Tag: string;
	readonly Digest: string;
	readonly ID: string;
	readonly CreatedSince: string;
	readonly CreatedAt: string;
	readonly Size: string;
	readonly SizeBytes: number;
	readonly Profile: Profile | "attached";
}

export interface ListWishes {
	readonly all: boolean;
	readonly whole: boolean;
	readonly filters: readonly ListFilter[];
}

const NONE = "<none>";
const ID_DIGITS = 12;

/** The images that are wanted, the newest first. */
export async function listRows(store: ImageStore, wishes: ListWishes, name?: string): Promise<ListRow[]> {
	const found: Found[] = [];
	for (const image of shownImages(store.list(), store, wishes.all)) found.push(await lookInto(store, image));
	const kept = await filtered(store, found, wishes.filters);
	const now_ms = Date.now();
	return kept
		.filter((one) => name === undefined || isNamed(one, name))
		.toSorted(
			(one, other) => (other.facts.created_ms ?? 0) - (one.facts.created_ms ?? 0) || order(one, other),
		)
		.map((one) => rowOf(one, wishes.whole, now_ms));
}

interface Shown {
	readonly image: StoredImage;
	readonly repository: string;
	readonly tag: string;
	readonly attached: boolean;
}

interface Found extends Shown {
	readonly facts: ImageFacts;
}

/** One line a name; a digest for a name only where the image has no tag there. */
function shownImages(images: readonly StoredImage[], store: ImageStore, all: boolean): Shown[] {
	const shown = images.map((image) => nameParts(image, false));
	const tagged = new Set(shown.filter(({ tag }) => tag !== NONE).map(placeOf));
	const lines = new Map<string, Shown>();
	for (const one of shown)
		if (one.tag !== NONE || !tagged.has(placeOf(one))) lines.set(`${placeOf(one)}:${one.tag}`, one);
	const attached = all ? store.attached().map((image) => nameParts(image, true)) : [];
	return [...lines.values(), ...attached];
}

function placeOf({ repository, image }: Shown): string {
	return `${repository}@${image.digest}`;
}

function nameParts(image: StoredImage, attached: boolean): Shown {
	const { name } = image;
	const reference = name === undefined ? undefined : referenceOf(name);
	if (reference === undefined) return { image, repository: name ?? NONE, tag: NONE, attached };
	return { image, repository: familiarRepository(reference), tag: reference.tag ?? NONE, attached };
}

async function lookInto(store: ImageStore, shown: Shown): Promise<Found> {
	return { ...shown, facts: await imageFacts(store, shown.image) };
}

function rowOf({ image, repository, tag, facts, attached }: Found, whole: boolean, now_ms: number): ListRow {
	const { created_ms, size_bytes, profile } = facts;
	return {
		Repository: repository,
		Tag: tag,
		Digest: image.digest,
		ID: shownId(image, whole),
		CreatedSince: humanAgo(created_ms, now_ms),
		CreatedAt: created_ms === undefined ? "N/A" : new Date(created_ms).toISOString(),
		Size: humanSize(size_bytes),
		SizeBytes: size_bytes,
		Profile: attached && profile !== "damaged" ? "attached" : profile,
	};
}

/** The manifest's digest, cut to what docker shows of an id. */
export function shownId({ digest }: Descriptor, whole: boolean): string {
	return whole ? digest : digest.slice(digest.indexOf(":") + 1).slice(0, ID_DIGITS);
}

function order(one: Shown, other: Shown): number {
	const [a, b] = [`${one.repository}:${one.tag}`, `${other.repository}:${other.tag}`];
	return a < b ? -1 : Number(a > b);
}

function isNamed({ repository, tag }: Shown, asked: string): boolean {
	return fits(asked, repository) || fits(asked, `${repository}:${tag}`) || isSame(repository, tag, asked);
}

/** `docker.io/library/hello` is hello. */
function isSame(repository: string, tag: string, asked: string): boolean {
	const reference = referenceOf(asked);
	if (reference === undefined || familiarRepository(reference) !== repository) return false;
	return !/:[^/]*$/.test(asked) || reference.tag === tag;
}

async function filtered(
	store: ImageStore,
	found: readonly Found[],
	filters: readonly ListFilter[],
): Promise<readonly Found[]> {
	let kept = found;
	const references = filters.filter(({ key }) => key === "reference");
	// docker takes any of several references, and all of the other filters
	if (references.length > 0) kept = kept.filter((one) => references.some(({ value }) => isNamed(one, value)));
	for (const { key, value } of filters) {
		if (key === "dangling") kept = kept.filter(({ tag }) => (tag === NONE) === /^(?:true|1)$/.test(value));
		if (key === "label") kept = await withLabel(store, kept, value);
		if (key === "before" || key === "since") kept = await onOneSide(store, kept, key, value);
	}
	return kept;
}

async function onOneSide(
	store: ImageStore,
	found: readonly Found[],
	side: "before" | "since",
	word: string,
): Promise<readonly Found[]> {
	const { descriptor } = await findImage(store, word, "images");
	const limit_ms = (await imageFacts(store, descriptor)).created_ms ?? 0;
	return found.filter(({ facts, image }) => {
		const created_ms = facts.created_ms ?? 0;
		return (
			image.digest !== descriptor.digest &&
			(side === "before" ? created_ms < limit_ms : created_ms > limit_ms)
		);
	});
}

async function withLabel(
	store: ImageStore,
	found: readonly Found[],
	wanted: string,
): Promise<readonly Found[]> {
	const kept: Found[] = [];
	for (const one of found) {
		const labels = await labelsOf(store, one.image);
		if (labels.some(([key, value]) => key === wanted || `${key}=${value}` === wanted)) kept.push(one);
	}
	return kept;
}

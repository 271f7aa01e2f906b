/** The image that sign and verify are asked about: in the store, or where its name says. */
import { Fault } from "../../base/fault.ts";
import type { Repository } from "../../oci/content.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import {
	familiarName,
	formatReference,
	parseImageName,
	parseReference,
	type Reference,
	repositoryName,
} from "../../oci/reference.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { findImage, referenceOf } from "../images/find-image.ts";
import { openStore } from "../images/open-store.ts";

export interface NamedImage {
	readonly descriptor: Descriptor;
	readonly repository: Repository;
	/** Undefined where it was named by its id, and has no name. */
	readonly reference: Reference | undefined;
	/** As people call it. */
	readonly shown: string;
}

/** @throws Fault IMAGE_NOT_FOUND, REFERENCE_INVALID */
export async function imageInStore(store: ImageStore, word: string, verb: string): Promise<NamedImage> {
	const { descriptor, name } = await findImage(store, word, verb);
	const reference = name === undefined ? nameOf(store, descriptor) : parseReference(name);
	const repository = store.repository(reference === undefined ? "" : repositoryName(reference));
	const shown = reference === undefined ? descriptor.digest : familiarName(reference);
	return { descriptor, repository, reference, shown };
}

/** As `imageInStore`; the fault where it is not there, to be thrown or not. */
export async function imageInStoreIfThere(
	store: ImageStore,
	word: string,
	verb: string,
): Promise<NamedImage | Fault> {
	try {
		return await imageInStore(store, word, verb);
	} catch (error) {
		if (error instanceof Fault && error.code === "IMAGE_NOT_FOUND") return error;
		throw error;
	}
}

/** A name of an image that was named by its id: signatures hang in the repository of a name. */
function nameOf(store: ImageStore, { digest }: Descriptor): Reference | undefined {
	for (const image of store.list()) {
		const reference =
			image.digest === digest && image.name !== undefined ? referenceOf(image.name) : undefined;
		if (reference !== undefined) return reference;
	}
	return undefined;
}

/**
 * The image where its name says it is; undefined: it is not there.
 *
 * @param insecure hosts that may be spoken to without encryption
 * @param digest what is to be found there, whatever its tag says
 * @throws Fault of the registry; REFERENCE_INVALID for an id, which says no place
 */
export async function imageInRegistry(
	word: string,
	insecure: readonly string[],
	digest?: Digest,
): Promise<NamedImage | undefined> {
	const named = parseImageName(word);
	if (named.kind === "digest")
		throw new Fault("REFERENCE_INVALID", `cannot look for '${word}' in a registry`, {
			note: "an id does not say in which",
			help: `NAME@${named.digest}`,
		});
	const { reference } = named;
	const { openRepository } = await import("../registry/open-registry.ts");
	const repository = openRepository(reference, { insecure });
	const descriptor = await repository.resolve(digest ?? reference.digest ?? reference.tag ?? "latest");
	return descriptor && { descriptor, repository, reference, shown: familiarName(reference) };
}

/** An image that is to be signed, and where: "the store", or the registry's name. */
export interface ImageToSign {
	readonly image: NamedImage;
	readonly place: string;
}

/**
 * The image in the store; with `push` in the registry too, or there alone.
 *
 * @param asking what to type before the name, for help: `sign --key wherry.key`
 * @throws Fault IMAGE_NOT_FOUND, REFERENCE_INVALID, or the registry's
 */
export async function imagesToSign(
	word: string,
	asking: string,
	{ push, insecure }: { readonly push: boolean; readonly insecure: readonly string[] },
): Promise<readonly ImageToSign[]> {
	const found = await imageInStoreIfThere(openStore(), word, asking);
	if (found instanceof Fault && !push) throw found;
	const stored = found instanceof Fault ? [] : [{ image: found, place: "the store" }];
	if (!push) return stored;
	const digest = found instanceof Fault ? undefined : found.descriptor.digest;
	const image = await imageInRegistry(word, insecure, digest);
	if (image !== undefined) return [...stored, { image, place: image.reference?.registry ?? "" }];
	throw new Fault("IMAGE_NOT_FOUND", `cannot find '${word}' in its registry`, {
		note: digest === undefined ? "nor is it in the store" : `it has no ${digest}`,
		help: `wherry push ${word}`,
	});
}

/** @throws Fault REFERENCE_INVALID for an image without a name, on which nothing can hang */
export function requireName({ reference, descriptor: { digest } }: NamedImage): Reference {
	if (reference !== undefined) return reference;
	throw new Fault("REFERENCE_INVALID", `cannot sign '${digest}': it has no name`, {
		note: "a signature hangs on an image in a repository, and says its name",
		help: `wherry tag ${digest} NAME`,
	});
}

/** The name to be signed along with the digest: the tag it was called by, else the repository alone. */
export function signedName(reference: Reference): string {
	return formatReference({ ...reference, digest: undefined });
}

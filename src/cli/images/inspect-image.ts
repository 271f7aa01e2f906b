import { Fault } from "../../base/fault.ts";
import { type Attachment, attachments } from "../../oci/attachments.ts";
import type { ContainerConfig, ImageConfig } from "../../oci/config.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { isIndexType } from "../../oci/media-types.ts";
import { openImage, type OpenedImage } from "../../oci/open-image.ts";
import type { ImageStore, StoredImage } from "../../store/image-store.ts";
import { referenceOf, shownName } from "./find-image.ts";
import { sizeOf } from "./image-facts.ts";
import { familiarRepository } from "../../oci/reference.ts";

/**
 * An image as `docker image inspect` shows it, and under `Wherry` what docker does not know.
 *
 * @throws Fault IMAGE_INVALID, DIGEST_MISMATCH
 */
export async function inspectImage(store: ImageStore, descriptor: Descriptor): Promise<object> {
	const repository = store.repository("");
	const names = store.list().filter(({ digest }) => digest === descriptor.digest);
	const opened = await openedOrReason(() => openImage(repository, descriptor));
	const attached = await attachedTo(store, names, descriptor);
	const { mediaType, digest, size } = descriptor;
	return {
		Id: digest,
		RepoTags: names.flatMap(({ name }) => (name === undefined || name.includes("@") ? [] : shownName(name))),
		RepoDigests: [...new Set(names.flatMap((image) => digestName(image)))],
		...("reason" in opened ? {} : dockerFields(opened)),
		Size: sizeOf(store, descriptor),
		Descriptor: { mediaType, digest, size },
		Wherry: {
			...("reason" in opened ? { Profile: "other", Reason: opened.reason } : ourFields(opened, descriptor)),
			Attached: attached.map(attachedFields),
			Pins: names.flatMap(({ pin }) => pin ?? []),
		},
	};
}

/** Why it is no program, where it is none: there is more to tell of it all the same. */
async function openedOrReason(
	open: () => Promise<OpenedImage>,
): Promise<OpenedImage | { readonly reason: string }> {
	try {
		return await open();
	} catch (error) {
		if (!(error instanceof Fault) || error.code !== "IMAGE_UNSUPPORTED") throw error;
		return { reason: [error.message, ...error.notes].join(": ") };
	}
}

function digestName({ name, digest }: StoredImage): string[] {
	const reference = name === undefined ? undefined : referenceOf(name);
	return reference === undefined ? [] : [`${familiarRepository(reference)}@${digest}`];
}

/** Tags hang in a repository, so each that knows the image is asked. */
async function attachedTo(
	store: ImageStore,
	names: readonly StoredImage[],
	{ digest }: Descriptor,
): Promise<readonly Attachment[]> {
	const references = names.flatMap(({ name }) => (name === undefined ? [] : (referenceOf(name) ?? [])));
	const repositories = new Set(references.map(({ registry, path }) => `${registry}/${path}`));
	const all = new Map<string, Attachment>();
	for (const name of repositories.size === 0 ? [""] : repositories)
		for (const one of await attachments(store.repository(name), digest))
			all.set(`${one.tag} ${one.descriptor.digest}`, one);
	return [...all.values()];
}

function attachedFields({ descriptor, tag }: Attachment): object {
	const { digest, size, artifactType } = descriptor;
	return {
		Digest: digest,
		Size: size,
		...(artifactType && { ArtifactType: artifactType }),
		...(tag && { Tag: tag }),
	};
}

function dockerFields({ shape }: OpenedImage): object {
	const config = shape.config;
	const wasm = shape.kind === "module" ? shape.wasm : undefined;
	return {
		Comment: config?.history.at(-1)?.comment ?? "",
		Created: (config ?? wasm)?.created ?? "",
		Author: (config ?? wasm)?.author ?? "",
		Config: config === undefined ? {} : configFields(config.config),
		Architecture: (config ?? wasm)?.architecture ?? "wasm",
		...(config?.variant !== undefined && { Variant: config.variant }),
		Os: (config ?? wasm)?.os ?? "wasi",
		RootFS: rootFields(config),
	};
}

function configFields(config: ContainerConfig): object {
	const { ExposedPorts, Volumes, ...rest } = config;
	return { ...rest, ExposedPorts: setOf(ExposedPorts), Volumes: setOf(Volumes) };
}

/** As Go writes a set. */
function setOf(names: readonly string[]): object {
	return Object.fromEntries(names.map((name) => [name, {}]));
}

function rootFields(config: ImageConfig | undefined): object {
	return { Type: "layers", Layers: config?.rootfs.diff_ids ?? [] };
}

function ourFields({ descriptor, manifest, shape }: OpenedImage, root: Descriptor): object {
	return {
		Profile: shape.kind === "module" ? "artifact" : "image",
		...(isIndexType(root.mediaType) && { Manifest: descriptor.digest }),
		Annotations: manifest.annotations ?? {},
		ConfigDigest: manifest.config.digest,
		Layers: manifest.layers.map(({ mediaType, digest, size }) => ({
			MediaType: mediaType,
			Digest: digest,
			Size: size,
		})),
		...(shape.kind === "module" &&
			shape.wasm?.component !== undefined && { Component: shape.wasm.component }),
	};
}

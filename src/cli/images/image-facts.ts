import { statSync } from "node:fs";
import { Fault } from "../../base/fault.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { openImage, type OpenedImage } from "../../oci/open-image.ts";
import { walk } from "../../store/graph.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { blobPath } from "../../store/layout.ts";

/** How an image is made: one module alone, files in layers, none that runs, or its bytes are spoilt. */
export type Profile = "artifact" | "image" | "other" | "damaged";

/** What lists say of an image. */
export interface ImageFacts {
	readonly profile: Profile;
	/** When it was made, in ms since 1970; undefined where it does not say. */
	readonly created_ms: number | undefined;
	/** Of all its blobs that are here, as they are stored. */
	readonly size_bytes: number;
}

/** Reads the small parts of an image, each held to its digest. A spoilt one is a fact too. */
export async function imageFacts(store: ImageStore, descriptor: Descriptor): Promise<ImageFacts> {
	try {
		const size_bytes = sizeOf(store, descriptor);
		const opened = await tryOpen(store, descriptor);
		if (opened === undefined) return { profile: "other", created_ms: undefined, size_bytes };
		const { shape } = opened;
		return {
			profile: shape.kind === "module" ? "artifact" : "image",
			created_ms: createdMs(opened),
			size_bytes,
		};
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
		return { profile: "damaged", created_ms: undefined, size_bytes: descriptor.size };
	}
}

/** RFC 3339, of either kind of config. */
export function createdMs({ shape }: OpenedImage): number | undefined {
	const created = shape.kind === "module" ? (shape.wasm ?? shape.config)?.created : shape.config.created;
	const time_ms = created === undefined ? Number.NaN : Date.parse(created);
	return Number.isNaN(time_ms) ? undefined : time_ms;
}

/** In bytes on the disk, what an image shares with others counted too. */
export function sizeOf(store: ImageStore, root: Descriptor): number {
	const seen = new Set<Digest>();
	let size_bytes = 0;
	walk(store.folder, root, ({ digest }) => {
		if (seen.has(digest)) return false;
		seen.add(digest);
		size_bytes += statSync(blobPath(store.folder, digest), { throwIfNoEntry: false })?.size ?? 0;
		return true;
	});
	return size_bytes;
}

/** What is no program, or for a processor, is not opened. */
async function tryOpen(store: ImageStore, descriptor: Descriptor): Promise<OpenedImage | undefined> {
	try {
		return await openImage(store.repository(""), descriptor);
	} catch (error) {
		if (error instanceof Fault && error.code === "IMAGE_UNSUPPORTED") return undefined;
		throw error;
	}
}

import { join } from "node:path";
import type { AssembledImage } from "../../build/assemble.ts";
import { dataFolder } from "../../host/node/folders.ts";
import { pieceOf } from "../../oci/bytes.ts";
import { ImageStore } from "../../store/image-store.ts";
import { rememberOwn } from "../trust/gate.ts";
import type { FoundImage } from "../images/find-image.ts";
import type { BuildTag } from "./build-flags.ts";

/**
 * Puts an image into the store, gives it its names, and trusts it: the person built it here. Without a
 * name it is kept by its digest, below what it is called. Answers what it can be found by.
 */
export async function keepImage(
	{ blobs, manifest }: AssembledImage,
	tags: readonly BuildTag[],
	called: string,
): Promise<FoundImage> {
	const store = ImageStore.open(join(dataFolder(), "images"));
	try {
		for (const { descriptor, bytes } of [...blobs, manifest])
			if (!(await store.has(descriptor))) await store.put(descriptor, pieceOf(bytes));
		const { descriptor } = manifest;
		const unnamed = `docker.io/library/${repositoryPart(called)}@${descriptor.digest}`;
		if (tags.length === 0) store.tag(descriptor, unnamed);
		else store.tagAll(tags.map(({ name }) => ({ descriptor, name })));
		for (const { name } of tags) rememberOwn(name, descriptor.digest, "built");
		return { descriptor, name: tags[0]?.name ?? unnamed };
	} finally {
		store.close();
	}
}

/** What a repository's name takes. */
function repositoryPart(called: string): string {
	const part = called
		.toLowerCase()
		.replaceAll(/[^a-z0-9]+/g, "-")
		.replaceAll(/^-|-$/g, "");
	return part === "" ? "app" : part;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { putDocument } from "../../src/oci/attachments.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { type Document, documentOf } from "../../src/oci/encode.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { MemoryRepository } from "../../src/oci/memory-repository.ts";
import { ROOT } from "./wherry.ts";

interface Recording {
	/** The image that was signed. */
	readonly subject: Descriptor;
	readonly blobs: readonly { readonly mediaType: string; readonly text: string }[];
	readonly manifests: readonly { readonly tag?: string; readonly text: string }[];
}

/** What cosign 2.5.0 wrote: src/trust/fixtures/README.md says by which commands. */
export const RECORDING = JSON.parse(fixture("cosign-2.5.0.json")) as Recording;

export const COSIGN_PUB = fixture("cosign.pub");
export const OTHER_PUB = fixture("other.pub");

/** What skopeo 1.18.0 wrote, with cosign's key. */
export const SKOPEO_RECORDING = JSON.parse(fixture("skopeo-1.18.0.json")) as Recording;

export const RECORDED_BLOBS = RECORDING.blobs.map(({ mediaType, text }) => document(text, mediaType));

/** A recording as a repository; the image itself is not in it. */
export async function recordedRepository(recording = RECORDING): Promise<MemoryRepository> {
	const repository = new MemoryRepository("127.0.0.1:5917/app/hello");
	for (const { mediaType, text } of recording.blobs) await putDocument(repository, document(text, mediaType));
	for (const { text, tag } of recording.manifests) {
		const manifest = document(text, MediaType.MANIFEST);
		await putDocument(repository, manifest);
		if (tag !== undefined) await repository.tag(manifest.descriptor, tag);
	}
	return repository;
}

function fixture(name: string): string {
	return readFileSync(join(ROOT, "src/trust/fixtures", name), "utf8");
}

function document(text: string, mediaType: string): Document {
	return documentOf(Buffer.from(text), mediaType);
}

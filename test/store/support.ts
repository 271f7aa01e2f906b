import { putDocument } from "../../src/oci/attachments.ts";
import type { Repository } from "../../src/oci/content.ts";
import { type Document, documentOf } from "../../src/oci/encode.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { artifactProfile } from "../../src/oci/profiles.ts";

export const CREATED = "2026-01-01T00:00:00Z";

/** A lone module of these bytes, put into a repository. */
export async function putModule(
	repository: Repository,
	content: string | Uint8Array = "a module",
	created = CREATED,
): Promise<{ layer: Document; config: Document; manifest: Document }> {
	const layer = documentOf(typeof content === "string" ? Buffer.from(content) : content, MediaType.WASM);
	const { config, manifest } = artifactProfile(layer.descriptor, { created, os: "wasip1" });
	for (const document of [layer, config, manifest]) await putDocument(repository, document);
	return { layer, config, manifest };
}

import type { Digest } from "../../oci/digest.ts";
import type { Answer, Asked, Holdings } from "./exchange.ts";
import { Problem } from "./problem.ts";
import { serveContent } from "./serve-content.ts";

/** GET and HEAD of a blob (end-2): only where it was pushed to, or mounted. */
export function readBlob(holdings: Holdings, repository: string, digest: Digest, asked: Asked): Answer {
	const size_bytes = holdings.catalogue.blobSize(repository, digest);
	if (size_bytes === undefined) throw blobUnknown();
	const content = { digest, size_bytes, mediaType: "application/octet-stream", immutable: true };
	return serveContent(holdings.shelf, content, asked);
}

/** DELETE of a blob (end-10), from this repository alone. */
export function deleteBlob(holdings: Holdings, repository: string, digest: Digest): Answer {
	if (!holdings.deletes) throw deletesForbidden();
	if (!holdings.catalogue.unlinkBlob(repository, digest)) throw blobUnknown();
	dropUnlinked(holdings, digest);
	return { status: 202, headers: { "Docker-Content-Digest": digest, "Content-Length": "0" } };
}

/** Removes content that no repository holds any more. */
export function dropUnlinked({ catalogue, shelf }: Holdings, digest: Digest): void {
	if (catalogue.forgetUnlinked(digest)) shelf.remove(digest);
}

export function deletesForbidden(): Problem {
	return new Problem(405, "UNSUPPORTED", "this registry deletes nothing: it was started with --no-delete");
}

function blobUnknown(): Problem {
	return new Problem(404, "BLOB_UNKNOWN", "this repository has no such blob");
}

import type { Digest } from "../../oci/digest.ts";
import type { Answer, Asked, Streamed } from "./exchange.ts";
import { namesTag, wantedRange } from "./ranges.ts";
import type { Shelf } from "./shelf.ts";

export interface Content {
	readonly digest: Digest;
	readonly size_bytes: number;
	readonly mediaType: string;
	/** Asked for by its digest: what comes back will never be another. */
	readonly immutable: boolean;
}

/** GET and HEAD of content: whole, in part, or not at all when the client has it. */
export function serveContent(shelf: Shelf, content: Content, asked: Asked): Answer {
	const { digest, size_bytes } = content;
	const etag = `"${digest}"`;
	const headers = {
		"Docker-Content-Digest": digest,
		ETag: etag,
		"Cache-Control": content.immutable ? "max-age=31536000, immutable" : "no-cache",
	};
	const known = asked.headers["if-none-match"];
	if (known !== undefined && namesTag(known, etag)) return { status: 304, headers };
	const described = { ...headers, "Content-Type": content.mediaType, "Accept-Ranges": "bytes" };
	// RFC 9110, 14.2: a Range counts for GET alone
	const wanted = asked.method === "GET" ? wantedRange(asked.headers, size_bytes, etag) : "all";
	if (wanted === "unsatisfiable")
		return { status: 416, headers: { ...headers, "Content-Range": `bytes */${size_bytes}` }, body: "" };
	if (wanted === "all")
		return { status: 200, headers: described, body: part(shelf, digest, 0, size_bytes - 1) };
	const { start, end } = wanted;
	return {
		status: 206,
		headers: { ...described, "Content-Range": `bytes ${start}-${end}/${size_bytes}` },
		body: part(shelf, digest, start, end),
	};
}

function part(shelf: Shelf, digest: Digest, start: number, end: number): Streamed {
	return { size_bytes: end - start + 1, open: async () => shelf.read(digest, start, end) };
}

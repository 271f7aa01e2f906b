import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { MANIFEST_BYTES_MAX } from "../../oci/limits.ts";
import { MediaType } from "../../oci/media-types.ts";
import type { ManifestRow } from "./catalogue.ts";
import type { Answer, Asked, Holdings } from "./exchange.ts";
import { PAGE_ENTRIES_MAX } from "./limits.ts";
import { Problem } from "./problem.ts";

/** GET of `tags/list` (end-8a, 8b). */
export function listTags({ catalogue }: Holdings, repository: string, { query }: Asked): Answer {
	if (!catalogue.hasRepository(repository))
		throw new Problem(404, "NAME_UNKNOWN", "there is no such repository");
	const page = readPage(query, (last, most) => catalogue.tags(repository, last, most));
	return listed({ name: repository, tags: page.entries }, nextPage(`/v2/${repository}/tags/list`, page));
}

/** GET of docker's `_catalog`: every repository. */
export function listRepositories({ catalogue }: Holdings, { query }: Asked): Answer {
	const page = readPage(query, (last, most) => catalogue.repositories(last, most));
	return listed({ repositories: page.entries }, nextPage("/v2/_catalog", page));
}

/** GET of the manifests that name this one as their subject (end-12a, 12b); also where there is no such manifest. */
export function listReferrers(
	{ catalogue }: Holdings,
	repository: string,
	digest: Digest,
	{ query }: Asked,
): Answer {
	const artifactType = query.get("artifactType");
	const manifests: Descriptor[] = [];
	let next: string | undefined;
	let size_bytes = 0;
	for (const row of catalogue.referrers(repository, digest, query.get("last") ?? "")) {
		if (artifactType !== null && row.artifactType !== artifactType) continue;
		const descriptor = describe(row);
		size_bytes += Buffer.byteLength(JSON.stringify(descriptor)) + 1;
		// a page is an index that a client must be able to take
		if (manifests.length > 0 && size_bytes > MANIFEST_BYTES_MAX - 1024) {
			next = `/v2/${repository}/referrers/${digest}?${nextQuery(manifests, artifactType).toString()}`;
			break;
		}
		manifests.push(descriptor);
	}
	const { headers, body } = listed({ schemaVersion: 2, mediaType: MediaType.INDEX, manifests }, next);
	return {
		status: 200,
		body: body ?? "",
		headers: {
			...headers,
			"Content-Type": MediaType.INDEX,
			...(artifactType !== null && { "OCI-Filters-Applied": "artifactType" }),
		},
	};
}

function nextQuery(manifests: readonly Descriptor[], artifactType: string | null): URLSearchParams {
	const query = new URLSearchParams({ last: manifests.at(-1)?.digest ?? "" });
	if (artifactType !== null) query.set("artifactType", artifactType);
	return query;
}

function describe({ mediaType, digest, size_bytes, artifactType, annotations }: ManifestRow): Descriptor {
	return {
		mediaType,
		digest,
		size: size_bytes,
		...(artifactType !== undefined && { artifactType }),
		...(annotations !== undefined && { annotations }),
	};
}

interface Page {
	readonly entries: readonly string[];
	/** How many were asked for. */
	readonly n: number;
	readonly more: boolean;
}

/** The page that `n` and `last` speak of: entries behind `last`, which need not be there. */
function readPage(query: URLSearchParams, read: (last: string, most: number) => readonly string[]): Page {
	const n = wantedEntries(query.get("n"));
	const found = read(query.get("last") ?? "", n + 1);
	return { entries: found.slice(0, n), n, more: n > 0 && found.length > n };
}

function wantedEntries(text: string | null): number {
	if (text === null) return PAGE_ENTRIES_MAX;
	if (/^\d{1,15}$/.test(text)) return Math.min(Number(text), PAGE_ENTRIES_MAX);
	throw new Problem(400, "UNSUPPORTED", "n is a number of entries");
}

function nextPage(path: string, { entries, n, more }: Page): string | undefined {
	if (!more) return undefined;
	const query = new URLSearchParams({ n: String(n), last: entries.at(-1) ?? "" });
	return `${path}?${query.toString()}`;
}

function listed(value: object, next: string | undefined): Answer {
	return {
		status: 200,
		headers: {
			"Content-Type": "application/json",
			...(next !== undefined && { Link: `<${next}>; rel="next"` }),
		},
		body: JSON.stringify(value),
	};
}

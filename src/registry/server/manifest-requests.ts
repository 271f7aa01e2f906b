import { createHash } from "node:crypto";
import { algorithmOf, type Digest } from "../../oci/digest.ts";
import { MANIFEST_BYTES_MAX } from "../../oci/limits.ts";
import { deletesForbidden, dropUnlinked } from "./blob-requests.ts";
import type { ManifestRow } from "./catalogue.ts";
import type { Answer, Asked, Holdings } from "./exchange.ts";
import { TAGS_PER_PUSH_MAX } from "./limits.ts";
import { manifestFacts, type ManifestFacts } from "./manifest-facts.ts";
import { isTag } from "./names.ts";
import { Problem } from "./problem.ts";
import { namesTag } from "./ranges.ts";
import type { ManifestName } from "./route.ts";
import { serveContent } from "./serve-content.ts";
import { readWhole } from "./shelf.ts";

/**
 * GET and HEAD of a manifest (end-3), as it was pushed. Accept is not looked at: a manifest has one
 * form, and another would have another digest (RFC 9110, 12.5.1 allows this).
 */
export function readManifest(
	holdings: Holdings,
	repository: string,
	name: ManifestName,
	asked: Asked,
): Answer {
	const row = find(holdings, repository, name);
	const immutable = name.kind === "digest";
	return serveContent(holdings.shelf, { ...row, immutable }, asked);
}

/** PUT of a manifest under a tag or its digest (end-7a, 7b). */
export async function pushManifest(
	holdings: Holdings,
	repository: string,
	name: ManifestName,
	asked: Asked,
): Promise<Answer> {
	const tags = wantedTags(name, asked.query);
	const bytes = await readWhole(asked.body(MANIFEST_BYTES_MAX));
	const facts = manifestFacts(bytes, asked.headers["content-type"]);
	const digest = digestOf(bytes, name);
	const row: ManifestRow = { ...facts, digest, size_bytes: bytes.length };
	const check = () => {
		checkReferences(holdings, repository, facts);
		checkConditions(holdings, repository, name, asked);
	};
	check();
	await keep(holdings, digest, bytes, () => {
		// again, in one go with what follows: others were served while the bytes were written
		check();
		holdings.catalogue.putManifest(repository, row, tags);
	});
	return {
		status: 201,
		headers: {
			Location: `/v2/${repository}/manifests/${digest}`,
			"Docker-Content-Digest": digest,
			"Content-Length": "0",
			...(facts.subject !== undefined && { "OCI-Subject": facts.subject }),
			...(tags.length > 0 && { "OCI-Tag": tags.join(", ") }),
		},
	};
}

/** DELETE of a tag, or of a manifest with all its tags (end-9). */
export function deleteManifest(holdings: Holdings, repository: string, name: ManifestName): Answer {
	const { catalogue, deletes } = holdings;
	if (!deletes) throw deletesForbidden();
	const gone =
		name.kind === "tag"
			? catalogue.deleteTag(repository, name.tag)
			: name.kind === "digest" && catalogue.deleteManifest(repository, name.digest);
	if (!gone) throw manifestUnknown();
	if (name.kind === "digest") dropUnlinked(holdings, name.digest);
	return { status: 202, headers: { "Content-Length": "0" } };
}

function find({ catalogue }: Holdings, repository: string, name: ManifestName): ManifestRow {
	const digest =
		name.kind === "tag"
			? catalogue.tagged(repository, name.tag)
			: name.kind === "digest"
				? name.digest
				: undefined;
	const row = digest === undefined ? undefined : catalogue.manifest(repository, digest);
	if (row === undefined) throw manifestUnknown();
	return row;
}

function wantedTags(name: ManifestName, query: URLSearchParams): readonly string[] {
	if (name.kind === "neither")
		throw new Problem(400, "MANIFEST_INVALID", "this is neither a tag nor a digest");
	if (name.kind === "tag") return [name.tag];
	const tags = query.getAll("tag");
	if (tags.length > TAGS_PER_PUSH_MAX)
		throw new Problem(414, "UNSUPPORTED", `one push sets up to ${TAGS_PER_PUSH_MAX} tags`);
	if (!tags.every(isTag)) throw new Problem(400, "MANIFEST_INVALID", "not all of these are tags");
	return [...new Set(tags)];
}

function digestOf(bytes: Uint8Array, name: ManifestName): Digest {
	const algorithm = name.kind === "digest" ? algorithmOf(name.digest) : "sha256";
	const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}` as Digest;
	if (name.kind === "digest" && name.digest !== digest)
		throw new Problem(400, "DIGEST_INVALID", `the digest of this manifest is ${digest}`);
	return digest;
}

async function keep(holdings: Holdings, digest: Digest, bytes: Uint8Array, link: () => void): Promise<void> {
	const draft = await holdings.shelf.begin();
	try {
		await draft.append(bytes);
		await draft.keep(digest, link);
	} catch (error) {
		await draft.discard();
		throw error;
	}
}

/** All that it names must be here, of the size that it says; its subject need not (distribution-spec, "Push"). */
function checkReferences({ catalogue }: Holdings, repository: string, facts: ManifestFacts): void {
	for (const { digest, size } of facts.blobs)
		checkReference("blob", digest, size, catalogue.blobSize(repository, digest));
	for (const { digest, size } of facts.manifests)
		checkReference("manifest", digest, size, catalogue.manifest(repository, digest)?.size_bytes);
}

function checkReference(what: string, digest: Digest, said: number, size_bytes: number | undefined): void {
	if (size_bytes === undefined)
		throw new Problem(404, "MANIFEST_BLOB_UNKNOWN", `this repository has no ${what} ${digest}`);
	if (size_bytes === said) return;
	throw new Problem(400, "MANIFEST_INVALID", `${digest} has ${size_bytes} bytes here, not ${said}`);
}

/** If-Match and If-None-Match: so that two clients that write one index of referrers lose nothing. */
function checkConditions(
	{ catalogue }: Holdings,
	repository: string,
	name: ManifestName,
	{ headers }: Asked,
): void {
	if (name.kind !== "tag") return;
	const now = catalogue.tagged(repository, name.tag);
	const match = headers["if-match"];
	const noneMatch = headers["if-none-match"];
	const held =
		(match === undefined || (now !== undefined && namesTag(match, `"${now}"`))) &&
		(noneMatch === undefined || now === undefined || !namesTag(noneMatch, `"${now}"`));
	if (!held) throw new Problem(412, "DENIED", "the tag stands for something else by now");
}

function manifestUnknown(): Problem {
	return new Problem(404, "MANIFEST_UNKNOWN", "this repository has no such manifest");
}

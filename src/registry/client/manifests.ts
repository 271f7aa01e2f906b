import { Fault } from "../../base/fault.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { type Digest, digestOf, isDigest } from "../../oci/digest.ts";
import { MANIFEST_BYTES_MAX } from "../../oci/limits.ts";
import { isManifestType, MediaType } from "../../oci/media-types.ts";
import { digestAs } from "../../oci/verify.ts";
import type { Answer } from "./exchange.ts";
import { readRefusal, unexpected } from "./failure.ts";
import { ownObject } from "./json.ts";
import type { Registry } from "./registry.ts";

/** A manifest or index as it came: the bytes that the digest speaks of. */
export interface ManifestFound {
	readonly descriptor: Descriptor;
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** For If-Match, where the registry offers it. */
	readonly etag: string | null;
}

/**
 * Gets what a tag or digest stands for; undefined where it is not there. The digest is computed here, and
 * has to be the one asked for, and the one that the registry says it is.
 *
 * @throws Fault DIGEST_MISMATCH, IMAGE_INVALID, IMAGE_UNSUPPORTED, REGISTRY_ERROR
 */
export async function getManifest(
	registry: Registry,
	repository: string,
	tagOrDigest: string,
): Promise<ManifestFound | undefined> {
	const what = `get '${registry.host}/${repository}${isDigest(tagOrDigest) ? "@" : ":"}${tagOrDigest}'`;
	const answer = await registry.send({
		method: "GET",
		to: `/v2/${repository}/manifests/${tagOrDigest}`,
		headers: { accept: ACCEPTED },
		scope: { repository, actions: "pull" },
	});
	if (answer.status === 404) {
		await answer.discard();
		return undefined;
	}
	if (answer.status === 403) throw await registry.denied(answer);
	if (answer.status !== 200) throw unexpected(what, registry.host, await readRefusal(answer));
	return readManifest(answer, tagOrDigest, what);
}

/** `text/html` is no answer of a registry; what else is no manifest says so in its bytes. */
const ACCEPTED = [MediaType.MANIFEST, MediaType.INDEX, MediaType.DOCKER_MANIFEST, MediaType.DOCKER_LIST].join(
	", ",
);

async function readManifest(answer: Answer, tagOrDigest: string, what: string): Promise<ManifestFound> {
	const bytes = await wholeManifest(answer, what);
	const told = answer.headers.get("docker-content-digest");
	const digest = isDigest(tagOrDigest) ? await digestAs(bytes, tagOrDigest) : digestOf(bytes);
	if (isDigest(tagOrDigest)) hold(digest, tagOrDigest, "asked for", what);
	if (isDigest(told)) hold(await digestAs(bytes, told), told, "named by the registry", what);
	const mediaType = mediaTypeOf(answer.headers.get("content-type"), bytes, what);
	return { descriptor: { mediaType, digest, size: bytes.length }, bytes, etag: answer.headers.get("etag") };
}

async function wholeManifest(answer: Answer, what: string): Promise<Uint8Array<ArrayBuffer>> {
	const bytes = await answer.start(MANIFEST_BYTES_MAX + 1);
	if (bytes.length <= MANIFEST_BYTES_MAX) return bytes;
	throw new Fault("IMAGE_INVALID", `cannot ${what}: its manifest is larger than 4 MiB`, {
		note: "no larger one is read, whatever the registry sends",
	});
}

function hold(computed: Digest, expected: Digest, how: string, what: string): void {
	if (computed === expected) return;
	throw new Fault("DIGEST_MISMATCH", `cannot ${what}: these are other bytes`, {
		note: [`${how}: ${expected}`, `what came: ${computed}`],
	});
}

/** The header's and the document's own word must be one: else two readers see two things in one digest. */
function mediaTypeOf(header: string | null, bytes: Uint8Array, what: string): string {
	const document = ownObject(bytes);
	const said = (header ?? "").split(";", 1)[0]!.trim().toLowerCase();
	if (document === undefined)
		throw new Fault("REGISTRY_ERROR", `cannot ${what}: what came is no manifest`, {
			note: `the registry answered with '${said.slice(0, 100)}' that is no JSON object`,
		});
	const own = document["mediaType"];
	if (typeof own === "string" && isManifestType(said) && own !== said)
		throw new Fault("IMAGE_INVALID", `cannot ${what}: it says of itself that it is something else`, {
			note: [`the registry calls it ${said}`, `it calls itself '${own.slice(0, 100)}'`],
		});
	if (isManifestType(said)) return said;
	if (typeof own === "string" && isManifestType(own)) return own;
	throw new Fault("IMAGE_UNSUPPORTED", `cannot ${what}: it is no image manifest`, {
		note: `the registry answered with '${said.slice(0, 100)}'`,
	});
}

/**
 * Puts a manifest under a tag or its digest. Answers what the registry says of its subject
 * (`OCI-Subject`): null where it keeps no referrers.
 */
export async function putManifest(
	registry: Registry,
	repository: string,
	tagOrDigest: string,
	{ descriptor, bytes }: Pick<ManifestFound, "descriptor" | "bytes">,
	ifMatch?: string,
): Promise<{ readonly status: number; readonly subject: string | null }> {
	const what = `put '${registry.host}/${repository}:${tagOrDigest}'`;
	const answer = await registry.send({
		method: "PUT",
		to: `/v2/${repository}/manifests/${tagOrDigest}`,
		headers: {
			"content-type": descriptor.mediaType,
			...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
		},
		body: bytes,
		scope: { repository, actions: "pull,push" },
	});
	const { status } = answer;
	if (status === 403) throw await registry.denied(answer);
	if (status >= 300 && !(status === 412 && ifMatch !== undefined))
		throw unexpected(what, registry.host, await readRefusal(answer));
	await answer.discard();
	const told = answer.headers.get("docker-content-digest");
	if (isDigest(told) && status < 300) hold(told, await digestAs(bytes, told), "sent", what);
	return { status, subject: answer.headers.get("oci-subject") };
}

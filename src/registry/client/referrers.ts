import { Fault } from "../../base/fault.ts";
import { referrersTag } from "../../oci/attachments.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { type Digest, digestOf, isDigest } from "../../oci/digest.ts";
import { MediaType } from "../../oci/media-types.ts";
import { asList, asObject, ownObject } from "./json.ts";
import { getManifest, putManifest } from "./manifests.ts";
import { allPages } from "./pages.ts";
import type { Registry } from "./registry.ts";

/** How often a list is written again that others write at the same time. */
const WRITES_MAX = 5;

/**
 * Manifests whose subject is `digest`: as the registry lists them, or where it keeps no such list, as the
 * fallback tag does (distribution-spec, "Listing Referrers"). Some registries list wrong artifact types:
 * open the manifests.
 */
export async function listReferrers(
	registry: Registry,
	repository: string,
	digest: Digest,
): Promise<readonly Descriptor[]> {
	const listed = await allPages(
		registry,
		`/v2/${repository}/referrers/${digest}`,
		{ repository, actions: "pull" },
		({ headers }) => (headers.get("content-type") ?? "").startsWith(MediaType.INDEX),
		({ manifests }) => asList(manifests),
	);
	if (listed !== undefined) return listed.map(parseReferrer).filter((one) => one !== undefined);
	return (await readFallback(registry, repository, digest)).referrers;
}

/**
 * Adds a referrer to the fallback tag's list. Two writers may meet: If-Match keeps them apart where the
 * registry knows it, and what was written is read again.
 *
 * @throws Fault REGISTRY_ERROR when others overwrite it again and again
 */
export async function addToFallback(
	registry: Registry,
	repository: string,
	subject: Digest,
	referrer: Descriptor,
): Promise<void> {
	const tag = referrersTag(subject);
	for (let writes = 0; writes <= WRITES_MAX; writes++) {
		const { referrers, etag } = await readFallback(registry, repository, subject);
		if (referrers.some(({ digest }) => digest === referrer.digest)) return;
		await putManifest(registry, repository, tag, indexOf([...referrers, referrer]), etag ?? undefined);
	}
	throw new Fault("REGISTRY_ERROR", `cannot note in '${registry.host}' what belongs to an image`, {
		note: `others write its list '${tag}' at the same time`,
	});
}

interface Fallback {
	readonly referrers: readonly Descriptor[];
	readonly etag: string | null;
}

async function readFallback(registry: Registry, repository: string, digest: Digest): Promise<Fallback> {
	const found = await getManifest(registry, repository, referrersTag(digest));
	if (found === undefined || found.descriptor.mediaType !== MediaType.INDEX)
		return { referrers: [], etag: null };
	const listed = asList(ownObject(found.bytes)?.["manifests"]);
	return { referrers: listed.map(parseReferrer).filter((one) => one !== undefined), etag: found.etag };
}

function indexOf(manifests: readonly Descriptor[]): {
	descriptor: Descriptor;
	bytes: Uint8Array<ArrayBuffer>;
} {
	const index = { schemaVersion: 2, mediaType: MediaType.INDEX, manifests };
	const bytes = new TextEncoder().encode(JSON.stringify(index));
	return { bytes, descriptor: { mediaType: MediaType.INDEX, digest: digestOf(bytes), size: bytes.length } };
}

/** What is no descriptor is left out: one broken entry must not hide the signatures beside it. */
function parseReferrer(value: unknown): Descriptor | undefined {
	const entry = asObject(value);
	const { mediaType, digest, size, artifactType } = entry ?? {};
	if (typeof mediaType !== "string" || !isDigest(digest)) return undefined;
	if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return undefined;
	const annotations = stringsOf(entry?.["annotations"]);
	return {
		mediaType,
		digest,
		size,
		...(typeof artifactType === "string" ? { artifactType } : {}),
		...(annotations === undefined ? {} : { annotations }),
	};
}

function stringsOf(value: unknown): Readonly<Record<string, string>> | undefined {
	const object = asObject(value);
	if (object === undefined) return undefined;
	return Object.fromEntries(
		Object.entries(object).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
	);
}

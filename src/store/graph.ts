/** What a manifest names: for those who keep content, who must not forget anything of it. */
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import { MANIFEST_BYTES_MAX } from "../oci/limits.ts";
import { isManifestType } from "../oci/media-types.ts";
import { readBlob } from "./read.ts";

/** Of a manifest or index in the store. */
export interface Links {
	readonly children: readonly Descriptor[];
	readonly subject?: Digest;
	/** Of the document; absent where it does not say. */
	readonly mediaType?: string;
	/** As the referrers API lists it: of the document, else the config's media type. */
	readonly artifactType?: string;
	readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Reads them from the store.
 *
 * @throws Fault IMAGE_NOT_FOUND, DIGEST_MISMATCH, IMAGE_INVALID, IO
 */
export function readLinks(folder: string, manifest: Descriptor): Links {
	return parseLinks(readBlob(folder, manifest, MANIFEST_BYTES_MAX));
}

/** Of any bytes: what is no manifest names nothing. */
export function parseLinks(bytes: Uint8Array): Links {
	const document = parse(bytes);
	const listed = ["config", "layers", "blobs", "manifests"].flatMap((name) => document[name] ?? []);
	const subject = descriptorOf(document["subject"])?.digest;
	const { mediaType } = document;
	const artifactType = document["artifactType"] ?? descriptorOf(document["config"])?.mediaType;
	const annotations = annotationsOf(document["annotations"]);
	return {
		children: listed.map(descriptorOf).filter((one) => one !== undefined),
		...(subject !== undefined && { subject }),
		...(typeof mediaType === "string" && { mediaType }),
		...(typeof artifactType === "string" && { artifactType }),
		...(annotations !== undefined && { annotations }),
	};
}

function annotationsOf(value: unknown): Record<string, string> | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	return Object.fromEntries(
		Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
	);
}

/** Names that an object inherits are none of JSON's. */
function parse(bytes: Uint8Array): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
		return Object.assign(Object.create(null) as Record<string, unknown>, value);
	} catch {
		return {};
	}
}

function descriptorOf(value: unknown): Descriptor | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const { digest, size, mediaType } = value as Record<string, unknown>;
	if (!isDigest(digest) || typeof mediaType !== "string") return undefined;
	if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return undefined;
	return { mediaType, digest, size };
}

/**
 * Calls `visit` for a manifest and for all below it, each once. What is missing below an index is
 * passed over: few need all platforms.
 *
 * @throws Fault as readLinks
 */
export function walk(folder: string, root: Descriptor, visit: (one: Descriptor) => boolean): void {
	const waiting = [{ one: root, mayMiss: false }];
	for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
		const { one, mayMiss } = next;
		if (!visit(one) || !isManifestType(one.mediaType)) continue;
		const links = mayMiss ? readIfThere(folder, one) : readLinks(folder, one);
		const isIndex = links.children.some(({ mediaType }) => isManifestType(mediaType));
		for (const child of links.children) waiting.push({ one: child, mayMiss: mayMiss || isIndex });
	}
}

function readIfThere(folder: string, manifest: Descriptor): Links {
	try {
		return readLinks(folder, manifest);
	} catch (error) {
		if ((error as { code?: string }).code === "IMAGE_NOT_FOUND") return { children: [] };
		throw error;
	}
}

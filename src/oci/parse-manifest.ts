import { Fault } from "../base/fault.ts";
import type { Descriptor } from "./descriptor.ts";
import type { Digest } from "./digest.ts";
import { type JsonObject, jsonFault, named, parseJsonObject } from "./json.ts";
import { ANNOTATIONS_MAX, BLOB_BYTES_MAX, ENTRIES_MAX, LAYERS_MAX, MANIFEST_BYTES_MAX } from "./limits.ts";
import type { ImageIndex, Manifest } from "./manifest.ts";
import { isIndexType, isManifestType, MediaType } from "./media-types.ts";
import { readDescriptor } from "./parse-descriptor.ts";

/** What stands under a tag. */
export type ParsedManifest =
	| { readonly kind: "manifest"; readonly manifest: Manifest }
	| { readonly kind: "index"; readonly index: ImageIndex };

/**
 * A manifest or an index, by the media type that its descriptor or the registry gave.
 *
 * @param digest for messages
 * @throws Fault IMAGE_INVALID; IMAGE_UNSUPPORTED for a media type that is neither
 */
export function parseAny(bytes: Uint8Array, mediaType: string, digest?: Digest): ParsedManifest {
	if (isIndexType(mediaType)) return { kind: "index", index: parseIndex(bytes, mediaType, digest) };
	if (isManifestType(mediaType))
		return { kind: "manifest", manifest: parseManifest(bytes, mediaType, digest) };
	throw new Fault("IMAGE_UNSUPPORTED", `cannot read a manifest of the type '${mediaType.slice(0, 100)}'`, {
		note: SCHEMA_1.test(mediaType)
			? "it is docker's schema 1, which docker itself gave up in 2020"
			: "OCI manifests and indexes are read, and docker's schema 2",
	});
}

const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+/;

/**
 * An image manifest (image-spec, manifest.md) or docker's schema 2.
 *
 * @param mediaType what others said it is: the document may leave it out, but not contradict it
 * @param digest for messages
 * @throws Fault IMAGE_INVALID
 */
export function parseManifest(
	bytes: Uint8Array,
	mediaType: string = MediaType.MANIFEST,
	digest?: Digest,
): Manifest {
	const object = parseJsonObject(bytes, named("the manifest", digest));
	// the same bytes must not be an index to one reader and a manifest to another
	if (object.has("manifests")) throw object.fault("manifests", "belongs to an index, and this is a manifest");
	const common = readCommon(object, mediaType);
	return {
		schemaVersion: 2,
		...common,
		config: readDescriptor(object.object("config"), MANIFEST_BYTES_MAX),
		layers: object.objects("layers", LAYERS_MAX).map((layer) => readDescriptor(layer, BLOB_BYTES_MAX)),
	};
}

/** An image index (image-spec, image-index.md) or docker's manifest list. As `parseManifest`. */
export function parseIndex(
	bytes: Uint8Array,
	mediaType: string = MediaType.INDEX,
	digest?: Digest,
): ImageIndex {
	const object = parseJsonObject(bytes, named("the index", digest));
	for (const name of ["config", "layers", "fsLayers"])
		if (object.has(name)) throw object.fault(name, "belongs to a manifest, and this is an index");
	const common = readCommon(object, mediaType);
	const manifests = object
		.objects("manifests", ENTRIES_MAX)
		.map((entry) => readDescriptor(entry, MANIFEST_BYTES_MAX));
	return { schemaVersion: 2, ...common, manifests };
}

interface Common {
	readonly mediaType: string;
	readonly artifactType?: string;
	readonly subject?: Descriptor;
	readonly annotations?: Readonly<Record<string, string>>;
}

function readCommon(object: JsonObject, expected: string): Common {
	if (object.value("schemaVersion") !== 2) throw object.fault("schemaVersion", "is not 2");
	const mediaType = object.optionalText("mediaType") ?? expected;
	if (mediaType !== expected)
		throw object.fault("mediaType", `is '${mediaType.slice(0, 100)}', and it came as '${expected}'`);
	const artifactType = object.optionalText("artifactType");
	const subject = object.optionalObject("subject");
	const annotations = object.optionalRecord("annotations", ANNOTATIONS_MAX);
	return {
		mediaType,
		...(artifactType !== undefined && { artifactType }),
		...(subject !== undefined && { subject: readDescriptor(subject, MANIFEST_BYTES_MAX) }),
		...(annotations !== undefined && { annotations }),
	};
}

/**
 * The media type that a document under `/manifests/` gives itself, for registries and layouts that do not
 * say; OCI's by its members where it is silent.
 *
 * @throws Fault IMAGE_INVALID for what is no JSON object, or neither a manifest nor an index
 */
export function guessMediaType(bytes: Uint8Array): string {
	const document = named("the manifest", undefined);
	const object = parseJsonObject(bytes, document);
	const mediaType = object.optionalText("mediaType");
	if (mediaType !== undefined) return mediaType;
	if (object.has("manifests") && !object.has("layers")) return MediaType.INDEX;
	if (object.has("layers") && !object.has("manifests")) return MediaType.MANIFEST;
	throw jsonFault(document, "it is neither a manifest nor an index");
}

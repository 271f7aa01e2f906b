/**
 * The manifests that carry signatures, byte by byte as cosign writes them: members in its order, which is
 * not the order of ours.
 */
import type { Descriptor } from "../oci/descriptor.ts";
import { type Document, documentOf } from "../oci/encode.ts";
import { encodeJson, sortedRecord } from "../oci/json.ts";
import { MediaType } from "../oci/media-types.ts";

const NEVER = "0001-01-01T00:00:00Z";

/** What hangs under the `.sig` tag: a layer for each signature, and an image's config that says nothing. */
export function signatureManifest(layers: readonly Descriptor[]): {
	readonly config: Document;
	readonly manifest: Document;
} {
	const config = documentOf(
		encodeJson({
			architecture: "",
			created: NEVER,
			history: layers.map(() => ({ created: NEVER })),
			os: "",
			rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
			config: {},
		}),
		MediaType.CONFIG,
	);
	const manifest = encodeJson({
		schemaVersion: 2,
		mediaType: MediaType.MANIFEST,
		config: plain(config.descriptor),
		layers: layers.map(plain),
	});
	return { config, manifest: documentOf(manifest, MediaType.MANIFEST) };
}

/**
 * A referrer that carries one bundle.
 *
 * @param created RFC 3339, to the second
 */
export function bundleManifest(
	subject: Descriptor,
	bundle: Descriptor,
	predicateType: string,
	created: string,
): { readonly config: Document; readonly manifest: Document } {
	const config = documentOf(new TextEncoder().encode("{}"), MediaType.EMPTY);
	const manifest = encodeJson({
		schemaVersion: 2,
		mediaType: MediaType.MANIFEST,
		config: { ...plain(config.descriptor), artifactType: MediaType.SIGSTORE_BUNDLE },
		layers: [plain(bundle)],
		annotations: {
			"dev.sigstore.bundle.content": "dsse-envelope",
			"dev.sigstore.bundle.predicateType": predicateType,
			"org.opencontainers.image.created": created,
		},
		subject: plain({ mediaType: subject.mediaType, digest: subject.digest, size: subject.size }),
		artifactType: MediaType.SIGSTORE_BUNDLE,
	});
	const document = documentOf(manifest, MediaType.MANIFEST);
	const artifactType = MediaType.SIGSTORE_BUNDLE;
	return { config, manifest: { ...document, descriptor: { ...document.descriptor, artifactType } } };
}

function plain({ mediaType, size, digest, annotations }: Descriptor): Descriptor {
	return { mediaType, size, digest, ...(annotations && { annotations: sortedRecord(annotations) }) };
}

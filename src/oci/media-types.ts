/** The media types that we read or write. */
export const MediaType = {
	MANIFEST: "application/vnd.oci.image.manifest.v1+json",
	INDEX: "application/vnd.oci.image.index.v1+json",
	CONFIG: "application/vnd.oci.image.config.v1+json",
	LAYER: "application/vnd.oci.image.layer.v1.tar",
	LAYER_GZIP: "application/vnd.oci.image.layer.v1.tar+gzip",
	EMPTY: "application/vnd.oci.empty.v1+json",
	DOCKER_MANIFEST: "application/vnd.docker.distribution.manifest.v2+json",
	DOCKER_LIST: "application/vnd.docker.distribution.manifest.list.v2+json",
	DOCKER_CONFIG: "application/vnd.docker.container.image.v1+json",
	DOCKER_LAYER_GZIP: "application/vnd.docker.image.rootfs.diff.tar.gzip",
	/** CNCF TAG Runtime, "Wasm OCI Artifact layout". */
	WASM_CONFIG: "application/vnd.wasm.config.v0+json",
	WASM: "application/wasm",
	/** What others call a wasm layer: Spin, the Bytecode Alliance, and the layout before. */
	WASM_SPIN: "application/vnd.wasm.content.layer.v1+wasm",
	WASM_COMPONENT: "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm",
	WASM_MODULE: "application/vnd.module.wasm.content.layer.v1+wasm",
	SIMPLE_SIGNING: "application/vnd.dev.cosign.simplesigning.v1+json",
	SIGSTORE_BUNDLE: "application/vnd.dev.sigstore.bundle.v0.3+json",
} as const;

const MANIFESTS: ReadonlySet<string> = new Set([MediaType.MANIFEST, MediaType.DOCKER_MANIFEST]);
const INDEXES: ReadonlySet<string> = new Set([MediaType.INDEX, MediaType.DOCKER_LIST]);
/** Tars that lie over each other, as OCI and Docker call them, also those that may not be pushed everywhere. */
const ROOT_LAYERS: ReadonlySet<string> = new Set([
	MediaType.LAYER,
	MediaType.LAYER_GZIP,
	"application/vnd.oci.image.layer.v1.tar+zstd",
	"application/vnd.oci.image.layer.nondistributable.v1.tar",
	"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
	"application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
	MediaType.DOCKER_LAYER_GZIP,
	"application/vnd.docker.image.rootfs.diff.tar",
	"application/vnd.docker.image.rootfs.diff.tar.zstd",
	"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
]);
const WASM_LAYERS: ReadonlySet<string> = new Set([
	MediaType.WASM,
	MediaType.WASM_SPIN,
	MediaType.WASM_COMPONENT,
	MediaType.WASM_MODULE,
]);

export function isIndexType(mediaType: string): boolean {
	return INDEXES.has(mediaType);
}

/** A manifest or an index: what a registry keeps under /manifests/, not under /blobs/. */
export function isManifestType(mediaType: string): boolean {
	return MANIFESTS.has(mediaType) || INDEXES.has(mediaType);
}

/** A layer of files for a root. How it is compressed its first bytes say: writers call things wrong. */
export function isRootLayer(mediaType: string): boolean {
	return ROOT_LAYERS.has(mediaType);
}

/** A layer that is a module or component as it is, no archive. */
export function isWasmLayer(mediaType: string): boolean {
	return WASM_LAYERS.has(mediaType);
}

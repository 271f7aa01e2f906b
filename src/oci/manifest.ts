import type { Descriptor } from "./descriptor.ts";

/** image-spec, manifest.md; Docker's schema 2 reads the same. */
export interface Manifest {
	readonly schemaVersion: 2;
	/** Of the document; taken from its descriptor where the document does not say. */
	readonly mediaType: string;
	readonly artifactType?: string;
	readonly config: Descriptor;
	readonly layers: readonly Descriptor[];
	readonly subject?: Descriptor;
	readonly annotations?: Readonly<Record<string, string>>;
}

/** image-spec, image-index.md; Docker's manifest list reads the same. */
export interface ImageIndex {
	readonly schemaVersion: 2;
	readonly mediaType: string;
	readonly artifactType?: string;
	readonly manifests: readonly Descriptor[];
	readonly subject?: Descriptor;
	readonly annotations?: Readonly<Record<string, string>>;
}

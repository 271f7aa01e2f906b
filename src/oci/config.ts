import type { Digest } from "./digest.ts";

/** The config of an ordinary image (image-spec, config.md): what we use of it. */
export interface ImageConfig {
	/** RFC 3339. */
	readonly created?: string;
	readonly author?: string;
	readonly architecture: string;
	readonly os: string;
	readonly variant?: string;
	readonly config: ContainerConfig;
	readonly rootfs: { readonly type: "layers"; readonly diff_ids: readonly Digest[] };
	readonly history: readonly HistoryEntry[];
}

/** Fields spelt as in the spec. Absent lists are empty here. */
export interface ContainerConfig {
	readonly User?: string;
	readonly ExposedPorts: readonly string[];
	/** `NAME=value`, in order. */
	readonly Env: readonly string[];
	readonly Entrypoint: readonly string[];
	readonly Cmd: readonly string[];
	readonly Volumes: readonly string[];
	readonly WorkingDir?: string;
	readonly Labels: Readonly<Record<string, string>>;
	readonly StopSignal?: string;
}

export interface HistoryEntry {
	readonly created?: string;
	readonly created_by?: string;
	readonly author?: string;
	readonly comment?: string;
	readonly empty_layer?: boolean;
}

/** The config of a lone module or component (CNCF TAG Runtime, "Wasm OCI Artifact layout"). */
export interface WasmConfig {
	/** RFC 3339. */
	readonly created: string;
	readonly author?: string;
	readonly architecture: "wasm";
	readonly os: "wasip1" | "wasip2";
	readonly layerDigests: readonly Digest[];
	/** Of components alone. */
	readonly component?: {
		readonly exports: readonly string[];
		readonly imports: readonly string[];
		readonly target?: string;
	};
}

/** From a program and files to the documents and blobs of an image. */
import type { ContainerConfig, HistoryEntry, ImageConfig, WasmConfig } from "../oci/config.ts";
import type { Descriptor, Platform } from "../oci/descriptor.ts";
import { MediaType } from "../oci/media-types.ts";
import { artifactProfile, imageProfile, type WrittenImage } from "../oci/profiles.ts";
import { sha256Of } from "../store/hash.ts";
import { packLayer } from "../store/pack.ts";
import { readComponent } from "../wasm/component.ts";
import { timeText } from "./epoch.ts";
import { type FilledLayer, treeOf } from "./layer-files.ts";

/** A piece of content that is to be stored. */
export interface Blob {
	readonly descriptor: Descriptor;
	readonly bytes: Uint8Array;
}

/** All of an image, the manifest last. */
export interface AssembledImage {
	readonly blobs: readonly Blob[];
	readonly manifest: Blob;
	/** The digest of this is docker's image id. */
	readonly config: Blob;
}

/** An image as it is asked for. */
export type ImageDraft = LoneProgram | ProgramWithFiles;

/** A module or component and nothing else: the CNCF's artifact. */
export interface LoneProgram {
	readonly type: "artifact";
	readonly wasm: Uint8Array;
	/** What it is called, for those who unpack it: `NAME.wasm`. */
	readonly title: string;
	readonly annotations: Readonly<Record<string, string>>;
}

/** An ordinary image. */
export interface ProgramWithFiles {
	readonly type: "image";
	readonly layers: readonly FilledLayer[];
	/** What was said that made no layer, and what made one, in order. */
	readonly history: readonly HistoryLine[];
	readonly config: ContainerConfig;
	readonly platform: Platform;
	readonly annotations: Readonly<Record<string, string>>;
}

export interface HistoryLine {
	readonly createdBy: string;
	readonly isEmpty: boolean;
}

/**
 * The same draft and epoch make the same bytes.
 *
 * @param epoch_s the time that all of it bears
 */
export async function assemble(draft: ImageDraft, epoch_s: number): Promise<AssembledImage> {
	return draft.type === "artifact" ? assembleArtifact(draft, epoch_s) : await assembleImage(draft, epoch_s);
}

const TITLE_ANNOTATION = "org.opencontainers.image.title";

function assembleArtifact({ wasm, title, annotations }: LoneProgram, epoch_s: number): AssembledImage {
	const descriptor: Descriptor = {
		mediaType: MediaType.WASM,
		digest: sha256Of(wasm),
		size: wasm.length,
		annotations: { [TITLE_ANNOTATION]: title },
	};
	const written = artifactProfile(
		descriptor,
		{ created: timeText(epoch_s), ...natureOf(wasm) },
		Object.keys(annotations).length === 0 ? undefined : annotations,
	);
	return whole([{ descriptor, bytes: wasm }], written);
}

/** A component says what it wants and gives; a module is wasip1, also when it wants nothing of it. */
function natureOf(wasm: Uint8Array): Pick<WasmConfig, "os" | "component"> {
	if (!isComponent(wasm)) return { os: "wasip1" };
	const { imports, exports } = readComponent(wasm);
	return { os: "wasip2", component: { imports, exports } };
}

/** The preamble's layer field (Component Model, Binary.md). */
export function isComponent(wasm: Uint8Array): boolean {
	return wasm[6] === 1;
}

async function assembleImage(draft: ProgramWithFiles, epoch_s: number): Promise<AssembledImage> {
	const modified_ns = BigInt(epoch_s) * 1_000_000_000n;
	const packed = draft.layers.map(({ files }) => packLayer(treeOf(files, modified_ns)));
	const created = timeText(epoch_s);
	const { os, architecture, variant } = draft.platform;
	const config: ImageConfig = {
		created,
		architecture,
		os,
		...(variant !== undefined && { variant }),
		config: draft.config,
		rootfs: { type: "layers", diff_ids: packed.map(({ diffId }) => diffId) },
		history: draft.history.map((line) => historyEntry(line, created)),
	};
	const descriptors = packed.map(({ descriptor }) => descriptor);
	return whole(packed, imageProfile(descriptors, config, draft.annotations));
}

function historyEntry({ createdBy, isEmpty }: HistoryLine, created: string): HistoryEntry {
	return { created, created_by: createdBy, comment: "wherry build", ...(isEmpty && { empty_layer: true }) };
}

function whole(layers: readonly Blob[], { config, manifest }: WrittenImage): AssembledImage {
	return { blobs: [...layers, config], manifest, config };
}

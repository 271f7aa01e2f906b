import type { ContainerConfig, HistoryEntry, ImageConfig, WasmConfig } from "./config.ts";
import type { Descriptor, Platform } from "./descriptor.ts";
import { digestOf } from "./digest.ts";
import { encodeJson, sortedRecord } from "./json.ts";
import type { ImageIndex, Manifest } from "./manifest.ts";

/** A small piece of content that we wrote, with its descriptor. */
export interface Document {
	readonly descriptor: Descriptor;
	readonly bytes: Uint8Array;
}

/** What a few bytes are called: their digest, their size, and the given type. */
export function describe(bytes: Uint8Array, mediaType: string): Descriptor {
	return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

export function documentOf(bytes: Uint8Array, mediaType: string): Document {
	return { descriptor: describe(bytes, mediaType), bytes };
}

/** The bytes of a manifest: members in the spec's order, annotations sorted, so that equal ones are equal bytes. */
export function encodeManifest(manifest: Manifest): Document {
	const { mediaType, artifactType, config, layers, subject, annotations } = manifest;
	const bytes = encodeJson({
		schemaVersion: 2,
		mediaType,
		artifactType,
		config: plainDescriptor(config),
		layers: layers.map(plainDescriptor),
		subject: subject && plainDescriptor(subject),
		annotations: annotations && sortedRecord(annotations),
	});
	const descriptor = describe(bytes, mediaType);
	return { descriptor: artifactType === undefined ? descriptor : { ...descriptor, artifactType }, bytes };
}

/** As `encodeManifest`. */
export function encodeIndex(index: ImageIndex): Document {
	const { mediaType, artifactType, manifests, subject, annotations } = index;
	const bytes = encodeJson({
		schemaVersion: 2,
		mediaType,
		artifactType,
		manifests: manifests.map(plainDescriptor),
		subject: subject && plainDescriptor(subject),
		annotations: annotations && sortedRecord(annotations),
	});
	return documentOf(bytes, mediaType);
}

/** The config of an ordinary image, as docker and buildah write it: empty lists are left out. */
export function encodeImageConfig(config: ImageConfig): Uint8Array {
	const { created, author, architecture, os, variant, rootfs, history } = config;
	return encodeJson({
		created,
		author,
		architecture,
		os,
		variant,
		config: plainContainerConfig(config.config),
		rootfs: { type: "layers", diff_ids: rootfs.diff_ids },
		history: history.length === 0 ? undefined : history.map(plainHistory),
	});
}

/** The config of a lone module or component; `component` is of components alone. */
export function encodeWasmConfig(config: WasmConfig): Uint8Array {
	const { created, author, architecture, os, layerDigests, component } = config;
	return encodeJson({
		created,
		author,
		architecture,
		os,
		layerDigests,
		component: component && {
			exports: component.exports,
			imports: component.imports,
			target: component.target,
		},
	});
}

/** A descriptor with its members in one order, whatever order it was made in. */
function plainDescriptor(descriptor: Descriptor): unknown {
	const { mediaType, digest, size, annotations, artifactType, platform } = descriptor;
	return {
		mediaType,
		digest,
		size,
		annotations: annotations && sortedRecord(annotations),
		artifactType,
		platform: platform && plainPlatform(platform),
	};
}

function plainPlatform({ architecture, os, variant }: Platform): unknown {
	return { architecture, os, variant };
}

function plainContainerConfig(config: ContainerConfig): unknown {
	return {
		User: config.User,
		ExposedPorts: plainSet(config.ExposedPorts),
		Env: unlessEmpty(config.Env),
		Entrypoint: unlessEmpty(config.Entrypoint),
		Cmd: unlessEmpty(config.Cmd),
		Volumes: plainSet(config.Volumes),
		WorkingDir: config.WorkingDir,
		Labels: Object.keys(config.Labels).length === 0 ? undefined : sortedRecord(config.Labels),
		StopSignal: config.StopSignal,
	};
}

function plainHistory({ created, created_by, author, comment, empty_layer }: HistoryEntry): unknown {
	return { created, created_by, author, comment, empty_layer };
}

function plainSet(names: readonly string[]): unknown {
	if (names.length === 0) return undefined;
	return sortedRecord(Object.fromEntries(names.map((name) => [name, {}])));
}

function unlessEmpty(words: readonly string[]): readonly string[] | undefined {
	return words.length === 0 ? undefined : words;
}

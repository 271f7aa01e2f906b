import { Fault } from "../base/fault.ts";
import type { ImageConfig, WasmConfig } from "./config.ts";
import type { Descriptor } from "./descriptor.ts";
import type { Digest } from "./digest.ts";
import { purposeOf } from "./foreign-artifacts.ts";
import { named, parseJson } from "./json.ts";
import type { Manifest } from "./manifest.ts";
import { isWasmLayer, MediaType } from "./media-types.ts";
import { parseImageConfig, parseWasmConfig } from "./parse-config.ts";
import { isWasmPlatform } from "./platform.ts";
import { VARIANT_ANNOTATION } from "./profiles.ts";

/** What an image is, of all the ways to ship a wasm program. */
export type Shape = ModuleShape | ImageShape;

/** A module or component alone: the CNCF's artifact, wkg's, Spin's, runwasi's. */
export interface ModuleShape {
	readonly kind: "module";
	/** The wasm as it is, no archive. */
	readonly layer: Descriptor;
	/** Of the CNCF's layout. */
	readonly wasm: WasmConfig | undefined;
	/** What an ordinary config around the wasm layer says of arguments and environment. */
	readonly config: ImageConfig | undefined;
	/** Layers that are no program and are not used: a Spin app's files and manifest. */
	readonly unused: readonly Descriptor[];
}

/** An ordinary image: layers that make a root, a program somewhere in it (`programOf`). */
export interface ImageShape {
	readonly kind: "image";
	readonly config: ImageConfig;
	readonly layers: readonly Descriptor[];
	/** Whether its labels say WebAssembly; if not, only a program named *.wasm speaks for it. */
	readonly labelled: boolean;
}

/**
 * What a manifest and its config are.
 *
 * @param configBytes the verified bytes of `manifest.config`
 * @throws Fault IMAGE_UNSUPPORTED for what is no program, or several; IMAGE_INVALID for what contradicts itself
 */
export function shapeOf(manifest: Manifest, configBytes: Uint8Array): Shape {
	const wasm = manifest.layers.filter(({ mediaType }) => isWasmLayer(mediaType));
	if (wasm.length > 1) throw severalPrograms(wasm);
	const [layer] = wasm;
	if (layer !== undefined) return moduleShape(manifest, layer, configBytes);
	const purpose = purposeOf(manifest);
	if (purpose !== undefined) throw noProgram(purpose);
	if (!isImageConfig(manifest.config.mediaType))
		throw noProgram(`an artifact of the type '${typeOf(manifest).slice(0, 100)}'`);
	return imageShape(manifest, parseImageConfig(configBytes, manifest.config.digest));
}

function moduleShape(manifest: Manifest, layer: Descriptor, configBytes: Uint8Array): ModuleShape {
	const unused = manifest.layers.filter((other) => other !== layer);
	const { mediaType } = manifest.config;
	if (mediaType === MediaType.WASM_CONFIG) {
		if (unused.length > 0) throw noProgram("a wasm artifact with more than its one layer");
		const wasm = parseWasmConfig(configBytes, manifest.config.digest);
		demandLayer(wasm.layerDigests, layer);
		return { kind: "module", layer, wasm, config: undefined, unused };
	}
	const config = isImageConfig(mediaType) ? ordinaryConfig(manifest, configBytes) : undefined;
	return { kind: "module", layer, wasm: undefined, config, unused };
}

/** Spin writes no rootfs and others write `{}`: what cannot be a config says nothing, and harms nobody. */
function ordinaryConfig({ config }: Manifest, bytes: Uint8Array): ImageConfig | undefined {
	const value = parseJson(bytes, named("the image's config", config.digest));
	const has = (name: string) => typeof value === "object" && value !== null && Object.hasOwn(value, name);
	return has("architecture") && has("os") ? parseImageConfig(bytes, config.digest) : undefined;
}

function demandLayer(digests: readonly Digest[], layer: Descriptor): void {
	const [first] = digests;
	if (first === undefined || digests.includes(layer.digest)) return;
	throw new Fault("IMAGE_INVALID", `cannot use '${layer.digest}': its config is another module's`, {
		note: `the config is for ${first}`,
	});
}

function imageShape(manifest: Manifest, config: ImageConfig): ImageShape {
	const { layers, annotations } = manifest;
	const diffIds = config.rootfs.diff_ids;
	if (layers.length !== diffIds.length)
		throw new Fault("IMAGE_INVALID", "cannot use the image: its config is another image's", {
			note: `the manifest has ${layers.length} layers, and the config ${diffIds.length} diff_ids`,
		});
	const variant = annotations !== undefined && Object.hasOwn(annotations, VARIANT_ANNOTATION);
	return { kind: "image", config, layers, labelled: variant || isWasmPlatform(config) };
}

function isImageConfig(mediaType: string): boolean {
	return mediaType === MediaType.CONFIG || mediaType === MediaType.DOCKER_CONFIG;
}

function typeOf({ artifactType, config }: Manifest): string {
	return artifactType ?? config.mediaType;
}

function noProgram(what: string): Fault {
	return new Fault("IMAGE_UNSUPPORTED", "cannot find a program in the image", { note: `it is ${what}` });
}

const PROGRAMS_SHOWN = 6;

function severalPrograms(layers: readonly Descriptor[]): Fault {
	const names = layers.slice(0, PROGRAMS_SHOWN).map(nameOf);
	const more = layers.length - names.length;
	return new Fault("IMAGE_UNSUPPORTED", `cannot tell which of the image's ${layers.length} programs to run`, {
		note: `it holds ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
		help: "push each of them under a name of its own",
	});
}

const TITLE = "org.opencontainers.image.title";

function nameOf({ annotations, digest }: Descriptor): string {
	const title =
		annotations !== undefined && Object.hasOwn(annotations, TITLE) ? annotations[TITLE] : undefined;
	return title?.slice(0, 100) ?? digest;
}

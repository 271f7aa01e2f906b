import type { ImageConfig, WasmConfig } from "./config.ts";
import type { Descriptor } from "./descriptor.ts";
import { type Document, documentOf, encodeImageConfig, encodeManifest, encodeWasmConfig } from "./encode.ts";
import { MediaType } from "./media-types.ts";

/** An image that we wrote: what is to be stored beside its layers. */
export interface WrittenImage {
	readonly config: Document;
	readonly manifest: Document;
}

/** crun and its kin start an image as WebAssembly by this annotation of its manifest. */
export const VARIANT_ANNOTATION = "module.wasm.image/variant";
export const COMPAT_VARIANT = "compat";

/**
 * A lone module or component in the CNCF's layout: exactly one layer, the wasm as it is.
 *
 * @param wasm its mediaType is application/wasm
 */
export function artifactProfile(
	wasm: Descriptor,
	config: Omit<WasmConfig, "architecture" | "layerDigests">,
	annotations?: Readonly<Record<string, string>>,
): WrittenImage {
	const bytes = encodeWasmConfig({ ...config, architecture: "wasm", layerDigests: [wasm.digest] });
	return written(documentOf(bytes, MediaType.WASM_CONFIG), [wasm], annotations);
}

/** An ordinary image with a wasm program in its layers, marked so that other engines start it as such. */
export function imageProfile(
	layers: readonly Descriptor[],
	config: ImageConfig,
	annotations: Readonly<Record<string, string>> = {},
): WrittenImage {
	const document = documentOf(encodeImageConfig(config), MediaType.CONFIG);
	return written(document, layers, { ...annotations, [VARIANT_ANNOTATION]: COMPAT_VARIANT });
}

function written(
	config: Document,
	layers: readonly Descriptor[],
	annotations: Readonly<Record<string, string>> | undefined,
): WrittenImage {
	const manifest = encodeManifest({
		schemaVersion: 2,
		mediaType: MediaType.MANIFEST,
		config: config.descriptor,
		layers,
		...(annotations !== undefined && { annotations }),
	});
	return { config, manifest };
}

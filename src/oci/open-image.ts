import { Fault } from "../base/fault.ts";
import type { ContentSource } from "./content.ts";
import type { Descriptor } from "./descriptor.ts";
import { INDEX_DEPTH_MAX, MANIFEST_BYTES_MAX } from "./limits.ts";
import type { ImageIndex, Manifest } from "./manifest.ts";
import { parseAny } from "./parse-manifest.ts";
import { candidates } from "./platform.ts";
import { type Shape, shapeOf } from "./shape.ts";
import { readVerified } from "./verify.ts";

/** An image as far as its small parts tell: no layer has been read yet. */
export interface OpenedImage {
	/** Of the manifest: what was chosen, where the name stands for an index. */
	readonly descriptor: Descriptor;
	readonly manifest: Manifest;
	readonly configBytes: Uint8Array;
	readonly shape: Shape;
}

/**
 * Follows a tag's descriptor through indexes to the manifest that can run here, and says what it is.
 * Each document is verified against its digest.
 *
 * @param platform as `candidates` has it: "" for the best
 * @throws Fault IMAGE_UNSUPPORTED, IMAGE_INVALID, DIGEST_MISMATCH, or the source's own
 */
export async function openImage(
	source: ContentSource,
	root: Descriptor,
	platform = "",
	signal?: AbortSignal,
): Promise<OpenedImage> {
	const steps = open(root, platform, INDEX_DEPTH_MAX);
	for (let step = steps.next(); ;) {
		if (step.done === true) return step.value;
		step = steps.next(await readVerified(source, step.value, MANIFEST_BYTES_MAX, signal));
	}
}

/**
 * As `openImage`, at once.
 *
 * @param read answers the content of a descriptor, held to its digest
 */
export function openImageNow(
	read: (descriptor: Descriptor) => Uint8Array,
	root: Descriptor,
	platform = "",
): OpenedImage {
	const steps = open(root, platform, INDEX_DEPTH_MAX);
	for (let step = steps.next(); ;) {
		if (step.done === true) return step.value;
		step = steps.next(read(step.value));
	}
}

/** Asks for one document after the other. */
type Steps = Generator<Descriptor, OpenedImage, Uint8Array>;

function* open(descriptor: Descriptor, platform: string, depth: number): Steps {
	const parsed = parseAny(yield descriptor, descriptor.mediaType, descriptor.digest);
	if (parsed.kind === "index") return yield* openBest(parsed.index, platform, depth);
	const { manifest } = parsed;
	const configBytes = yield manifest.config;
	return { descriptor, manifest, configBytes, shape: shapeOf(manifest, configBytes) };
}

/** The first candidate that is a wasm program for sure; else the first that may be one. */
function* openBest(index: ImageIndex, platform: string, depth: number): Steps {
	if (depth === 0)
		throw new Fault("IMAGE_INVALID", "cannot open the image", {
			note: `its indexes lie deeper than ${INDEX_DEPTH_MAX} in each other`,
		});
	let doubtful: OpenedImage | undefined;
	let refused: unknown;
	for (const candidate of candidates(index, platform).slice(0, CANDIDATES_MAX)) {
		try {
			const image = yield* open(candidate, platform, depth - 1);
			if (isSurelyWasm(image.shape)) return image;
			doubtful ??= image;
		} catch (error) {
			if (!(error instanceof Fault) || error.code !== "IMAGE_UNSUPPORTED") throw error;
			refused ??= error;
		}
	}
	if (doubtful === undefined) throw refused;
	return doubtful;
}

/** Candidates of one index that are looked into: each costs a manifest and a config. */
const CANDIDATES_MAX = 16;

function isSurelyWasm(shape: Shape): boolean {
	if (shape.kind === "module" || shape.labelled) return true;
	const { Entrypoint, Cmd } = shape.config.config;
	return /\.wasm(?:#.*)?$/i.test([...Entrypoint, ...Cmd][0] ?? "");
}

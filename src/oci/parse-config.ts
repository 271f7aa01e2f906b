import type { ContainerConfig, HistoryEntry, ImageConfig, WasmConfig } from "./config.ts";
import { type Digest, isDigest } from "./digest.ts";
import { type JsonObject, named, parseJsonObject } from "./json.ts";
import { ANNOTATIONS_MAX, ENTRIES_MAX, LAYERS_MAX } from "./limits.ts";

/** Variables, arguments, labels and so on of one config. */
const WORDS_MAX = 10_000;

/**
 * The config of an ordinary image (image-spec, config.md), or docker's.
 *
 * @param digest for messages
 * @throws Fault IMAGE_INVALID
 */
export function parseImageConfig(bytes: Uint8Array, digest?: Digest): ImageConfig {
	const object = parseJsonObject(bytes, named("the image's config", digest));
	const config = object.optionalObject("config");
	const rootfs = object.optionalObject("rootfs");
	return {
		...texts(object, ["created", "author", "variant"]),
		architecture: object.text("architecture"),
		os: object.text("os"),
		config: config === undefined ? NO_CONTAINER_CONFIG : readContainerConfig(config),
		rootfs: { type: "layers", diff_ids: rootfs === undefined ? [] : digests(rootfs, "diff_ids") },
		history: object.objects("history", ENTRIES_MAX).map(readHistory),
	};
}

export const NO_CONTAINER_CONFIG: ContainerConfig = {
	ExposedPorts: [],
	Env: [],
	Entrypoint: [],
	Cmd: [],
	Volumes: [],
	Labels: {},
};

/**
 * The config of a lone module or component. Absent members may be null, as rust-oci-wasm writes them;
 * an `os` in another case (`Wasip1`) is read.
 *
 * @param digest for messages
 * @throws Fault IMAGE_INVALID
 */
export function parseWasmConfig(bytes: Uint8Array, digest?: Digest): WasmConfig {
	const object = parseJsonObject(bytes, named("the module's config", digest));
	const architecture = object.text("architecture").toLowerCase();
	if (architecture !== "wasm")
		throw object.fault("architecture", `is '${architecture.slice(0, 40)}', not wasm`);
	const component = object.optionalObject("component");
	return {
		created: object.optionalText("created") ?? "1970-01-01T00:00:00Z",
		...texts(object, ["author"]),
		architecture: "wasm",
		os: wasmOs(object),
		layerDigests: digests(object, "layerDigests"),
		...(component !== undefined && {
			component: {
				exports: component.texts("exports", WORDS_MAX),
				imports: component.texts("imports", WORDS_MAX),
				...texts(component, ["target"]),
			},
		}),
	};
}

function wasmOs(object: JsonObject): "wasip1" | "wasip2" {
	const os = object.text("os").toLowerCase();
	if (os === "wasip2") return "wasip2";
	if (os === "wasip1" || os === "wasi") return "wasip1";
	throw object.fault("os", `is '${os.slice(0, 40)}', neither wasip1 nor wasip2`);
}

function readContainerConfig(object: JsonObject): ContainerConfig {
	return {
		...texts(object, ["User", "WorkingDir", "StopSignal"]),
		ExposedPorts: setOf(object, "ExposedPorts"),
		Env: object.texts("Env", WORDS_MAX),
		Entrypoint: object.texts("Entrypoint", WORDS_MAX),
		Cmd: object.texts("Cmd", WORDS_MAX),
		Volumes: setOf(object, "Volumes"),
		Labels: object.optionalRecord("Labels", ANNOTATIONS_MAX) ?? {},
	};
}

/** A set, as Go spells it: an object whose values are empty objects. */
function setOf(object: JsonObject, name: string): readonly string[] {
	const names = object.optionalObject(name)?.names() ?? [];
	if (names.length > WORDS_MAX) throw object.fault(name, `has over ${WORDS_MAX} members`);
	return names;
}

function readHistory(object: JsonObject): HistoryEntry {
	const empty = object.optionalBoolean("empty_layer");
	return {
		...texts(object, ["created", "created_by", "author", "comment"]),
		...(empty !== undefined && { empty_layer: empty }),
	};
}

function digests(object: JsonObject, name: string): readonly Digest[] {
	return object.texts(name, LAYERS_MAX).map((text, index) => {
		if (isDigest(text)) return text;
		throw object.fault(`${name}[${index}]`, `is '${text.slice(0, 160)}', no sha256 or sha512 digest`);
	});
}

/** Those of the named texts that are there. */
function texts<Name extends string>(object: JsonObject, names: readonly Name[]): { [key in Name]?: string } {
	const found: { [key in Name]?: string } = {};
	for (const name of names) {
		const value = object.optionalText(name);
		if (value !== undefined) found[name] = value;
	}
	return found;
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { faultText } from "../../test/support/fault.ts";
import type { Descriptor } from "./descriptor.ts";
import { digestOf } from "./digest.ts";
import { encodeJson } from "./json.ts";
import type { Manifest } from "./manifest.ts";
import { MediaType } from "./media-types.ts";
import { shapeOf } from "./shape.ts";

const TITLE = "org.opencontainers.image.title";
const WASM = layer(MediaType.WASM, "wasm");
const TAR = layer(MediaType.LAYER_GZIP, "tar");
const WASM_CONFIG = { architecture: "wasm", os: "wasip1", layerDigests: [WASM.digest], component: null };
const SPIN_APP = layer("application/vnd.fermyon.spin.application.v1+config", "app");
const SPIN_DATA = layer("application/vnd.wasm.content.layer.v1+data", "data");

/** The ways in which one wasm layer is shipped: config type, config, layers. */
const MODULES: Readonly<Record<string, readonly [string, object, readonly Descriptor[]]>> = {
	"the CNCF's artifact": [MediaType.WASM_CONFIG, WASM_CONFIG, [WASM]],
	"the CNCF's artifact without layerDigests": [
		MediaType.WASM_CONFIG,
		{ ...WASM_CONFIG, layerDigests: null },
		[WASM],
	],
	"Spin's single layer with an empty config": [
		MediaType.EMPTY,
		{},
		[{ ...WASM, mediaType: MediaType.WASM_SPIN }],
	],
	"wasm-to-oci's": ["application/vnd.wasm.config.v1+json", {}, [{ ...WASM, mediaType: MediaType.WASM_SPIN }]],
	"runwasi's image around a wasm layer": [
		MediaType.CONFIG,
		{ architecture: "wasm", os: "wasip1", config: {}, rootfs: { type: "layers", diff_ids: [WASM.digest] } },
		[WASM],
	],
	"runwasi's component layer": [
		MediaType.CONFIG,
		{ architecture: "wasm", os: "wasip2" },
		[{ ...WASM, mediaType: MediaType.WASM_COMPONENT }],
	],
	"the layout before": [
		"application/vnd.module.wasm.config.v1+json",
		{},
		[{ ...WASM, mediaType: MediaType.WASM_MODULE }],
	],
	"a Spin application of one component": [
		MediaType.CONFIG,
		{ architecture: "wasm", os: "Wasip1" },
		[SPIN_APP, { ...WASM, mediaType: MediaType.WASM_SPIN }, SPIN_DATA],
	],
	"an image config that says nothing": [MediaType.CONFIG, {}, [WASM]],
};

for (const [title, [configType, config, layers]] of Object.entries(MODULES))
	test(`${title} is a module`, () => {
		const shape = shapeOf(manifest(configType, layers), encodeJson(config));
		assert.equal(shape.kind === "module" && shape.layer.digest, WASM.digest);
	});

test("a Spin application's other layers are named as not used", () => {
	const shape = shapeOf(manifest(MediaType.CONFIG, [SPIN_APP, WASM, SPIN_DATA]), encodeJson({}));
	assert.deepEqual(shape.kind === "module" && shape.unused, [SPIN_APP, SPIN_DATA]);
});

/** Labels of an ordinary image, and whether they say WebAssembly. */
const IMAGES: readonly (readonly [string, string, boolean])[] = [
	["wasi", "wasm", true],
	["wasip1", "wasm", true],
	["wasi", "wasm32", true],
	["linux", "wasm", true],
	["Wasip1", "amd64", true],
	["linux", "amd64", false],
	["linux", "arm64", false],
];

for (const [os, architecture, labelled] of IMAGES)
	test(`an ordinary image for ${os}/${architecture} is ${labelled ? "" : "not "}labelled as wasm`, () => {
		const shape = shapeOf(manifest(MediaType.CONFIG, [TAR]), encodeJson(imageConfig(os, architecture)));
		assert.equal(shape.kind === "image" && shape.labelled, labelled);
	});

test("the annotation of crun labels an image for linux/amd64 as wasm", () => {
	const annotations = { "module.wasm.image/variant": "compat" };
	const marked = { ...manifest(MediaType.DOCKER_CONFIG, [TAR]), annotations };
	const shape = shapeOf(marked, encodeJson(imageConfig("linux", "amd64")));
	assert.equal(shape.kind === "image" && shape.labelled, true);
});

const SEVERAL = [WASM, { ...layer(MediaType.WASM_SPIN, "other"), annotations: { [TITLE]: "other.wasm" } }];
const SIGSTORE = layer(MediaType.SIGSTORE_BUNDLE, "bundle");

/** What is refused, and a line of the refusal. */
const REFUSED: Readonly<Record<string, readonly [Manifest, object, string]>> = {
	"several programs": [manifest(MediaType.CONFIG, SEVERAL), {}, `note: it holds ${WASM.digest}, other.wasm`],
	"an artifact with a layer too many": [
		manifest(MediaType.WASM_CONFIG, [WASM, SPIN_DATA]),
		WASM_CONFIG,
		"it is a wasm artifact with more than its one layer",
	],
	"a config of another module": [
		manifest(MediaType.WASM_CONFIG, [WASM]),
		{ ...WASM_CONFIG, layerDigests: [TAR.digest] },
		`the config is for ${TAR.digest}`,
	],
	"a config of another image": [
		manifest(MediaType.CONFIG, [TAR, TAR]),
		imageConfig("wasi", "wasm"),
		"the manifest has 2 layers, and the config 1 diff_ids",
	],
	"a cosign signature": [
		manifest(MediaType.CONFIG, [layer(MediaType.SIMPLE_SIGNING, "signature")]),
		{},
		"it is a cosign signature, which hangs on another image",
	],
	"a sigstore bundle": [manifest(MediaType.EMPTY, [SIGSTORE]), {}, "it is a sigstore bundle"],
	"a notation signature": [
		{
			...manifest(MediaType.EMPTY, [layer("application/jose+json", "jws")]),
			artifactType: "application/vnd.cncf.notary.signature",
		},
		{},
		"it is a notation signature",
	],
	"an SBOM": [
		manifest(MediaType.EMPTY, [layer("application/vnd.cyclonedx+json", "sbom")]),
		{},
		"it is an SBOM",
	],
	"a Helm chart": [manifest("application/vnd.cncf.helm.config.v1+json", [TAR]), {}, "it is a Helm chart"],
	"some other artifact": [
		{ ...manifest(MediaType.EMPTY, [TAR]), artifactType: "application/x-thing" },
		{},
		"it is an artifact of the type 'application/x-thing'",
	],
};

for (const [title, [document, config, line]] of Object.entries(REFUSED))
	test(`${title}: refused with what it is`, () => {
		const text = faultText(() => shapeOf(document, encodeJson(config)));
		assert.ok(text.includes(line), text);
	});

function layer(mediaType: string, text: string): Descriptor {
	const bytes = new TextEncoder().encode(text);
	return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

function manifest(configType: string, layers: readonly Descriptor[]): Manifest {
	return { schemaVersion: 2, mediaType: MediaType.MANIFEST, config: layer(configType, "config"), layers };
}

function imageConfig(os: string, architecture: string): object {
	return { os, architecture, rootfs: { type: "layers", diff_ids: [TAR.digest] } };
}

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultText } from "../../test/support/fault.ts";
import { Fault } from "../base/fault.ts";
import type { Descriptor } from "./descriptor.ts";
import { digestOf, parseDigest } from "./digest.ts";
import { encodeIndex, encodeManifest } from "./encode.ts";
import { encodeJson } from "./json.ts";
import { BLOB_BYTES_MAX, MANIFEST_BYTES_MAX } from "./limits.ts";
import type { Manifest } from "./manifest.ts";
import { MediaType } from "./media-types.ts";
import { guessMediaType, parseAny, parseIndex, parseManifest } from "./parse-manifest.ts";

const DIGEST = digestOf(new Uint8Array());
const CONFIG = { mediaType: MediaType.CONFIG, digest: DIGEST, size: 2 };
const LAYER = { mediaType: MediaType.LAYER_GZIP, digest: DIGEST, size: 32 };
const MANIFEST = { schemaVersion: 2, mediaType: MediaType.MANIFEST, config: CONFIG, layers: [LAYER] };
const INDEX = {
	schemaVersion: 2,
	mediaType: MediaType.INDEX,
	manifests: [{ ...LAYER, mediaType: MediaType.MANIFEST }],
};

test("reads a manifest with all that it may have", () => {
	const whole = {
		...MANIFEST,
		artifactType: "application/x",
		subject: { ...LAYER, mediaType: MediaType.MANIFEST },
		annotations: { constructor: "a", b: "c" },
	};
	assert.deepEqual(parseManifest(encodeJson(whole)), whole);
});

test("reads one without its media type, as OCI allows", () => {
	const { mediaType, ...silent } = MANIFEST;
	assert.equal(parseManifest(encodeJson(silent)).mediaType, mediaType);
	assert.equal(guessMediaType(encodeJson(silent)), mediaType);
});

test("reads docker's schema 2", () => {
	const docker = { ...MANIFEST, mediaType: MediaType.DOCKER_MANIFEST };
	const parsed = parseAny(encodeJson(docker), MediaType.DOCKER_MANIFEST);
	assert.deepEqual(parsed, { kind: "manifest", manifest: docker });
});

test("reads lists that are null, as Go writes them", () => {
	assert.deepEqual(parseManifest(encodeJson({ ...MANIFEST, layers: null })).layers, []);
});

test("reads an index with platforms, and leaves out what it does not know", () => {
	const platform = { architecture: "wasm", os: "wasi", "os.version": "1" };
	const entry = { ...INDEX.manifests[0], platform, data: "e30=" };
	const index = parseIndex(encodeJson({ ...INDEX, manifests: [entry] }));
	assert.deepEqual(index.manifests, [
		{ ...INDEX.manifests[0], platform: { architecture: "wasm", os: "wasi" } },
	]);
});

/** What is changed in a good manifest, and the note of the refusal. */
const REFUSED: Readonly<Record<string, readonly [object, string]>> = {
	"a manifest that is an index too": [
		{ manifests: [] },
		"'manifests' belongs to an index, and this is a manifest",
	],
	"schema 1": [{ schemaVersion: 1 }, "'schemaVersion' is not 2"],
	"another media type inside than outside": [
		{ mediaType: MediaType.INDEX },
		`'mediaType' is '${MediaType.INDEX}', and it came as '${MediaType.MANIFEST}'`,
	],
	"no config": [{ config: null }, "'config' is missing"],
	"a config over 4 MiB": [
		{ config: { ...CONFIG, size: MANIFEST_BYTES_MAX + 1 } },
		"'config.size' is 4194305 bytes, over the limit of 4194304",
	],
	"a layer over 4 GiB": [
		{ layers: [{ ...LAYER, size: BLOB_BYTES_MAX + 1 }] },
		"'layers[0].size' is 4294967297 bytes, over the limit of 4294967296",
	],
	"a layer of a negative size": [
		{ layers: [{ ...LAYER, size: -1 }] },
		"'layers[0].size' is no whole number from 0 to 2^53-1",
	],
	"a layer without a size": [{ layers: [{ ...LAYER, size: undefined }] }, "'layers[0].size' is missing"],
	"a layer that comes from elsewhere": [
		{ layers: [LAYER, { ...LAYER, urls: ["https://example.com/layer"] }] },
		"'layers[1].urls' points outside of the registry; that is refused",
	],
	"a digest that is a path": [
		{ layers: [{ ...LAYER, digest: "sha256:../../etc/passwd" }] },
		"'layers[0].digest' is 'sha256:../../etc/passwd', no sha256 or sha512 digest",
	],
	"a digest of an algorithm that is broken": [
		{ layers: [{ ...LAYER, digest: `md5:${"0".repeat(32)}` }] },
		`'layers[0].digest' is 'md5:${"0".repeat(32)}', no sha256 or sha512 digest`,
	],
	"a media type that is none": [
		{ layers: [{ ...LAYER, mediaType: "wasm\r\nX: y" }] },
		"'layers[0].mediaType' is 'wasm\\u{d}\\u{a}X: y', no media type",
	],
	"an annotation that is no text": [{ annotations: { a: {} } }, "'annotations.a' is no text"],
	"too many layers": [
		{ layers: Array.from({ length: 501 }, () => LAYER) },
		"'layers' has 501 entries, over the limit of 500",
	],
	"a list for the config": [{ config: [CONFIG] }, "'config' is no object"],
};

for (const [title, [change, note]] of Object.entries(REFUSED))
	test(`refuses ${title}`, () => {
		const text = faultText(() => parseManifest(encodeJson({ ...MANIFEST, ...change })));
		assert.equal(text, `error: cannot read the manifest [IMAGE_INVALID]\nnote: ${note}\n`);
	});

for (const name of ["config", "layers", "fsLayers"])
	test(`refuses an index that has '${name}' too`, () => {
		assert.match(
			faultText(() => parseIndex(encodeJson({ ...INDEX, [name]: [] }))),
			/belongs to a manifest, and this is an index/,
		);
	});

test("refuses layers that stand there twice", () => {
	const text = new TextDecoder().decode(encodeJson(MANIFEST)).replace(/\}$/, ',"layers":[]}');
	assert.match(
		faultText(() => parseManifest(new TextEncoder().encode(text))),
		/'layers' stands twice in one object/,
	);
});

test("says of docker's schema 1 what it is", () => {
	assert.match(
		faultText(() => parseAny(encodeJson({}), "application/vnd.docker.distribution.manifest.v1+prettyjws")),
		/IMAGE_UNSUPPORTED\]\nnote: it is docker's schema 1/,
	);
});

test("what is neither a manifest nor an index is not guessed", () => {
	for (const document of [{}, { layers: [], manifests: [] }])
		assert.match(
			faultText(() => guessMediaType(encodeJson(document))),
			/it is neither a manifest nor an index/,
		);
});

test("any manifest reads back as it was written, and equal ones are equal bytes", () => {
	fc.assert(
		fc.property(manifests(), (manifest) => {
			const { bytes, descriptor } = encodeManifest(manifest);
			assert.deepEqual(parseManifest(bytes), manifest);
			assert.deepEqual(encodeManifest(parseManifest(bytes)).bytes, bytes);
			assert.equal(descriptor.digest, digestOf(bytes));
		}),
	);
});

test("an index reads back as it was written", () => {
	const index = {
		...parseIndex(encodeJson(INDEX)),
		subject: { ...CONFIG, mediaType: MediaType.MANIFEST },
		annotations: { a: "b" },
	};
	assert.deepEqual(parseIndex(encodeIndex(index).bytes), index);
});

test("any bytes, and any manifest with a member changed, are a value or a Fault", () => {
	const broken = fc
		.tuple(fc.constantFrom("config", "layers", "manifests", "subject", "annotations", "urls"), fc.jsonValue())
		.map(([name, value]) => encodeJson({ ...MANIFEST, [name]: value }));
	fc.assert(
		fc.property(
			fc.oneof(fc.uint8Array(), broken),
			fc.constantFrom(MediaType.MANIFEST, MediaType.INDEX, "text/plain"),
			(bytes, mediaType) => {
				try {
					parseAny(bytes, mediaType);
				} catch (error) {
					if (!(error instanceof Fault)) throw error;
				}
			},
		),
		{ numRuns: 500 },
	);
});

function manifests(): fc.Arbitrary<Manifest> {
	const annotations = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true });
	const descriptor: fc.Arbitrary<Descriptor> = fc.record(
		{
			mediaType: fc.constantFrom<string>(MediaType.WASM, MediaType.LAYER, "a/b; charset=utf-8"),
			digest: fc.constantFrom(DIGEST, parseDigest(`sha512:${"ab".repeat(64)}`)),
			size: fc.nat(MANIFEST_BYTES_MAX),
			annotations,
		},
		{ requiredKeys: ["mediaType", "digest", "size"], noNullPrototype: true },
	);
	return fc.record(
		{
			schemaVersion: fc.constant(2 as const),
			mediaType: fc.constant(MediaType.MANIFEST),
			artifactType: fc.constant("application/x"),
			config: descriptor,
			layers: fc.array(descriptor, { maxLength: 3 }),
			subject: descriptor,
			annotations,
		},
		{ requiredKeys: ["schemaVersion", "mediaType", "config", "layers"], noNullPrototype: true },
	);
}

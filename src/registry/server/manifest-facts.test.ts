import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MediaType } from "../../oci/media-types.ts";
import { manifestFacts } from "./manifest-facts.ts";
import { Problem } from "./problem.ts";

const BLOB = { mediaType: "a/b", digest: `sha256:${"a".repeat(64)}`, size: 1 };
const MANIFEST = { schemaVersion: 2, config: BLOB, layers: [BLOB] };
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

test("any bytes under any type are facts or a Problem", () => {
	const types = fc.constantFrom(
		undefined,
		"",
		MediaType.MANIFEST,
		MediaType.INDEX,
		MediaType.DOCKER_LIST,
		"text/html",
	);
	const changed = fc
		.tuple(
			fc.constantFrom(...Object.keys(MANIFEST), "subject", "annotations", "manifests", "__proto__"),
			fc.jsonValue(),
		)
		.map(([name, value]) => bytesOf({ ...MANIFEST, ...Object.fromEntries([[name, value]]) }));
	fc.assert(
		fc.property(fc.oneof(fc.uint8Array(), fc.json().map(bytesOf), changed), types, (bytes, type) => {
			try {
				manifestFacts(bytes, type);
			} catch (error) {
				assert.ok(error instanceof Problem && error.status === 400 && error.code === "MANIFEST_INVALID");
			}
		}),
	);
});

const types: readonly (readonly [string, string | undefined, object, string])[] = [
	["the request's", MediaType.MANIFEST, MANIFEST, MediaType.MANIFEST],
	["the request's, without parameters", `${MediaType.MANIFEST}; a=b`, MANIFEST, MediaType.MANIFEST],
	["docker's", MediaType.DOCKER_MANIFEST, MANIFEST, MediaType.DOCKER_MANIFEST],
	[
		"the document's own",
		undefined,
		{ ...MANIFEST, mediaType: MediaType.DOCKER_MANIFEST },
		MediaType.DOCKER_MANIFEST,
	],
	["OCI's, where nobody says", undefined, MANIFEST, MediaType.MANIFEST],
	["an index, where nobody says", "", { schemaVersion: 2, manifests: [] }, MediaType.INDEX],
];
for (const [whose, contentType, document, expected] of types)
	test(`the media type is ${whose}`, () => {
		assert.equal(manifestFacts(bytesOf(document), contentType).mediaType, expected);
	});

test("an empty artifactType is the config's", () => {
	assert.equal(manifestFacts(bytesOf({ ...MANIFEST, artifactType: "" }), undefined).artifactType, "a/b");
});

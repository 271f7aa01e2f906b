import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultText } from "../../test/support/fault.ts";
import { Fault } from "../base/fault.ts";
import { digestOf } from "./digest.ts";
import { encodeImageConfig, encodeWasmConfig } from "./encode.ts";
import { encodeJson } from "./json.ts";
import { parseImageConfig, parseWasmConfig } from "./parse-config.ts";

const DIGEST = digestOf(new Uint8Array());

/** As `buildah build --platform wasi/wasm` writes it, less what we do not use. */
const BUILDAH = {
	created: "2026-11-22T10:00:00.5Z",
	architecture: "wasm",
	os: "wasi",
	config: {
		ExposedPorts: { "8080/tcp": {} },
		Env: ["PATH=/usr/bin", "A=b=c"],
		Entrypoint: ["/app.wasm"],
		Cmd: ["one", "two"],
		Volumes: { "/data": {} },
		WorkingDir: "/srv",
		Labels: { "org.example.a": "b" },
		OnBuild: null,
	},
	rootfs: { type: "layers", diff_ids: [DIGEST] },
	history: [{ created: "2026-11-22T10:00:00Z", created_by: "/bin/sh -c #(nop) COPY", empty_layer: true }],
};

test("reads the config of an ordinary image", () => {
	const config = parseImageConfig(encodeJson(BUILDAH));
	assert.deepEqual(config.config, {
		ExposedPorts: ["8080/tcp"],
		Env: ["PATH=/usr/bin", "A=b=c"],
		Entrypoint: ["/app.wasm"],
		Cmd: ["one", "two"],
		Volumes: ["/data"],
		WorkingDir: "/srv",
		Labels: { "org.example.a": "b" },
	});
	assert.deepEqual(config.rootfs.diff_ids, [DIGEST]);
	assert.deepEqual(config.history, BUILDAH.history);
});

test("what is null or absent is empty", () => {
	const config = parseImageConfig(
		encodeJson({
			architecture: "wasm",
			os: "wasi",
			config: { Env: null, Labels: null, Volumes: null },
			rootfs: null,
		}),
	);
	assert.deepEqual(config.config.Env, []);
	assert.deepEqual(config.config.Labels, {});
	assert.deepEqual(config.rootfs.diff_ids, []);
});

test("what we write reads back the same", () => {
	const config = parseImageConfig(encodeJson(BUILDAH));
	assert.deepEqual(parseImageConfig(encodeImageConfig(config)), config);
});

test("a written config has no empty lists, and its names in order", () => {
	const config = parseImageConfig(
		encodeJson({ architecture: "wasm", os: "wasi", config: { Labels: { b: "1", a: "2" } } }),
	);
	assert.equal(
		new TextDecoder().decode(encodeImageConfig(config)),
		'{"architecture":"wasm","os":"wasi","config":{"Labels":{"a":"2","b":"1"}},"rootfs":{"type":"layers","diff_ids":[]}}',
	);
});

test("reads the config of a component, with the nulls of rust-oci-wasm", () => {
	const text = `{"created":"2026-11-22T10:00:00Z","author":null,"architecture":"wasm","os":"wasip2",
		"layerDigests":["${DIGEST}"],
		"component":{"exports":["wasi:cli/run@0.2.0"],"imports":["wasi:io/streams@0.2.0"],"target":null}}`;
	assert.deepEqual(parseWasmConfig(new TextEncoder().encode(text)), {
		created: "2026-11-22T10:00:00Z",
		architecture: "wasm",
		os: "wasip2",
		layerDigests: [DIGEST],
		component: { exports: ["wasi:cli/run@0.2.0"], imports: ["wasi:io/streams@0.2.0"] },
	});
});

for (const [os, expected] of [
	["wasip1", "wasip1"],
	["Wasip1", "wasip1"],
	["wasi", "wasip1"],
	["WASIP2", "wasip2"],
] as const)
	test(`reads a module's os '${os}' as ${expected}`, () => {
		const document = { architecture: "wasm", os, layerDigests: [], component: null };
		assert.equal(parseWasmConfig(encodeJson(document)).os, expected);
	});

test("what we write of a module reads back the same", () => {
	const config = parseWasmConfig(
		encodeJson({
			created: "2026-01-01T00:00:00Z",
			author: "me",
			architecture: "wasm",
			os: "wasip2",
			layerDigests: [DIGEST],
			component: { imports: ["a"], exports: [], target: "t" },
		}),
	);
	assert.deepEqual(parseWasmConfig(encodeWasmConfig(config)), config);
});

const REFUSED: Readonly<Record<string, readonly [() => unknown, string]>> = {
	"a module for linux": [
		() => parseWasmConfig(encodeJson({ architecture: "wasm", os: "linux" })),
		"'os' is 'linux', neither wasip1 nor wasip2",
	],
	"a module for a processor": [
		() => parseWasmConfig(encodeJson({ architecture: "amd64", os: "wasip1" })),
		"'architecture' is 'amd64', not wasm",
	],
	"a layer that is no digest": [
		() => parseWasmConfig(encodeJson({ architecture: "wasm", os: "wasip1", layerDigests: ["x"] })),
		"'layerDigests[0]' is 'x', no sha256 or sha512 digest",
	],
	"a config without its os": [
		() => parseImageConfig(encodeJson({ architecture: "wasm" })),
		"'os' is missing",
	],
	"a diff_id that is none": [
		() => parseImageConfig(encodeJson({ ...BUILDAH, rootfs: { diff_ids: ["sha256:x"] } })),
		"'rootfs.diff_ids[0]' is 'sha256:x', no sha256 or sha512 digest",
	],
	"an environment that is an object": [
		() => parseImageConfig(encodeJson({ ...BUILDAH, config: { Env: {} } })),
		"'config.Env' is no list",
	],
};

for (const [title, [act, note]] of Object.entries(REFUSED))
	test(`refuses ${title}`, () => assert.ok(faultText(act).endsWith(`note: ${note}\n`), faultText(act)));

test("any value where a config should be is a config or a Fault", () => {
	const members = fc.dictionary(
		fc.constantFrom(
			"architecture",
			"os",
			"config",
			"rootfs",
			"history",
			"layerDigests",
			"component",
			"created",
		),
		fc.oneof(fc.constantFrom<fc.JsonValue>("wasm", "wasip1"), fc.jsonValue()),
	);
	fc.assert(
		fc.property(members, (value) => {
			for (const parse of [parseImageConfig, parseWasmConfig]) {
				try {
					parse(encodeJson(value));
				} catch (error) {
					if (!(error instanceof Fault)) throw error;
				}
			}
		}),
		{ numRuns: 500 },
	);
});

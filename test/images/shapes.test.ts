/** Images as other tools make them, each put into a store as a pull would leave it, and run. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { packLayer } from "../../src/store/pack.ts";
import { ImageStore } from "../../src/store/image-store.ts";
import type { FileTree, TreeDirectory } from "../../src/sys/file-tree.ts";
import { guest, run } from "../support/wherry.ts";

let home: string;
let store: ImageStore;

before(() => {
	home = mkdtempSync(join(tmpdir(), "wherry-shapes-"));
	store = ImageStore.open(join(home, "wherry/images"));
});
after(() => {
	store.close();
	rmSync(home, { recursive: true, force: true });
});

const ENVIRONMENT = readFileSync(guest("c/environment"));
const HELLO = readFileSync(guest("wat/hello"));
const REACTOR = readFileSync(guest("wat/reactor"));

async function put(
	bytes: Uint8Array,
	mediaType: string,
	more: Partial<Descriptor> = {},
): Promise<Descriptor> {
	const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length, ...more };
	await store.put(descriptor, [bytes] as unknown as AsyncIterable<Uint8Array>);
	return descriptor;
}

function json(value: unknown): Uint8Array {
	return new TextEncoder().encode(JSON.stringify(value));
}

interface Made {
	readonly config: readonly [value: unknown, mediaType: string];
	readonly layers: readonly (readonly [
		bytes: Uint8Array,
		mediaType: string,
		annotations?: Record<string, string>,
	])[];
	readonly manifest?: object;
}

/** Stores it under a name, and lets the person accept it, as after a pull of their own. */
async function keep(name: string, { config: [value, type], layers, manifest = {} }: Made): Promise<void> {
	const config = await put(json(value), type);
	const blobs: Descriptor[] = [];
	for (const [bytes, mediaType, annotations] of layers)
		blobs.push(await put(bytes, mediaType, annotations === undefined ? {} : { annotations }));
	const document = { schemaVersion: 2, mediaType: MediaType.MANIFEST, config, layers: blobs, ...manifest };
	store.tag(await put(json(document), MediaType.MANIFEST), `docker.io/library/${name}:latest`);
	const { status, stderr } = wherry("trust", "accept", "-y", name);
	assert.equal(status, 0, stderr);
}

function wherry(...words: string[]) {
	const env = { PATH: process.env["PATH"], HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home };
	return run(words, { env });
}

const file = (bytes: Uint8Array): FileTree => ({ kind: "file", bytes, modified_ns: 0n, executable: false });
const folder = (entries: Record<string, FileTree>): TreeDirectory => ({
	kind: "directory",
	entries: new Map(Object.entries(entries)),
	modified_ns: 0n,
});

const IMAGE = { architecture: "wasm", os: "wasip1", rootfs: { type: "layers", diff_ids: [] } };

/** An ordinary image of one layer, labelled and described as it is given. */
function ordinary(tree: TreeDirectory, labels: object, config: object, manifest: object = {}): Made {
	const { bytes, diffId, descriptor } = packLayer(tree);
	return {
		config: [{ ...labels, config, rootfs: { type: "layers", diff_ids: [diffId] } }, MediaType.CONFIG],
		layers: [[bytes, descriptor.mediaType]],
		manifest,
	};
}

const WASM_CONFIG = { created: "2026-01-01T00:00:00Z", architecture: "wasm", os: "wasip1" };
const COMPAT = { annotations: { "module.wasm.image/variant": "compat" } };

type Case = readonly [name: string, made: () => Made, words: readonly string[], stdout: RegExp];

const CASES: readonly Case[] = [
	[
		"wkg",
		() => ({
			config: [
				{ ...WASM_CONFIG, author: null, component: null, layerDigests: [digestOf(HELLO)] },
				MediaType.WASM_CONFIG,
			],
			layers: [[HELLO, MediaType.WASM, { "org.opencontainers.image.title": "hello.wasm" }]],
		}),
		[],
		/^hello\n$/,
	],
	[
		"spin",
		() => ({
			config: [{ ...IMAGE, os: "Wasip1", config: {} }, MediaType.CONFIG],
			layers: [
				[json({ spin_lock_version: 1 }), "application/vnd.fermyon.spin.application.v1+config"],
				[HELLO, MediaType.WASM_SPIN],
			],
		}),
		[],
		/^hello\n$/,
	],
	[
		"runwasi, a layer that is the module",
		() => ({
			config: [
				{ ...IMAGE, config: { Entrypoint: ["/environment.wasm", "from", "image"], Env: ["A=1"] } },
				MediaType.CONFIG,
			],
			layers: [[ENVIRONMENT, MediaType.WASM_MODULE]],
		}),
		[],
		/\[from\]\n.*\[image\]\n.*\[A=1\]\n/s,
	],
	[
		"runwasi, an export of a file",
		() =>
			ordinary(
				folder({ "app.wasm": file(REACTOR) }),
				{ architecture: "wasm", os: "wasi" },
				{ Entrypoint: ["/app.wasm#add"] },
			),
		["2", "3"],
		/^5\n$/,
	],
	[
		"docker, wasi/wasm",
		() =>
			ordinary(
				folder({ "hello.wasm": file(HELLO) }),
				{ architecture: "wasm", os: "wasi" },
				{ Entrypoint: ["/hello.wasm"] },
				COMPAT,
			),
		[],
		/^hello\n$/,
	],
	[
		"docker, wasm32 in a folder of PATH, with no ending of its own",
		() =>
			ordinary(
				folder({ usr: folder({ bin: folder({ hello: file(HELLO) }) }) }),
				{ architecture: "wasm32", os: "wasip1" },
				{ Cmd: ["hello"], Env: ["PATH=/opt:/usr/bin"] },
			),
		[],
		/^hello\n$/,
	],
	[
		"docker, labelled linux/amd64",
		() =>
			ordinary(
				folder({ "hello.wasm": file(HELLO) }),
				{ architecture: "amd64", os: "linux" },
				{ Entrypoint: ["/hello.wasm"] },
			),
		[],
		/^hello\n$/,
	],
];

for (const [name, made, words, stdout] of CASES)
	test(`an image of ${name} runs`, async () => {
		const image = `shape-${CASES.findIndex(([other]) => other === name)}`;
		await keep(image, made());
		const ended = wherry("run", image, ...words);
		assert.equal(ended.stderr, "");
		assert.match(ended.stdout.toString(), stdout);
		assert.equal(ended.status, 0);
	});

const REFUSED: readonly (readonly [name: string, made: () => Made, stderr: RegExp])[] = [
	[
		"a processor's",
		() =>
			ordinary(
				folder({ sh: file(Buffer.from("\u007fELF")) }),
				{ architecture: "amd64", os: "linux" },
				{ Entrypoint: ["/sh"] },
			),
		/^error: cannot run the image: it is made for linux\/amd64 \[IMAGE_UNSUPPORTED\]\n/,
	],
	[
		"two programs",
		() => ({
			config: [{ ...IMAGE, config: {} }, MediaType.CONFIG],
			layers: [
				[HELLO, MediaType.WASM_SPIN],
				[REACTOR, MediaType.WASM_SPIN],
			],
		}),
		/^error: cannot tell which of the image's 2 programs to run \[IMAGE_UNSUPPORTED\]\n/,
	],
	[
		"a chart",
		() => ({ config: [{}, "application/vnd.cncf.helm.config.v1+json"], layers: [] }),
		/^error: cannot find a program in the image \[IMAGE_UNSUPPORTED\]\n/,
	],
	[
		"another module's config",
		() => ({
			config: [{ ...WASM_CONFIG, layerDigests: [digestOf(REACTOR)] }, MediaType.WASM_CONFIG],
			layers: [[HELLO, MediaType.WASM]],
		}),
		/\[IMAGE_INVALID\]\nnote: the config is for sha256:/,
	],
];

for (const [name, made, stderr] of REFUSED)
	test(`an image that is ${name} is refused`, async () => {
		const image = `refused-${REFUSED.findIndex(([other]) => other === name)}`;
		await keep(image, made());
		const ended = wherry("run", image);
		assert.match(ended.stderr, stderr);
		assert.equal(ended.status, 125);
	});

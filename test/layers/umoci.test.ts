/** Layers lie over each other as umoci, which unpacks them onto a disk, has them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../../src/base/fault.ts";
import { hexOf } from "../../src/oci/digest.ts";
import {
	describe,
	documentOf,
	encodeImageConfig,
	encodeIndex,
	encodeManifest,
} from "../../src/oci/encode.ts";
import { mergeLayers } from "../../src/oci/layer-tree.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { type RawItem, tarOf, treeText } from "../../src/oci/raw-tar.contract.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const skip =
	spawnSync("umoci", ["--version"]).error === undefined
		? false
		: "not run: umoci is not installed (apt-get install umoci)";

const directoryName = fc.constantFrom("d", "e", "d/d", "d/e", "d/d/e");
const leafName = fc.constantFrom("a", "b", "d");
const parent = fc.oneof(
	{ weight: 1, arbitrary: fc.constant("") },
	{ weight: 3, arbitrary: directoryName.map((name) => `${name}/`) },
);
const body = fc.nat(99).map(String);

const item: fc.Arbitrary<RawItem> = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.record({ name: fc.tuple(parent, leafName).map((both) => both.join("")), body }),
	},
	{ weight: 3, arbitrary: directoryName.map((name) => ({ name: `${name}/`, type: "5" })) },
	{ weight: 1, arbitrary: parent.map((name) => ({ name: `${name}l`, type: "2", target: "a" })) },
	{
		weight: 1,
		arbitrary: fc
			.tuple(parent, parent)
			.map(([name, target]) => ({ name: `${name}h`, type: "1", target: `${target}a` })),
	},
	{
		weight: 2,
		arbitrary: fc
			.tuple(parent, fc.constantFrom("a", "b", "d", "e", "h", "l"))
			.map(([name, gone]) => ({ name: `${name}.wh.${gone}` })),
	},
	{ weight: 1, arbitrary: parent.map((name) => ({ name: `${name}.wh..wh..opq` })) },
);
const anyLayers = fc.array(fc.array(item, { minLength: 1, maxLength: 7, size: "max" }), {
	minLength: 2,
	maxLength: 4,
});

test("random layers are the same files here and unpacked by umoci", { skip }, (t) => {
	const folder = temporaryDirectory(t);
	fc.assert(
		fc.property(anyLayers, (made) => {
			const tars = withoutRefused(made).map((items) => tarOf(...items));
			assert.equal(merged(tars), unpackedByUmoci(folder, tars));
		}),
		{ numRuns: 150 },
	);
});

/** The layers without what we would not take: files in files, hard links to nothing. */
function withoutRefused(made: readonly (readonly RawItem[])[]): RawItem[][] {
	const sound: RawItem[][] = [];
	for (const items of made) {
		const layer: RawItem[] = [];
		sound.push(layer);
		for (const one of items) {
			layer.push(one);
			if (isRefused(sound)) layer.pop();
		}
	}
	return sound;
}

function isRefused(made: readonly (readonly RawItem[])[]): boolean {
	try {
		merged(made.map((items) => tarOf(...items)));
		return false;
	} catch (fault) {
		assert.ok(fault instanceof Fault);
		return true;
	}
}

function merged(tars: readonly Uint8Array[]): string {
	return treeText(mergeLayers(tars.map((tar) => ({ what: "layer", tar }))));
}

function unpackedByUmoci(folder: string, tars: readonly Uint8Array[]): string {
	rmSync(folder, { recursive: true });
	writeLayout(join(folder, "image"), tars);
	const rootless = process.getuid?.() === 0 ? [] : ["--rootless"];
	const words = ["raw", "unpack", ...rootless, "--image", join(folder, "image:latest"), join(folder, "root")];
	const { status, stderr } = spawnSync("umoci", words, { encoding: "utf8" });
	assert.equal(status, 0, stderr);
	return diskText(join(folder, "root"), "", new Map());
}

function writeLayout(folder: string, tars: readonly Uint8Array[]): void {
	mkdirSync(join(folder, "blobs/sha256"), { recursive: true });
	const layers = tars.map((tar) => ({ descriptor: describe(tar, MediaType.LAYER), bytes: tar }));
	const diffIds = layers.map(({ descriptor }) => descriptor.digest);
	const config = documentOf(
		encodeImageConfig({
			architecture: "wasm",
			os: "wasi",
			config: { ExposedPorts: [], Env: [], Entrypoint: [], Cmd: [], Volumes: [], Labels: {} },
			rootfs: { type: "layers", diff_ids: diffIds },
			history: [],
		}),
		MediaType.CONFIG,
	);
	const manifest = encodeManifest({
		schemaVersion: 2,
		mediaType: MediaType.MANIFEST,
		config: config.descriptor,
		layers: layers.map(({ descriptor }) => descriptor),
	});
	const annotations = { "org.opencontainers.image.ref.name": "latest" };
	const index = encodeIndex({
		schemaVersion: 2,
		mediaType: MediaType.INDEX,
		manifests: [{ ...manifest.descriptor, annotations }],
	});
	for (const { descriptor, bytes } of [...layers, config, manifest])
		writeFileSync(join(folder, "blobs/sha256", hexOf(descriptor.digest)), bytes);
	writeFileSync(join(folder, "index.json"), index.bytes);
	writeFileSync(join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
}

/** As `treeText` tells trees. */
function diskText(folder: string, prefix: string, known: Map<number, string>): string {
	return readdirSync(folder)
		.sort()
		.map((name) => diskLine(join(folder, name), prefix + name, known))
		.join("");
}

function diskLine(place: string, path: string, known: Map<number, string>): string {
	const stat = lstatSync(place);
	if (stat.isDirectory()) return `${path}/\n${diskText(place, `${path}/`, known)}`;
	const first = known.get(stat.ino);
	known.set(stat.ino, first ?? path);
	if (first !== undefined) return `${path} = ${first}\n`;
	return stat.isSymbolicLink()
		? `${path} -> ${readlinkSync(place)}\n`
		: `${path}: ${readFileSync(place, "utf8")}\n`;
}

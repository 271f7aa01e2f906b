import assert from "node:assert/strict";
import { test } from "node:test";
import { faultTextOf } from "../../test/support/fault.ts";
import { putDocument } from "./attachments.ts";
import type { Descriptor } from "./descriptor.ts";
import { documentOf, encodeImageConfig, encodeIndex, encodeManifest } from "./encode.ts";
import { MediaType } from "./media-types.ts";
import { MemoryRepository } from "./memory-repository.ts";
import { openImage } from "./open-image.ts";
import { NO_CONTAINER_CONFIG } from "./parse-config.ts";
import { formatPlatform, parsePlatform } from "./platform.ts";

/** The platforms of an index, what is asked, and which is taken; "" for none. */
const CHOICES: readonly (readonly [string, string, string])[] = [
	["wasi/wasm", "", "wasi/wasm"],
	["linux/amd64 wasi/wasm", "", "wasi/wasm"],
	["wasip2/wasm wasip1/wasm wasi/wasm", "", "wasi/wasm"],
	["wasip2/wasm wasip1/wasm", "", "wasip1/wasm"],
	["linux/arm64 linux/wasm32", "", "linux/wasm32"],
	["Wasip1/wasm linux/amd64", "", "Wasip1/wasm"],
	["linux/amd64 wasi/wasm", "linux/amd64", "linux/amd64"],
	["wasi/wasm linux/arm64/v8", "linux/arm64", "linux/arm64/v8"],
	["linux/arm64/v8 linux/arm64/v7", "linux/arm64/v7", "linux/arm64/v7"],
	["linux/arm64 linux/amd64", "", "linux/amd64"],
];

for (const [platforms, asked, expected] of CHOICES)
	test(`of ${platforms}${asked === "" ? "" : `, asked for ${asked},`} takes ${expected}`, async () => {
		const repository = new MemoryRepository();
		const { shape } = await openImage(repository, await putIndex(repository, platforms.split(" ")), asked);
		assert.equal(shape.kind === "image" && formatPlatform(shape.config), expected);
	});

/** The platforms of an index, what is asked, and a line of the refusal. */
const REFUSED: readonly (readonly [string, string, string])[] = [
	["linux/arm64 darwin/arm64", "", "note: its index has 'linux/arm64' and 'darwin/arm64'"],
	["wasi/wasm", "linux/amd64", "error: cannot find a variant of the image for 'linux/amd64'"],
	["wasi/wasm", "linux", "error: cannot set --platform to 'linux'"],
	["unknown/unknown", "", "note: its index names no platform that there is"],
];

for (const [platforms, asked, line] of REFUSED)
	test(`of ${platforms}${asked === "" ? "" : `, asked for ${asked},`} takes none`, async () => {
		const repository = new MemoryRepository();
		const root = await putIndex(repository, platforms.split(" "));
		const text = await faultTextOf(openImage(repository, root, asked));
		assert.ok(text.includes(line), text);
	});

test("among images for linux/amd64 the one that starts a .wasm is taken", async () => {
	const repository = new MemoryRepository();
	const [elf, wasm] = [
		await putImage(repository, "linux/amd64", "/bin/sh"),
		await putImage(repository, "linux/amd64", "/app.wasm"),
	];
	const platform = { os: "linux", architecture: "amd64" };
	const index = encodeIndex({
		schemaVersion: 2,
		mediaType: MediaType.INDEX,
		manifests: [
			{ ...elf, platform },
			{ ...wasm, platform },
		],
	});
	await putDocument(repository, index);
	assert.equal((await openImage(repository, index.descriptor)).descriptor.digest, wasm.digest);
});

test("a config that is not what its digest promises is refused", async () => {
	const repository = new MemoryRepository();
	const root = await putImage(repository, "wasi/wasm", "/app.wasm");
	const tampered = {
		referrers: async () => [],
		async *fetch(descriptor: Descriptor) {
			for await (const piece of repository.fetch(descriptor))
				yield descriptor.mediaType === MediaType.CONFIG ? piece.map((byte) => byte ^ 1) : piece;
		},
	};
	assert.match(await faultTextOf(openImage(tampered, root)), /DIGEST_MISMATCH/);
});

async function putIndex(repository: MemoryRepository, platforms: readonly string[]): Promise<Descriptor> {
	const manifests = [];
	for (const text of platforms)
		manifests.push({ ...(await putImage(repository, text, "/app")), platform: parsePlatform(text) });
	const index = encodeIndex({ schemaVersion: 2, mediaType: MediaType.INDEX, manifests });
	await putDocument(repository, index);
	return index.descriptor;
}

async function putImage(
	repository: MemoryRepository,
	platform: string,
	program: string,
): Promise<Descriptor> {
	const layer = documentOf(Buffer.from(platform), MediaType.LAYER);
	const config = encodeImageConfig({
		...parsePlatform(platform),
		config: { ...NO_CONTAINER_CONFIG, Entrypoint: [program] },
		rootfs: { type: "layers", diff_ids: [layer.descriptor.digest] },
		history: [],
	});
	const document = documentOf(config, MediaType.CONFIG);
	const manifest = encodeManifest({
		schemaVersion: 2,
		mediaType: MediaType.MANIFEST,
		config: document.descriptor,
		layers: [layer.descriptor],
	});
	for (const each of [layer, document, manifest]) await putDocument(repository, each);
	return manifest.descriptor;
}

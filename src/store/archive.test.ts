import assert from "node:assert/strict";
import { closeSync, existsSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { putModule } from "../../test/store/support.ts";
import { faultTextOf } from "../../test/support/fault.ts";
import { temporaryDirectory } from "../../test/support/temporary.ts";
import { attachmentTag, attachReferrer, attachments } from "../oci/attachments.ts";
import { Fault } from "../base/fault.ts";
import { digestOf } from "../oci/digest.ts";
import { TAR_END, tarHeader, tarPadding } from "../oci/tar-write.ts";
import { ImageStore } from "./image-store.ts";
import { loadArchive } from "./load-archive.ts";
import { archivePieces, type SavedImage } from "./save-archive.ts";

const NAME = "docker.io/library/hello:latest";
const REPOSITORY = "docker.io/library/hello";
const RUNS = 50;

function newStore(context: TestContext): ImageStore {
	return ImageStore.open(join(temporaryDirectory(context), "images"));
}

/** Loads bytes as an archive into a new store. */
async function load(
	context: TestContext,
	bytes: Uint8Array,
): Promise<{ store: ImageStore; names: unknown[] }> {
	const store = newStore(context);
	const file = join(temporaryDirectory(context), "archive.tar");
	writeFileSync(file, bytes);
	const handle = openSync(file, "r");
	try {
		const images = await loadArchive(store, handle, "archive 'archive.tar'", { concurrency: 2 });
		return { store, names: images.map(({ name }) => name) };
	} catch (error) {
		assert.deepEqual(store.list(), [], "nothing has a name after a failure");
		store.close();
		store.collect();
		assert.deepEqual(store.attached(), []);
		assert.deepEqual(readdirSync(join(store.folder, "blobs/sha256")), []);
		throw error;
	} finally {
		store.close();
		closeSync(handle);
	}
}

/** An image with a signature, an SBOM and a signature on that, as an archive. */
async function savedArchive(context: TestContext): Promise<{ bytes: Buffer; saved: SavedImage }> {
	const store = newStore(context);
	const repository = store.repository(REPOSITORY);
	const { manifest } = await putModule(repository, "an image");
	const signature = await putModule(repository, "a signature");
	const content = [{ bytes: Buffer.from("{}"), mediaType: "text/plain" }];
	const sbom = await attachReferrer(repository, manifest.descriptor, "application/x-sbom", content);
	await attachReferrer(repository, sbom, "application/x-signature", content);
	await repository.tag(signature.manifest.descriptor, attachmentTag(manifest.descriptor.digest, "sig"));
	const attached = await attachments(repository, manifest.descriptor.digest);
	const saved: SavedImage = {
		descriptor: manifest.descriptor,
		names: [NAME],
		attached: attached.map(({ descriptor, tag }) => ({
			descriptor,
			tag,
			name: tag === undefined ? undefined : `${REPOSITORY}:${tag}`,
		})),
		docker: undefined,
	};
	return { bytes: await bytesOf(store, saved), saved };
}

async function bytesOf(store: ImageStore, saved: SavedImage): Promise<Buffer> {
	const pieces: Uint8Array[] = [];
	for await (const piece of archivePieces(store.folder, [saved])) pieces.push(piece);
	return Buffer.concat(pieces);
}

test("what was saved is loaded again with the same digests, attachments too, and saved again to the same bytes", async (context) => {
	const { bytes, saved } = await savedArchive(context);
	const { store, names } = await load(context, bytes);
	assert.deepEqual(names, [NAME]);
	const repository = store.repository(REPOSITORY);
	assert.equal((await repository.resolve("latest"))?.digest, saved.descriptor.digest);
	assert.deepEqual(
		(await attachments(repository, saved.descriptor.digest)).map(({ descriptor, tag }) => [
			descriptor.digest,
			tag,
		]),
		saved.attached.map(({ descriptor, tag }) => [descriptor.digest, tag]),
	);
	assert.deepEqual(await bytesOf(store, saved), bytes);
});

test("an archive with any one byte changed loads the same image, under whatever name, or nothing", async (context) => {
	const { bytes, saved } = await savedArchive(context);
	await fc.assert(
		fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
			const changed = Buffer.from(bytes);
			changed[at] = (changed[at] ?? 0) ^ by;
			try {
				const { store } = await load(context, changed);
				for (const { digest } of store.list()) assert.equal(digest, saved.descriptor.digest);
			} catch (error) {
				assert.ok(error instanceof Fault, String(error));
			}
		}),
		{ numRuns: RUNS },
	);
});

test("an archive cut off anywhere loads nothing", async (context) => {
	const { bytes } = await savedArchive(context);
	await fc.assert(
		fc.asyncProperty(fc.nat(bytes.length - TAR_END.length), async (length) => {
			await assert.rejects(load(context, bytes.subarray(0, length)), Fault);
		}),
		{ numRuns: 40 },
	);
});

type Files = readonly (readonly [name: string, content: string | Uint8Array])[];

/** A tar of these files; content "-> x" makes a link. */
function tarOf(files: Files): Buffer {
	const pieces = files.flatMap(([path, content]) => {
		const target = typeof content === "string" && content.startsWith("-> ") ? content.slice(3) : undefined;
		if (target !== undefined) return [tarHeader({ kind: "link", path, target, modified_s: 0 })];
		const bytes = Buffer.from(content);
		return [
			tarHeader({ kind: "file", path, size_bytes: bytes.length, modified_s: 0 }),
			bytes,
			tarPadding(bytes.length),
		];
	});
	return Buffer.concat([...pieces, TAR_END]);
}

const LAYER = tarOf([["app.wasm", "not really"]]);
const OTHER = tarOf([["app.wasm", "another"]]);

function config(...layers: readonly Uint8Array[]): string {
	const diff_ids = layers.map(digestOf);
	return JSON.stringify({
		architecture: "wasm",
		os: "wasi",
		config: {},
		rootfs: { type: "layers", diff_ids },
	});
}

function list(entry: object): string {
	return JSON.stringify([
		{ Config: "config.json", RepoTags: ["hello:1"], Layers: ["a/layer.tar"], ...entry },
	]);
}

const plain = (content: Uint8Array = LAYER): Files => [
	["manifest.json", list({})],
	["config.json", config(LAYER)],
	["a/layer.tar", content],
];

test("docker's older archives are loaded, links between layers too", async (context) => {
	const files: Files = [
		["manifest.json", list({ Layers: ["a/layer.tar", "b/layer.tar"] })],
		["config.json", config(LAYER, LAYER)],
		["a/layer.tar", LAYER],
		["b/layer.tar", "-> ../a/layer.tar"],
	];
	const { store, names } = await load(context, tarOf(files));
	assert.deepEqual(names, ["docker.io/library/hello:1"]);
	assert.equal(readdirSync(join(store.folder, "blobs/sha256")).length, 3);
});

test("packed layers of docker's older archives are loaded as they are", async (context) => {
	const { names } = await load(context, tarOf(plain(gzipSync(LAYER))));
	assert.deepEqual(names, ["docker.io/library/hello:1"]);
});

test("an image without a name is known by its digest", async (context) => {
	const { store, names } = await load(
		context,
		tarOf([["manifest.json", list({ RepoTags: null })], ...plain().slice(1)]),
	);
	assert.deepEqual(names, [undefined]);
	assert.equal(store.list().length, 1);
	assert.deepEqual(store.collect().removed, []);
});

const REFUSED: readonly (readonly [string, Files, RegExp])[] = [
	["of nothing", [], /neither 'index.json' nor 'manifest.json'/],
	[
		"with a layer that is not the config's",
		plain(OTHER),
		/DIGEST_MISMATCH][^]*expected sha256:[^]*found sha256:/,
	],
	[
		"with a config that is not what it is named after",
		[
			["manifest.json", list({ Config: `${"0".repeat(64)}.json` })],
			[`${"0".repeat(64)}.json`, config(LAYER)],
			["a/layer.tar", LAYER],
		],
		/DIGEST_MISMATCH][^]*expected sha256:000/,
	],
	["without its layer", plain().slice(0, 2), /there is no file 'a\/layer.tar'/],
	["without its config", [...plain().slice(0, 1), ...plain().slice(2)], /there is no file 'config.json'/],
	[
		"with more layers than its config knows",
		[["manifest.json", list({ Layers: ["a/layer.tar", "a/layer.tar"] })], ...plain().slice(1)],
		/promises 1 layers, and there are 2/,
	],
	["with a file that is there twice", [...plain(), ["config.json", "{}"]], /'config.json' is in it twice/],
	["with the same file under './'", [...plain(), ["./config.json", "{}"]], /'config.json' is in it twice/],
	[
		"whose layer is a link out of it",
		[...plain().slice(0, 2), ["a/layer.tar", "-> ../../../../etc/passwd"]],
		/there is no file 'a\/layer.tar'/,
	],
	[
		"whose layer is a link to itself",
		[...plain().slice(0, 2), ["a/layer.tar", "-> layer.tar"]],
		/there is no file 'a\/layer.tar'/,
	],
	["whose list is no list", [["manifest.json", "{}"], ...plain().slice(1)], /is no list/],
	[
		"whose list names things twice",
		[["manifest.json", '[{"Config":"config.json","Config":"x","Layers":[]}]'], ...plain().slice(1)],
		/twice in one object/,
	],
	[
		"whose index names what is not there",
		[
			["oci-layout", "{}"],
			["index.json", indexOf("0")],
		],
		/the blob 'sha256:000.*' is named in it, and not there/,
	],
	[
		"whose index is none",
		[
			["oci-layout", "{}"],
			["index.json", "[]"],
		],
		/STORE_INVALID|IMAGE_INVALID/,
	],
];

function indexOf(digit: string): string {
	const digest = `sha256:${digit.repeat(64)}`;
	const mediaType = "application/vnd.oci.image.manifest.v1+json";
	return JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType, digest, size: 2 }] });
}

for (const [what, files, expected] of REFUSED)
	test(`an archive ${what} is refused, and nothing of it stays`, async (context) => {
		assert.match(await faultTextOf(load(context, tarOf(files))), expected);
	});

for (const [what, text, note] of [
	["what is no archive at all", "root:x:0:0:root:/root:/bin/bash\n".repeat(50), "it is no tar archive"],
	["an empty file", "", "it is empty"],
] as const)
	test(`${what} is called so`, async (context) => {
		const fault = await faultTextOf(load(context, Buffer.from(text)));
		assert.match(fault, /^error: cannot load from archive 'archive.tar'/);
		assert.ok(fault.includes(note), fault);
	});

test("any bytes are no archive, and nothing is written of them", async (context) => {
	await fc.assert(
		fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
			await assert.rejects(load(context, bytes), Fault);
		}),
		{ numRuns: RUNS },
	);
	assert.ok(!existsSync("archive.tar"));
});

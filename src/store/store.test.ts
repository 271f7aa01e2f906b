import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	appendFileSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { putModule } from "../../test/store/support.ts";
import { faultText, faultTextOf } from "../../test/support/fault.ts";
import { temporaryDirectory } from "../../test/support/temporary.ts";
import { attachmentTag, attachReferrer } from "../oci/attachments.ts";
import { pieceOf } from "../oci/bytes.ts";
import { encodeIndex } from "../oci/encode.ts";
import { MediaType } from "../oci/media-types.ts";
import { ImageStore } from "./image-store.ts";
import { blobPath } from "./layout.ts";
import { readBlob, readName } from "./read.ts";

const NAME = "docker.io/library/hello:latest";
const REPOSITORY = "docker.io/library/hello";
const PIECE_BYTES = 1 << 20;

function newStore(context: TestContext): ImageStore {
	return ImageStore.open(join(temporaryDirectory(context), "images"));
}

async function drain(content: AsyncIterable<Uint8Array>): Promise<number> {
	let count = 0;
	for await (const piece of content) count += piece.length;
	return count;
}

const CHANGES: Readonly<Record<string, (file: string) => void>> = {
	"one bit at its front": (file) => flip(file, 0),
	"one bit at its end": (file) => flip(file, -1),
	"a byte less": (file) => truncateSync(file, readFileSync(file).length - 1),
	"no bytes at all": (file) => truncateSync(file, 0),
	"a byte more": (file) => appendFileSync(file, "x"),
};

function flip(file: string, at: number): void {
	const bytes = readFileSync(file);
	const index = at < 0 ? bytes.length + at : at;
	bytes[index] = (bytes[index] ?? 0) ^ 1;
	writeFileSync(file, bytes);
}

for (const [change, act] of Object.entries(CHANGES))
	for (const size_bytes of [100, 70_000, 3 * PIECE_BYTES + 7])
		test(`a blob of ${size_bytes} bytes with ${change} is refused by all who read it, and put right by put`, async (context) => {
			const store = newStore(context);
			const repository = store.repository(REPOSITORY);
			const bytes = Buffer.alloc(size_bytes, "cargo ");
			const { layer } = await putModule(repository, bytes);
			const file = blobPath(store.folder, layer.descriptor.digest);
			act(file);
			const expected = new RegExp(
				`DIGEST_MISMATCH][^]*expected .*${layer.descriptor.digest}[^]*help: pull or build`,
			);
			const read = faultText(() => readBlob(store.folder, layer.descriptor, 2 ** 30));
			assert.match(read, size_bytes === 100 || !change.includes("byte") ? expected : /DIGEST_MISMATCH/);
			assert.ok(read.includes(file), read);
			assert.match(await faultTextOf(drain(repository.fetch(layer.descriptor))), /DIGEST_MISMATCH/);
			assert.equal(await repository.has(layer.descriptor), false);
			await repository.put(layer.descriptor, pieceOf(bytes));
			assert.deepEqual(Buffer.from(readBlob(store.folder, layer.descriptor, 2 ** 30)), bytes);
			assert.equal(await drain(repository.fetch(layer.descriptor)), size_bytes);
		});

test("who fetches a blob that is changed never gets its last piece", async (context) => {
	const store = newStore(context);
	const repository = store.repository(REPOSITORY);
	const { layer } = await putModule(repository, Buffer.alloc(2 * PIECE_BYTES + 5, "cargo "));
	flip(blobPath(store.folder, layer.descriptor.digest), 3);
	let count = 0;
	const reading = (async () => {
		for await (const piece of repository.fetch(layer.descriptor)) count += piece.length;
	})();
	assert.match(await faultTextOf(reading), /DIGEST_MISMATCH/);
	assert.equal(count, 2 * PIECE_BYTES);
});

test("a pipe in a blob's place is refused at once", async (context) => {
	const store = newStore(context);
	const { layer } = await putModule(store.repository(REPOSITORY));
	const file = blobPath(store.folder, layer.descriptor.digest);
	rmSync(file);
	execFileSync("mkfifo", [file]);
	assert.match(
		faultText(() => readBlob(store.folder, layer.descriptor, 100)),
		/DIGEST_MISMATCH/,
	);
	assert.equal(await store.has(layer.descriptor), false);
});

test("a blob is read with room before it, and never beyond what the reader is ready for", async (context) => {
	const store = newStore(context);
	const { layer } = await putModule(store.repository(REPOSITORY), "a module");
	const bytes = readBlob(store.folder, layer.descriptor, 8, 64);
	assert.deepEqual([bytes.byteOffset, bytes.length, bytes.buffer.byteLength], [64, 8, 72]);
	assert.match(
		faultText(() => readBlob(store.folder, layer.descriptor, 7)),
		/IMAGE_INVALID/,
	);
});

test("a name moves in one step, and what it left is known by its digest until it is pruned", async (context) => {
	const store = newStore(context);
	const repository = store.repository(REPOSITORY);
	const [one, other] = [await putModule(repository, "one"), await putModule(repository, "other")];
	store.tag(one.manifest.descriptor, NAME);
	store.tag(other.manifest.descriptor, NAME);
	assert.equal(readName(store.folder, NAME)?.digest, other.manifest.descriptor.digest);
	const left = `${REPOSITORY}@${one.manifest.descriptor.digest}`;
	assert.deepEqual(
		store.list().map(({ name }) => name),
		[left, NAME],
	);
	store.tag(other.manifest.descriptor, NAME);
	assert.equal(store.list().length, 2);
	store.untag(left);
	store.close();
	const { removed } = store.collect();
	assert.deepEqual(removed.map(({ digest }) => digest).toSorted(), digestsOf(one).toSorted());
	assert.ok(readBlob(store.folder, other.layer.descriptor, 100).length > 0);
});

function digestsOf(image: Awaited<ReturnType<typeof putModule>>): string[] {
	return [image.layer, image.config, image.manifest].map(({ descriptor }) => descriptor.digest);
}

for (const part of ["layer", "config", "manifest"] as const)
	test(`an image without its ${part} gets no name`, async (context) => {
		const store = newStore(context);
		const image = await putModule(store.repository(REPOSITORY));
		rmSync(blobPath(store.folder, image[part].descriptor.digest));
		assert.match(
			faultText(() => store.tag(image.manifest.descriptor, NAME)),
			/IMAGE_NOT_FOUND/,
		);
		assert.deepEqual(store.list(), []);
	});

test("what is attached to an image stays as long as the image, and goes with it", async (context) => {
	const store = newStore(context);
	const repository = store.repository(REPOSITORY);
	const image = await putModule(repository, "an image");
	const signature = await putModule(repository, "a signature");
	const content = [{ bytes: Buffer.from("{}"), mediaType: "text/plain" }];
	const sbom = await attachReferrer(repository, image.manifest.descriptor, "application/x-sbom", content);
	await attachReferrer(repository, sbom, "application/x-signature", content);
	await repository.tag(signature.manifest.descriptor, attachmentTag(image.manifest.descriptor.digest, "sig"));
	store.tag(image.manifest.descriptor, NAME);
	store.close();
	assert.deepEqual(store.collect().removed, []);
	assert.deepEqual([store.list().length, store.attached().length], [1, 3]);
	store.untag(NAME);
	store.collect();
	assert.deepEqual([store.list().length, store.attached().length], [0, 0]);
	assert.deepEqual(readdirSync(join(store.folder, "blobs/sha256")), []);
});

test("signatures that came before their image stay while the process lives that took them in", async (context) => {
	const store = newStore(context);
	const repository = store.repository(REPOSITORY);
	const image = await putModule(repository, "an image");
	const signature = await putModule(repository, "a signature");
	const tag = attachmentTag(image.manifest.descriptor.digest, "sig");
	await repository.tag(signature.manifest.descriptor, tag);
	ImageStore.open(store.folder).collect();
	store.tag(image.manifest.descriptor, NAME);
	store.close();
	ImageStore.open(store.folder).collect();
	assert.ok(await repository.resolve(tag));
});

test("a pinned image stays without a name", async (context) => {
	const store = newStore(context);
	const image = await putModule(store.repository(REPOSITORY));
	store.tag(image.manifest.descriptor, NAME);
	store.pin(image.manifest.descriptor, "container 1");
	store.close();
	store.untag(NAME);
	assert.deepEqual(store.collect().removed, []);
	store.unpin("container 1");
	assert.equal(store.collect().removed.length, 3);
});

test("nothing is collected while a manifest cannot be read: what it needs is not known", async (context) => {
	const store = newStore(context);
	const repository = store.repository(REPOSITORY);
	const image = await putModule(repository, "an image");
	store.tag(image.manifest.descriptor, NAME);
	await putModule(repository, "garbage");
	store.close();
	const before = readdirSync(join(store.folder, "blobs/sha256"));
	flip(blobPath(store.folder, image.manifest.descriptor.digest), 5);
	assert.match(
		faultText(() => store.collect()),
		/DIGEST_MISMATCH/,
	);
	assert.deepEqual(readdirSync(join(store.folder, "blobs/sha256")), before);
	store.untag(NAME);
	store.collect();
	assert.deepEqual(readdirSync(join(store.folder, "blobs/sha256")), []);
});

test("an index keeps those of its manifests that are here, and does not miss the others", async (context) => {
	const store = newStore(context);
	const repository = store.repository(REPOSITORY);
	const image = await putModule(repository);
	const absent = {
		...image.manifest.descriptor,
		digest: `sha256:${"0".repeat(64)}` as typeof image.manifest.descriptor.digest,
	};
	const index = encodeIndex({
		schemaVersion: 2,
		mediaType: MediaType.INDEX,
		manifests: [image.manifest.descriptor, absent],
	});
	await repository.put(index.descriptor, pieceOf(index.bytes));
	store.tag(index.descriptor, NAME);
	store.close();
	assert.deepEqual(store.collect().removed, []);
	store.untag(NAME);
	assert.equal(store.collect().removed.length, 4);
});

test("what is no blob of ours is left alone", async (context) => {
	const store = newStore(context);
	await putModule(store.repository(REPOSITORY));
	store.close();
	const others = ["notes.txt", "blobs/sha256/README", "blobs/sha256/0123", "wherry/mine"];
	for (const name of others) writeFileSync(join(store.folder, name), "mine");
	mkdirSync(join(store.folder, "blobs/sha256", "f".repeat(64)));
	assert.equal(store.collect().removed.length, 3);
	for (const name of others) assert.equal(readFileSync(join(store.folder, name), "utf8"), "mine");
});

const VERSIONS: readonly (readonly [string, RegExp | undefined])[] = [
	['{"imageLayoutVersion":"1.0.0"}', undefined],
	['{"imageLayoutVersion":"1.1.0"}', undefined],
	['{"imageLayoutVersion":"2.0.0"}', /version '2.0.0', and this wherry knows version 1/],
	["{}", /not what the OCI image-spec says/],
	["[", /not what the OCI image-spec says/],
	["null", /not what the OCI image-spec says/],
];

for (const [text, expected] of VERSIONS)
	test(`a store with ${text} as its version`, (context) => {
		const folder = temporaryDirectory(context);
		writeFileSync(join(folder, "oci-layout"), text);
		if (expected === undefined) assert.deepEqual(ImageStore.open(folder).list(), []);
		else
			assert.match(
				faultText(() => ImageStore.open(folder)),
				expected,
			);
	});

test("a store that is not there is an empty one, and looking does not make it", (context) => {
	const folder = join(temporaryDirectory(context), "images");
	const store = ImageStore.open(folder);
	assert.deepEqual([store.list(), readName(folder, NAME), store.untag(NAME)], [[], undefined, false]);
	assert.deepEqual(readdirSync(join(folder, "..")), []);
});

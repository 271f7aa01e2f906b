import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { test } from "node:test";
import { faultTextOf } from "../../test/support/fault.ts";
import { attachments, attachmentTag, attachReferrer, copyAttachments, putDocument } from "./attachments.ts";
import type { ContentSource, CopyProgress } from "./content.ts";
import type { Digest } from "./digest.ts";
import type { Descriptor, Platform } from "./descriptor.ts";
import { type Document, documentOf, encodeIndex } from "./encode.ts";
import { copyGraph } from "./graph.ts";
import { MediaType } from "./media-types.ts";
import { MemoryRepository } from "./memory-repository.ts";
import { artifactProfile, imageProfile } from "./profiles.ts";
import { NO_CONTAINER_CONFIG } from "./parse-config.ts";

const OPTIONS = { concurrency: 3 };

test("copies children before their parents, and each content once", async () => {
	const from = new MemoryRepository();
	const [one, other] = [await putImage(from, ["a", "b"]), await putImage(from, ["b", "c"])];
	const index = await putIndex(from, [one, other, one]);
	// the sink refuses a manifest before its blobs
	const to = new MemoryRepository();
	const record = new Record();
	await copyGraph(from, to, index, { ...OPTIONS, progress: record });
	assert.deepEqual(await to.resolve(index.digest), index);
	const digests = record.ended_.map(([digest]) => digest);
	assert.equal(new Set(digests).size, digests.length);
	assert.equal(digests.at(-1), index.digest);
	assert.ok(record.ended_.every(([, how]) => how === "moved"));
});

test("what the sink has is not moved again", async () => {
	const from = new MemoryRepository();
	const to = new MemoryRepository();
	const root = await putImage(from, ["a", "b"]);
	await putDocument(to, blob("a"));
	const record = new Record();
	await copyGraph(from, to, root, { ...OPTIONS, progress: record });
	assert.deepEqual(
		record.ended_.filter(([, how]) => how === "there").map(([digest]) => digest),
		[blob("a").descriptor.digest],
	);
});

test("progress counts every byte that is moved", async () => {
	const from = new MemoryRepository();
	const root = await putImage(from, ["a", "x".repeat(200_000)]);
	const record = new Record();
	await copyGraph(from, new MemoryRepository(), root, { ...OPTIONS, progress: record });
	assert.equal(record.moved_bytes, record.started_bytes);
	assert.ok(record.moved_bytes > 200_000);
});

test("a blob is mounted where the sink can, and a manifest never", async () => {
	const from = new MemoryRepository();
	const root = await putImage(from, ["a", "b"]);
	class Mounting extends MemoryRepository {
		async mount(descriptor: Descriptor): Promise<boolean> {
			if (descriptor.digest !== blob("a").descriptor.digest) return false;
			await putDocument(this, blob("a"));
			return true;
		}
	}
	const record = new Record();
	await copyGraph(from, new Mounting(), root, { ...OPTIONS, progress: record });
	assert.equal(new Map(record.ended_).get(blob("a").descriptor.digest), "mounted");
	assert.equal(record.ended_.filter(([, how]) => how === "moved").length, 3);
});

test("no more blobs move at a time than was allowed", async () => {
	const from = new MemoryRepository();
	const root = await putImage(from, Array.from("abcdefghij"));
	let [now, most] = [0, 0];
	class Counting extends MemoryRepository {
		override async put(descriptor: Descriptor, content: AsyncIterable<Uint8Array>): Promise<void> {
			most = Math.max(most, ++now);
			await wait(1);
			await super.put(descriptor, content);
			now -= 1;
		}
	}
	await copyGraph(from, new Counting(), root, OPTIONS);
	assert.equal(most, 3);
});

test("of an index only what can run is taken, and the index whole", async () => {
	const from = new MemoryRepository();
	const wasi = await putImage(from, ["a"]);
	const linux = await putImage(from, ["l"]);
	const index = await putIndex(from, [wasi, linux], [WASI, LINUX]);
	for (const [platform, taken, left] of [
		["", wasi, linux],
		["linux/amd64", linux, wasi],
	] as const) {
		const to = new MemoryRepository();
		await copyGraph(from, to, index, { ...OPTIONS, platform });
		assert.ok(await to.has(index));
		assert.ok(await to.has(taken));
		assert.equal(await to.has(left), false);
	}
});

test("a manifest with a byte changed is refused before it is read", async () => {
	const from = new MemoryRepository();
	const root = await putImage(from, ["a"]);
	const to = new MemoryRepository();
	const tampered = changed(from, root, (bytes) => (bytes[20]! ^= 1));
	assert.match(await faultTextOf(copyGraph(tampered, to, root, OPTIONS)), /DIGEST_MISMATCH/);
	assert.equal(await to.has(root), false);
});

test("a blob with a byte changed is refused by the sink, and the manifest does not come", async () => {
	const from = new MemoryRepository();
	const root = await putImage(from, ["a", "b"]);
	const to = new MemoryRepository();
	const tampered = changed(from, blob("b").descriptor, (bytes) => (bytes[0]! ^= 1));
	assert.match(
		await faultTextOf(copyGraph(tampered, to, root, OPTIONS)),
		new RegExp(`note: expected ${blob("b").descriptor.digest}\nnote: found    sha256:`),
	);
	assert.equal(await to.has(root), false);
});

test("a source that sends more than the descriptor says is cut off", async () => {
	const from = new MemoryRepository();
	const root = await putImage(from, ["a"]);
	async function* endless() {
		for (;;) yield new Uint8Array(1 << 16);
	}
	const source = { ...noReferrers, fetch: endless };
	assert.match(
		await faultTextOf(copyGraph(source, new MemoryRepository(), root, OPTIONS)),
		/expected \d+ bytes, found more than/,
	);
});

test("indexes in indexes without end are refused", async () => {
	const from = new MemoryRepository();
	let root = await putImage(from, ["a"]);
	for (let depth = 0; depth < 6; depth++) root = await putIndex(from, [root]);
	assert.match(
		await faultTextOf(copyGraph(from, new MemoryRepository(), root, OPTIONS)),
		/it lies in more than 4 indexes/,
	);
});

test("the same blob with two sizes is refused", async () => {
	const from = new MemoryRepository();
	const { descriptor } = blob("a");
	await putDocument(from, blob("a"));
	const { config, manifest } = artifactProfile({ ...descriptor, size: 1 }, { created: "", os: "wasip1" });
	await putDocument(from, config);
	await putDocument(from, manifest);
	const wrong = artifactProfile({ ...descriptor, size: 2 }, { created: "", os: "wasip1" });
	await putDocument(from, wrong.config);
	await putDocument(from, wrong.manifest);
	const index = await putIndex(from, [manifest.descriptor, wrong.manifest.descriptor]);
	assert.match(
		await faultTextOf(copyGraph(from, new MemoryRepository(), index, OPTIONS)),
		/it is named with two sizes/,
	);
});

test("an abort ends the copy, and nothing of it goes on", async () => {
	const from = new MemoryRepository();
	const root = await putImage(from, ["a", "b", "c"]);
	const controller = new AbortController();
	let puts = 0;
	class Aborting extends MemoryRepository {
		override async put(): Promise<void> {
			puts += 1;
			controller.abort(new Error("enough"));
			await wait(1);
		}
	}
	const copy = copyGraph(from, new Aborting(), root, { concurrency: 1, signal: controller.signal });
	await assert.rejects(copy, /enough/);
	const then = puts;
	await wait(5);
	assert.equal(puts, then);
});

test("when one blob fails the rest is given up", async () => {
	const from = new MemoryRepository();
	const root = await putImage(from, Array.from("abcdefghij"));
	let puts = 0;
	class Failing extends MemoryRepository {
		override async put(): Promise<void> {
			puts += 1;
			throw new Error("the disk is full");
		}
	}
	await assert.rejects(copyGraph(from, new Failing(), root, { concurrency: 1 }), /the disk is full/);
	assert.equal(puts, 1);
});

test("signatures and SBOMs are taken along, tags and all", async () => {
	const from = new MemoryRepository();
	const to = new MemoryRepository();
	const root = await putImage(from, ["a"]);
	const tag = attachmentTag(root.digest, "sig");
	await from.tag(await putImage(from, ["a signature"]), tag);
	const content = { bytes: Buffer.from("{}"), mediaType: "application/vnd.cyclonedx+json" };
	const sbom = await attachReferrer(from, root, "application/vnd.cyclonedx+json", [content]);
	await copyGraph(from, to, root, OPTIONS);
	assert.equal((await copyAttachments(from, to, root.digest, OPTIONS)).length, 2);
	assert.deepEqual(await to.resolve(tag), await from.resolve(tag));
	assert.deepEqual(await to.referrers(root.digest), await from.referrers(root.digest));
	assert.equal((await to.referrers(root.digest))[0]?.digest, sbom.digest);
});

test("whoever wants few attachments asks for no more", async () => {
	let asked = 0;
	class Asked extends MemoryRepository {
		override async referrers(digest: Digest): Promise<readonly Descriptor[]> {
			asked += 1;
			return super.referrers(digest);
		}
	}
	const repository = new Asked();
	const root = await putImage(repository, ["a"]);
	for (const text of "abcdefgh")
		await attachReferrer(repository, root, "text/plain", [
			{ bytes: Buffer.from(text), mediaType: "text/plain" },
		]);
	assert.equal((await attachments(repository, root.digest, 3)).length, 3);
	assert.ok(asked <= 4, `${asked} questions`);
});

const WASI: Platform = { os: "wasi", architecture: "wasm" };
const LINUX: Platform = { os: "linux", architecture: "amd64" };
const noReferrers = { referrers: async () => [] };

class Record implements CopyProgress {
	readonly ended_: [string, string][] = [];
	started_bytes = 0;
	moved_bytes = 0;

	started({ size }: Descriptor): void {
		this.started_bytes += size;
	}

	moved(_: Descriptor, bytes: number): void {
		this.moved_bytes += bytes;
	}

	ended({ digest }: Descriptor, how: string): void {
		this.ended_.push([digest, how]);
	}
}

/** The same source, but for one content that comes with something changed. */
function changed(
	source: ContentSource,
	which: Descriptor,
	change: (bytes: Uint8Array) => void,
): ContentSource {
	return {
		...noReferrers,
		async *fetch(descriptor) {
			for await (const piece of source.fetch(descriptor)) {
				if (descriptor.digest === which.digest) change(piece);
				yield piece;
			}
		},
	};
}

function blob(text: string): Document {
	return documentOf(Buffer.from(text), MediaType.LAYER);
}

async function putImage(repository: MemoryRepository, texts: readonly string[]): Promise<Descriptor> {
	const layers = texts.map(blob);
	const image = imageProfile(
		layers.map(({ descriptor }) => descriptor),
		{
			...WASI,
			config: NO_CONTAINER_CONFIG,
			rootfs: { type: "layers", diff_ids: layers.map(({ descriptor }) => descriptor.digest) },
			history: [],
		},
	);
	for (const document of [...layers, image.config, image.manifest]) await putDocument(repository, document);
	return image.manifest.descriptor;
}

async function putIndex(
	repository: MemoryRepository,
	manifests: readonly Descriptor[],
	platforms: readonly Platform[] = [],
): Promise<Descriptor> {
	const index = encodeIndex({
		schemaVersion: 2,
		mediaType: MediaType.INDEX,
		manifests: manifests.map((descriptor, at) => {
			const platform = platforms[at];
			return platform === undefined ? descriptor : { ...descriptor, platform };
		}),
	});
	await putDocument(repository, index);
	return index.descriptor;
}

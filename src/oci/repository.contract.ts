/** What every Repository must do: the one in memory, the store's and the registry client's run this. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Fault } from "../base/fault.ts";
import { attachments, attachmentTag, attachReferrer, putDocument } from "./attachments.ts";
import { pieceOf } from "./bytes.ts";
import type { Repository } from "./content.ts";
import type { Descriptor } from "./descriptor.ts";
import { parseDigest } from "./digest.ts";
import { describe, type Document, documentOf, encodeIndex } from "./encode.ts";
import { MANIFEST_BYTES_MAX } from "./limits.ts";
import { MediaType } from "./media-types.ts";
import { artifactProfile } from "./profiles.ts";
import { readVerified } from "./verify.ts";

export interface RepositoryContractOptions {
	/** Titles of cases that this repository is known to fail, and why. One that passes fails the run. */
	readonly fails?: Readonly<Record<string, string>>;
}

/** One test a case, each in a repository of its own, which `make` answers empty. */
export function checkRepository(
	name: string,
	make: () => Repository | Promise<Repository>,
	options: RepositoryContractOptions = {},
): void {
	for (const [title, act] of Object.entries(CASES)) {
		const reason = options.fails?.[title];
		test(`${name}: ${title}${reason === undefined ? "" : ` (known to fail: ${reason})`}`, async () => {
			const run = async () => act(await make());
			if (reason === undefined) await run();
			else await assert.rejects(run(), "it passes now: take it off the list");
		});
	}
}

const CASES: Readonly<Record<string, (repository: Repository) => Promise<void>>> = {
	async "a blob comes back as it went in"(repository) {
		await putDocument(repository, BLOB);
		await assertContent(repository, BLOB.descriptor, BLOB.bytes);
	},
	async "a blob of many pieces comes back whole"(repository) {
		const large = documentOf(Buffer.alloc(300_000, "wherry and cargo "), MediaType.WASM);
		await repository.put(large.descriptor, inPieces(large.bytes, 7001));
		await assertContent(repository, large.descriptor, large.bytes);
	},
	async "a blob of no bytes is one too"(repository) {
		const empty = documentOf(new Uint8Array(), MediaType.WASM);
		await putDocument(repository, empty);
		await assertContent(repository, empty.descriptor, new Uint8Array());
	},
	async "a blob is there only once it was put"(repository) {
		assert.equal(await repository.has(BLOB.descriptor), false);
		await putDocument(repository, BLOB);
		assert.equal(await repository.has(BLOB.descriptor), true);
	},
	async "the same blob may be put twice, and at the same time"(repository) {
		await Promise.all([0, 1].map(() => repository.put(BLOB.descriptor, pieceOf(BLOB.bytes))));
		await repository.put(BLOB.descriptor, pieceOf(BLOB.bytes));
		await assertContent(repository, BLOB.descriptor, BLOB.bytes);
	},
	"a blob with other bytes is refused": refuses(Buffer.from("the bytes of a BLOB"), "DIGEST_MISMATCH"),
	"a blob cut short is refused": refuses(Buffer.from("the bytes"), "DIGEST_MISMATCH"),
	"a blob with bytes behind its end is refused": refuses(
		Buffer.from("the bytes of a blob, and more"),
		"DIGEST_MISMATCH",
	),
	"a blob without its bytes is refused": refuses(Buffer.alloc(0), "DIGEST_MISMATCH"),
	async "a blob whose bytes stop coming leaves nothing"(repository) {
		await assert.rejects(repository.put(BLOB.descriptor, breaking()), /the cable was cut/);
		assert.equal(await repository.has(BLOB.descriptor), false);
		await putDocument(repository, BLOB);
		await assertContent(repository, BLOB.descriptor, BLOB.bytes);
	},
	async "a blob that is not here cannot be fetched"(repository) {
		await assert.rejects(read(repository, BLOB.descriptor), isFault("IMAGE_NOT_FOUND"));
	},
	async "a blob with a sha512 digest is kept, and held to it"(repository) {
		const digest = parseDigest(`sha512:${createHash("sha512").update(BLOB.bytes).digest("hex")}`);
		const descriptor = { ...BLOB.descriptor, digest };
		await assert.rejects(
			repository.put(descriptor, pieceOf(Buffer.from("the bytes of a BLOB"))),
			isFault("DIGEST_MISMATCH"),
		);
		await repository.put(descriptor, pieceOf(BLOB.bytes));
		await assertContent(repository, descriptor, BLOB.bytes);
	},
	async "a manifest is found by its digest, with its type and size"(repository) {
		const { manifest } = await putImage(repository);
		const found = await repository.resolve(manifest.descriptor.digest);
		assertSame(found, manifest.descriptor);
		await assertContent(repository, manifest.descriptor, manifest.bytes);
	},
	async "a tag stands for a manifest, and then for another"(repository) {
		const [one, other] = [await putImage(repository, "one"), await putImage(repository, "other")];
		await repository.tag(one.manifest.descriptor, "v1");
		assertSame(await repository.resolve("v1"), one.manifest.descriptor);
		await repository.tag(other.manifest.descriptor, "v1");
		assertSame(await repository.resolve("v1"), other.manifest.descriptor);
	},
	async "a manifest may have several tags"(repository) {
		const { manifest } = await putImage(repository);
		for (const tag of ["v1", "latest", "_x.y-Z"]) await repository.tag(manifest.descriptor, tag);
		for (const tag of ["v1", "latest", "_x.y-Z"])
			assertSame(await repository.resolve(tag), manifest.descriptor);
	},
	async "what is not here resolves to nothing"(repository) {
		assert.equal(await repository.resolve("nothing"), undefined);
		assert.equal(await repository.resolve(BLOB.descriptor.digest), undefined);
	},
	async "a tag cannot stand for what is not here"(repository) {
		const { manifest } = artifactProfile(BLOB.descriptor, { created: CREATED, os: "wasip1" });
		await assert.rejects(repository.tag(manifest.descriptor, "v1"), Fault);
		assert.equal(await repository.resolve("v1"), undefined);
	},
	async "a manifest with other bytes is refused"(repository) {
		const { manifest } = await putImage(repository, "one");
		const other = artifactProfile(BLOB.descriptor, { created: "2027-01-01T00:00:00Z", os: "wasip1" });
		await assert.rejects(
			repository.put({ ...other.manifest.descriptor }, pieceOf(manifest.bytes)),
			isFault("DIGEST_MISMATCH"),
		);
	},
	async "an index is kept and tagged as a manifest is"(repository) {
		const { manifest } = await putImage(repository);
		const index = encodeIndex({
			schemaVersion: 2,
			mediaType: MediaType.INDEX,
			manifests: [{ ...manifest.descriptor, platform: { os: "wasi", architecture: "wasm" } }],
		});
		await putDocument(repository, index);
		await repository.tag(index.descriptor, "multi");
		assertSame(await repository.resolve("multi"), index.descriptor);
		await assertContent(repository, index.descriptor, index.bytes);
	},
	async "a manifest that nothing refers to has no referrers"(repository) {
		const { manifest } = await putImage(repository);
		assert.deepEqual(await repository.referrers(manifest.descriptor.digest), []);
	},
	async "a referrer is listed, with its type and annotations"(repository) {
		const { manifest } = await putImage(repository);
		const attached = await attach(repository, manifest.descriptor, "application/x-one");
		const [found, ...more] = await repository.referrers(manifest.descriptor.digest);
		assert.deepEqual(more, []);
		assertSame(found, attached);
		assert.equal(found?.artifactType, "application/x-one");
		assert.equal(found?.annotations?.["org.example.who"], "application/x-one");
	},
	async "referrers of one type are all among those that are listed for it"(repository) {
		const { manifest } = await putImage(repository);
		await attach(repository, manifest.descriptor, "application/x-one");
		const two = await attach(repository, manifest.descriptor, "application/x-two");
		const found = await repository.referrers(manifest.descriptor.digest, "application/x-two");
		assert.ok(found.some(({ digest }) => digest === two.digest));
	},
	async "referrers attached at the same time are all listed"(repository) {
		const { manifest } = await putImage(repository);
		const types = ["a", "b", "c", "d"].map((letter) => `application/x-${letter}`);
		await Promise.all(types.map((type) => attach(repository, manifest.descriptor, type)));
		const found = await repository.referrers(manifest.descriptor.digest);
		assert.deepEqual(found.map(({ artifactType }) => artifactType ?? "").sort(byName), types);
	},
	async "attaching the same twice lists it once"(repository) {
		const { manifest } = await putImage(repository);
		await attach(repository, manifest.descriptor, "application/x-one");
		await attach(repository, manifest.descriptor, "application/x-one");
		assert.equal((await repository.referrers(manifest.descriptor.digest)).length, 1);
	},
	async "signature tags and referrers, and what hangs on those, are found as attachments"(repository) {
		const { manifest } = await putImage(repository);
		const signature = await putImage(repository, "a signature");
		const tag = attachmentTag(manifest.descriptor.digest, "sig");
		await repository.tag(signature.manifest.descriptor, tag);
		const sbom = await attach(repository, manifest.descriptor, "application/x-sbom");
		const onSbom = await attach(repository, sbom, "application/x-signature");
		const found = await attachments(repository, manifest.descriptor.digest);
		assert.deepEqual(
			found.map(({ descriptor, tag: by }) => [descriptor.digest, by]),
			[
				[signature.manifest.descriptor.digest, tag],
				[sbom.digest, undefined],
				[onSbom.digest, undefined],
			],
		);
	},
};

const CREATED = "2026-01-01T00:00:00Z";
const BLOB = documentOf(Buffer.from("the bytes of a blob"), MediaType.WASM);

/** Bytes that are not BLOB's are put as it: they must not stay. */
function refuses(bytes: Uint8Array, code: string): (repository: Repository) => Promise<void> {
	return async (repository) => {
		await assert.rejects(repository.put(BLOB.descriptor, pieceOf(bytes)), isFault(code));
		assert.equal(await repository.has(BLOB.descriptor), false);
		assert.equal(await repository.has(describe(bytes, MediaType.WASM)), false);
	};
}

/** A whole small image, different for each text. */
async function putImage(repository: Repository, text = "an image"): Promise<{ manifest: Document }> {
	const wasm = documentOf(Buffer.from(text), MediaType.WASM);
	const image = artifactProfile(wasm.descriptor, { created: CREATED, os: "wasip1" });
	for (const document of [wasm, image.config, image.manifest]) await putDocument(repository, document);
	return image;
}

async function attach(repository: Repository, subject: Descriptor, type: string): Promise<Descriptor> {
	const content = { bytes: Buffer.from(`content of ${type}`), mediaType: "text/plain" };
	return attachReferrer(repository, subject, type, [content], { "org.example.who": type });
}

async function assertContent(
	repository: Repository,
	descriptor: Descriptor,
	bytes: Uint8Array,
): Promise<void> {
	assert.deepEqual(Buffer.from(await read(repository, descriptor)), Buffer.from(bytes));
}

async function read(repository: Repository, descriptor: Descriptor): Promise<Uint8Array> {
	return readVerified(repository, descriptor, MANIFEST_BYTES_MAX);
}

function assertSame(found: Descriptor | undefined, expected: Descriptor): void {
	const facts = found && { mediaType: found.mediaType, digest: found.digest, size: found.size };
	const { mediaType, digest, size } = expected;
	assert.deepEqual(facts, { mediaType, digest, size });
}

function isFault(code: string): (error: unknown) => boolean {
	return (error) => {
		if (!(error instanceof Fault)) throw error;
		assert.equal(error.code, code);
		return true;
	};
}

async function* inPieces(bytes: Uint8Array, size_bytes: number): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < bytes.length; at += size_bytes) yield bytes.subarray(at, at + size_bytes);
}

async function* breaking(): AsyncGenerator<Uint8Array> {
	yield BLOB.bytes.subarray(0, 4);
	throw new Error("the cable was cut");
}

function byName(one: string, other: string): number {
	return one < other ? -1 : 1;
}

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
	COSIGN_PUB,
	OTHER_PUB,
	RECORDED_BLOBS,
	RECORDING,
	recordedRepository,
	SKOPEO_RECORDING,
} from "../../test/support/cosign-recording.ts";
import { attachmentTag, attachReferrer, putDocument } from "../oci/attachments.ts";
import { digestOf } from "../oci/digest.ts";
import { documentOf } from "../oci/encode.ts";
import { MediaType } from "../oci/media-types.ts";
import { MemoryRepository } from "../oci/memory-repository.ts";
import { isSignature } from "./claims.ts";
import { signatureManifest } from "./cosign-manifest.ts";
import { parsePublicKey } from "./keys.ts";
import type { SignatureRecord, Verdict } from "./records.ts";
import { findSignatures, RECORDS_MAX } from "./signatures.ts";
import { verifySignature } from "./verify-signature.ts";

const cosignKey = await parsePublicKey(COSIGN_PUB, "cosign.pub");
const otherKey = await parsePublicKey(OTHER_PUB, "other.pub");
const { subject } = RECORDING;

test("what cosign wrote is found, in each of its carriers", async () => {
	const records = await findSignatures(await recordedRepository(), subject.digest);
	assert.deepEqual(
		records.map(({ content }) => content.carrier),
		["simple-signing", "simple-signing", "dsse", "bundle", "bundle"],
	);
});

test("what cosign signed verifies by its key, and says what it said", async () => {
	const valid = await claimsBy(cosignKey);
	assert.deepEqual(
		valid.map(({ predicateType, reference, annotations }) => ({ predicateType, reference, annotations })),
		[
			{
				predicateType: "https://sigstore.dev/cosign/sign/v1",
				reference: "127.0.0.1:5917/app/hello",
				annotations: { build: "7", who: "me & you" },
			},
			{ predicateType: "https://slsa.dev/provenance/v1", reference: undefined, annotations: {} },
			{ predicateType: "https://slsa.dev/provenance/v1", reference: undefined, annotations: {} },
			{ predicateType: "https://cosign.sigstore.dev/attestation/v1", reference: undefined, annotations: {} },
		],
	);
	assert.deepEqual(valid.map(isSignature), [true, false, false, false]);
});

test("what skopeo signed verifies by its key; what it says beside texts is left out", async () => {
	const records = await findSignatures(await recordedRepository(SKOPEO_RECORDING), subject.digest);
	const [claims, ...more] = await claimsOf(records, cosignKey);
	assert.equal(claims?.reference, "127.0.0.1:5917/app/skopeo:1");
	assert.deepEqual(claims?.annotations, { creator: "containers/image 5.34.2" });
	assert.deepEqual(more, []);
	assert.deepEqual(await claimsOf(records, otherKey), []);
});

test("the other key signed one of them", async () => {
	assert.equal((await claimsBy(otherKey)).length, 1);
});

test("what was signed for one image does not verify for another", async () => {
	const records = await findSignatures(await recordedRepository(), subject.digest);
	const other = digestOf(Buffer.from("another manifest"));
	for (const record of records) {
		const verdicts = await Promise.all(
			[cosignKey, otherKey].map((key) => verifySignature({ ...record, subject: other }, key)),
		);
		assert.deepEqual(
			verdicts.map(({ outcome }) => outcome),
			["refused", "refused"],
		);
		assert.ok(verdicts.some((verdict) => verdict.outcome === "refused" && verdict.reason === "claims"));
	}
});

test("a signature with any byte changed is refused, in payload and signature and each carrier", async () => {
	const records = await findSignatures(await recordedRepository(), subject.digest);
	for (const record of records)
		for (const changed of changedRecords(record))
			for (const key of [cosignKey, otherKey])
				assert.equal((await verifySignature(changed, key)).outcome, "refused");
});

test("a carrier's blob with any byte changed in the repository is no valid signature", async () => {
	const before = (await claimsBy(cosignKey)).length;
	for (const blob of RECORDED_BLOBS.filter(({ descriptor }) =>
		/simplesigning|dsse|bundle/.test(descriptor.mediaType),
	)) {
		const repository = await recordedRepository();
		const honest = await recordedRepository();
		repository.fetch = async function* (descriptor, signal) {
			if (descriptor.digest !== blob.descriptor.digest) return yield* honest.fetch(descriptor, signal);
			yield flipped(blob.bytes, blob.bytes.length >> 1);
		};
		const records = await findSignatures(repository, subject.digest);
		const unreadable = records.flatMap(({ content }) =>
			content.carrier === "unreadable" ? [content.why] : [],
		);
		assert.equal(unreadable.length, 1);
		assert.match(unreadable[0] ?? "", /its bytes are others; expected sha256:.*; found {4}sha256:/);
		assert.ok((await claimsOf(records, cosignKey)).length <= before);
	}
});

test("a Notation signature and a keyless one are found, and not verified", async () => {
	const repository = new MemoryRepository();
	const image = await someImage(repository);
	await attachReferrer(repository, image, "application/vnd.cncf.notary.signature", [
		{ bytes: Buffer.from("{}"), mediaType: "application/jose+json" },
	]);
	const keyless = {
		mediaType: MediaType.SIGSTORE_BUNDLE,
		verificationMaterial: { certificate: { rawBytes: "" }, tlogEntries: [] },
	};
	await attachReferrer(repository, image, MediaType.SIGSTORE_BUNDLE, [
		{ bytes: Buffer.from(JSON.stringify(keyless)), mediaType: MediaType.SIGSTORE_BUNDLE },
	]);
	const records = await findSignatures(repository, image.digest);
	assert.deepEqual(
		records.map(({ content }) => content.carrier),
		["notation", "keyless"],
	);
	for (const record of records) {
		const verdict = await verifySignature(record, cosignKey);
		assert.ok(verdict.outcome === "refused" && verdict.reason === "unverifiable");
		assert.match(verdict.why, /not verified here/);
	}
});

test("an SBOM that nobody signed is no signature", async () => {
	const repository = new MemoryRepository();
	const image = await someImage(repository);
	await attachReferrer(repository, image, "application/vnd.cyclonedx+json", [
		{ bytes: Buffer.from("{}"), mediaType: "application/vnd.cyclonedx+json" },
	]);
	assert.deepEqual(await findSignatures(repository, image.digest), []);
});

test("a crowd of signatures is looked at up to a bound", async () => {
	const repository = new MemoryRepository();
	const image = await someImage(repository);
	const payload = documentOf(Buffer.from("{}"), MediaType.SIMPLE_SIGNING);
	const layer = { ...payload.descriptor, annotations: { "dev.cosignproject.cosign/signature": "AAAA" } };
	const { config, manifest } = signatureManifest(Array.from({ length: 400 }, () => layer));
	for (const document of [payload, config, manifest]) await putDocument(repository, document);
	await repository.tag(manifest.descriptor, attachmentTag(image.digest, "sig"));
	assert.equal((await findSignatures(repository, image.digest)).length, RECORDS_MAX);
});

test("at most so many manifests are asked for, whatever hangs on an image", async () => {
	const repository = new MemoryRepository();
	const image = await someImage(repository);
	const notation = await attachReferrer(repository, image, "application/vnd.cncf.notary.signature", []);
	const asked: string[] = [];
	const crowd = new MemoryRepository();
	crowd.referrers = async () => Array.from({ length: 300 }, () => notation);
	crowd.fetch = (descriptor) => {
		asked.push(descriptor.digest);
		return repository.fetch(descriptor);
	};
	assert.equal((await findSignatures(crowd, image.digest)).length, RECORDS_MAX);
	assert.equal(asked.length, RECORDS_MAX);
});

test("at most so many bytes are taken, however often they are named", async () => {
	const repository = new MemoryRepository();
	const image = await someImage(repository);
	const large = { bytes: new Uint8Array(4 << 20), mediaType: MediaType.SIMPLE_SIGNING };
	const annotations = { "dev.cosignproject.cosign/signature": "AAAA" };
	const layers = Array.from({ length: 20 }, () => Object.assign({ annotations }, large));
	await attachReferrer(repository, image, "x/y", layers);
	const carriers = (await findSignatures(repository, image.digest)).map(({ content }) => content.carrier);
	assert.deepEqual([carriers.indexOf("unreadable"), carriers.length], [15, 20]);
});

test("a manifest that a registry lists, and that names another subject, is none of this image's", async () => {
	const repository = await recordedRepository();
	const others = await repository.referrers(subject.digest);
	const image = await someImage(repository);
	repository.referrers = async () => others;
	assert.deepEqual(await findSignatures(repository, image.digest), []);
});

test("a simple signature with a certificate is keyless", async () => {
	const repository = new MemoryRepository();
	const image = await someImage(repository);
	const annotations = {
		"dev.cosignproject.cosign/signature": "AAAA",
		"dev.sigstore.cosign/certificate": "-----BEGIN CERTIFICATE-----",
	};
	const layer = { bytes: Buffer.from("{}"), mediaType: MediaType.SIMPLE_SIGNING, annotations };
	await attachReferrer(repository, image, "x/y", [layer]);
	const [record] = await findSignatures(repository, image.digest);
	assert.equal(record?.content.carrier, "keyless");
});

test("any bytes as payload, envelope, bundle or signature are a record and a verdict", async () => {
	const mediaType = fc.constantFrom(
		MediaType.SIMPLE_SIGNING,
		MediaType.SIGSTORE_BUNDLE,
		"application/vnd.dsse.envelope.v1+json",
	);
	const json = fc.json().map((text) => Buffer.from(text));
	const near = fc
		.tuple(fc.constantFrom(...RECORDED_BLOBS), fc.nat(), fc.integer({ min: 0, max: 255 }))
		.map(([{ bytes }, at, byte]) =>
			Uint8Array.from(bytes).fill(byte, at % bytes.length, (at % bytes.length) + 1),
		);
	const bytes = fc.oneof(fc.uint8Array(), json, near);
	await fc.assert(
		fc.asyncProperty(mediaType, bytes, fc.string(), async (type, content, signature) => {
			const repository = new MemoryRepository();
			const image = await someImage(repository);
			const annotations = { "dev.cosignproject.cosign/signature": signature };
			await attachReferrer(repository, image, "x/y", [{ bytes: content, mediaType: type, annotations }]);
			const [record] = await findSignatures(repository, image.digest);
			assert.ok(record !== undefined);
			assert.equal((await verifySignature(record, cosignKey)).outcome, "refused");
		}),
	);
});

async function claimsBy(key: typeof cosignKey): ReturnType<typeof claimsOf> {
	return claimsOf(await findSignatures(await recordedRepository(), subject.digest), key);
}

async function claimsOf(
	records: readonly SignatureRecord[],
	key: typeof cosignKey,
): Promise<(Verdict & { outcome: "valid" })["claims"][]> {
	const verdicts = await Promise.all(records.map((record) => verifySignature(record, key)));
	return verdicts.flatMap((verdict) => (verdict.outcome === "valid" ? [verdict.claims] : []));
}

/** The record with each byte of what is signed, and of the signature, changed in turn. */
function* changedRecords(record: SignatureRecord): Generator<SignatureRecord, void, undefined> {
	const { content } = record;
	if (content.carrier === "simple-signing") {
		for (const payload of flips(content.payload)) yield { ...record, content: { ...content, payload } };
		for (const signature of flips(content.signature)) yield { ...record, content: { ...content, signature } };
	} else if (content.carrier === "bundle" || content.carrier === "dsse") {
		const { envelope } = content;
		const [signature = new Uint8Array()] = envelope.signatures;
		const { payload } = envelope;
		const changed = [
			...Array.from(flips(payload), (bytes) => ({ ...envelope, payload: bytes })),
			...Array.from(flips(signature), (bytes) => ({ ...envelope, signatures: [bytes] })),
			{ ...envelope, payloadType: "application/vnd.in-toto+jsoN" },
		];
		for (const one of changed) yield { ...record, content: { ...content, envelope: one } };
	}
}

function* flips(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
	for (let at = 0; at < bytes.length; at++) yield flipped(bytes, at);
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
	const copy = Uint8Array.from(bytes);
	copy[at]! ^= 1;
	return copy;
}

/** A manifest to hang things on. */
async function someImage(repository: MemoryRepository): ReturnType<typeof attachReferrer> {
	const config = documentOf(Buffer.from("{}"), MediaType.EMPTY);
	const text = JSON.stringify({
		schemaVersion: 2,
		mediaType: MediaType.MANIFEST,
		config: config.descriptor,
		layers: [],
	});
	const manifest = documentOf(Buffer.from(text), MediaType.MANIFEST);
	for (const document of [config, manifest]) await putDocument(repository, document);
	return manifest.descriptor;
}

import assert from "node:assert/strict";
import { test } from "node:test";
import {
	COSIGN_PUB,
	RECORDED_BLOBS,
	RECORDING,
	recordedRepository,
} from "../../test/support/cosign-recording.ts";
import { attachmentTag, copyAttachments, putDocument } from "../oci/attachments.ts";
import type { Repository } from "../oci/content.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { documentOf } from "../oci/encode.ts";
import { MediaType } from "../oci/media-types.ts";
import { MemoryRepository } from "../oci/memory-repository.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import { readVerified } from "../oci/verify.ts";
import { keyHint } from "./bundle.ts";
import { signatureManifest } from "./cosign-manifest.ts";
import { IN_TOTO } from "./dsse.ts";
import type { SignatureContent } from "./records.ts";
import { generateKey, parsePublicKey, type SigningKey } from "./keys.ts";
import { tagSignatures } from "./merge-signatures.ts";
import { findSignatures } from "./signatures.ts";
import { attest, signImage, type SignOptions } from "./sign-image.ts";
import { verifySignature } from "./verify-signature.ts";

const { subject } = RECORDING;
const created = "2026-11-22T17:00:00Z";
const options: SignOptions = { reference: "127.0.0.1:5917/app/hello", annotations: {}, created };
const annotated = { ...options, annotations: { who: "me & you", build: "7" } };
const statement = {
	subject: [{ name: "hello", digest: subject.digest }],
	predicateType: "https://slsa.dev/provenance/v1",
	predicate: { runDetails: {} },
};

test("a signature under the tag: all bytes but the signature are cosign's, with a second one behind it too", async () => {
	const repository = new MemoryRepository();
	for (const [index, asked] of [annotated, options].entries()) {
		await signImage(repository, subject, await generateKey(), asked);
		const manifest = await textOf(repository, await tagged(repository));
		assert.equal(withoutSignatures(manifest), withoutSignatures(RECORDING.manifests[index]!.text));
		for (const { config, layers } of [parsed(manifest)])
			for (const descriptor of [config, ...layers])
				assert.equal(await textOf(repository, descriptor), recordedText(descriptor));
	}
});

test("a bundle: its manifest and JSON have cosign's members, in cosign's order", async () => {
	const repository = new MemoryRepository();
	const key = await generateKey();
	await attest(repository, subject, key, { statement, created });
	const [referrer] = await repository.referrers(subject.digest);
	const manifest = await textOf(repository, referrer!);
	assert.equal(membersOf(manifest), membersOf(RECORDING.manifests[3]!.text));
	const bundle = await textOf(repository, parsed(manifest).layers[0]!);
	const theirs = recordedText(parsed(RECORDING.manifests[3]!.text).layers[0]!);
	assert.equal(membersOf(bundle), membersOf(theirs));
	// cosign's own spaces come and go from build to build (protojson)
	assert.equal(bundle, JSON.stringify(JSON.parse(bundle)));
});

test("a bundle's key hint is the one that cosign writes for the key", async () => {
	const recordedBundle = JSON.parse(recordedText(parsed(RECORDING.manifests[3]!.text).layers[0]!)) as {
		verificationMaterial: { publicKey: { hint: string } };
	};
	const key = await parsePublicKey(COSIGN_PUB, "cosign.pub");
	assert.equal(keyHint(key), recordedBundle.verificationMaterial.publicKey.hint);
});

test("what is signed verifies in both carriers, and by no other key", async () => {
	const repository = new MemoryRepository();
	const key = await generateKey();
	assert.deepEqual(await signImage(repository, subject, key, annotated), {
		simpleSigning: "written",
		bundle: "written",
	});
	const records = await findSignatures(repository, subject.digest);
	assert.deepEqual(
		records.map(({ content }) => content.carrier),
		["simple-signing", "bundle"],
	);
	const other = await generateKey();
	for (const record of records) {
		const verdict = await verifySignature(record, key.publicKey);
		assert.equal(verdict.outcome, "valid");
		assert.deepEqual(verdict.claims.annotations, annotated.annotations);
		assert.equal((await verifySignature(record, other.publicKey)).outcome, "refused");
	}
});

test("signing again as before writes nothing; signing with more to say does", async () => {
	const repository = new MemoryRepository();
	const key = await generateKey();
	await signImage(repository, subject, key, options);
	const again = await signImage(repository, subject, key, { ...options, created: "2027-01-01T00:00:00Z" });
	assert.deepEqual(again, { simpleSigning: "there", bundle: "there" });
	assert.equal((await findSignatures(repository, subject.digest)).length, 2);
	await signImage(repository, subject, key, annotated);
	assert.equal((await findSignatures(repository, subject.digest)).length, 4);
});

test("signing beside cosign's signatures leaves each of them as it was", async () => {
	const repository = await recordedRepository();
	await signImage(repository, subject, await generateKey(), options);
	const { layers } = parsed(await textOf(repository, await tagged(repository)));
	assert.deepEqual(layers.slice(0, 2), parsed(RECORDING.manifests[1]!.text).layers);
	const key = await parsePublicKey(COSIGN_PUB, "cosign.pub");
	const records = await findSignatures(repository, subject.digest);
	const verdicts = await Promise.all(records.map((record) => verifySignature(record, key)));
	assert.equal(verdicts.filter(({ outcome }) => outcome === "valid").length, 4);
});

test("an attestation is not taken for a signature", async () => {
	const repository = new MemoryRepository();
	const key = await generateKey();
	assert.equal(await attest(repository, subject, key, { statement, created }), "written");
	assert.equal(await attest(repository, subject, key, { statement, created }), "there");
	const [record] = await findSignatures(repository, subject.digest);
	const verdict = await verifySignature(record!, key.publicKey);
	assert.ok(verdict.outcome === "valid");
	assert.equal(verdict.claims.predicateType, statement.predicateType);
	assert.deepEqual(verdict.claims.predicate, statement.predicate);
});

test("a tag with as many signatures as are ever looked at takes no more", async () => {
	const repository = await recordedRepository();
	const manifest = parsed(await textOf(repository, await tagged(repository)));
	const full = signatureManifest(Array.from({ length: 128 }, () => manifest.layers[0]!));
	for (const one of [full.config, full.manifest]) await putDocument(repository, one);
	await repository.tag(full.manifest.descriptor, attachmentTag(subject.digest, "sig"));
	await assert.rejects(
		signImage(repository, subject, await generateKey(), options),
		/cannot add a signature/,
	);
});

test("a copied signature is put beside those that the tag held before, once", async () => {
	const [mine, yours] = [await generateKey(), await generateKey()];
	const [here, there] = [new MemoryRepository(), new MemoryRepository()];
	await signImage(here, subject, mine, options);
	await signImage(there, subject, yours, options);
	const copy = { concurrency: 1 };
	for (let times = 0; times < 2; times++) {
		await copyAttachments(here, there, subject.digest, copy, tagSignatures);
		await copyAttachments(there, here, subject.digest, copy, tagSignatures);
	}
	assert.deepEqual(await tagged(here), await tagged(there));
	const records = await findSignatures(here, subject.digest);
	assert.equal(records.length, 4);
	for (const { publicKey } of [mine, yours]) {
		const verdicts = await Promise.all(records.map((record) => verifySignature(record, publicKey)));
		assert.equal(verdicts.filter(({ outcome }) => outcome === "valid").length, 2);
	}
});

test("a tag that was spoilt is replaced by what is copied", async () => {
	const [here, there] = [new MemoryRepository(), new MemoryRepository()];
	await signImage(here, subject, await generateKey(), options);
	const noManifest = documentOf(Buffer.from("{"), "application/octet-stream");
	await putDocument(there, noManifest);
	await there.tag(noManifest.descriptor, attachmentTag(subject.digest, "sig"));
	await copyAttachments(here, there, subject.digest, { concurrency: 1 }, tagSignatures);
	assert.deepEqual(await tagged(there), await tagged(here));
});

// signed by the key, all of them: what is signed decides
const critical = {
	identity: { "docker-reference": "a/b" },
	image: { "docker-manifest-digest": subject.digest },
	type: "cosign container image signature",
};
const claims: readonly (readonly [string, unknown, RegExp])[] = [
	["of another type", { critical: { ...critical, type: "atomic container signature" } }, /'critical.type'/],
	["with something critical more", { critical: { ...critical, until: 0 } }, /'critical.until' is critical/],
	[
		"for another image",
		{ critical: { ...critical, image: { "docker-manifest-digest": "sha256:" } } },
		/another image/,
	],
	["without a name", { critical: { ...critical, identity: {} } }, /docker-reference' is missing/],
	["without anything", {}, /'critical' is missing/],
	["that is no object", [], /is no object/],
];
for (const [name, claim, why] of claims)
	test(`a claim is refused, though its signature holds: one ${name}`, async () => {
		const key = await generateKey();
		const payload = Buffer.from(JSON.stringify(claim));
		const content = { carrier: "simple-signing", payload, signature: await key.sign(payload) } as const;
		await refusedClaim(key, content, why);
	});

const said = {
	_type: "https://in-toto.io/Statement/v1",
	subject: [{ digest: { sha256: subject.digest.slice(7) } }],
	predicateType: "https://example.com/it",
};
const statements: readonly (readonly [string, string, unknown, RegExp])[] = [
	["as something else than in-toto", "text/plain", said, /no in-toto statement/],
	["of another form", IN_TOTO, { ...said, _type: "https://in-toto.io/Statement/v2" }, /no in-toto statement/],
	["about others", IN_TOTO, { ...said, subject: [{ digest: { sha256: "00" } }] }, /names other images/],
	["about nothing", IN_TOTO, { ...said, subject: [] }, /names other images/],
	["that says nothing", IN_TOTO, { ...said, predicateType: null }, /predicateType' is missing/],
];
for (const [name, type, statementSigned, why] of statements)
	test(`a statement is refused, though its signature holds: one ${name}`, async () => {
		const key = await generateKey();
		const payload = Buffer.from(JSON.stringify(statementSigned));
		const signatures = [await signDsse(key, type, payload)];
		await refusedClaim(key, { carrier: "bundle", envelope: { payloadType: type, payload, signatures } }, why);
	});

async function refusedClaim(key: SigningKey, content: SignatureContent, why: RegExp): Promise<void> {
	const record = { subject: subject.digest, foundIn: subject.digest, content };
	const verdict = await verifySignature(record, key.publicKey);
	assert.ok(verdict.outcome === "refused" && verdict.reason === "claims", JSON.stringify(verdict));
	assert.match(verdict.why, why);
}

/** The pre-authentication encoding, written by hand from the text of DSSE's protocol.md. */
async function signDsse(key: SigningKey, type: string, payload: Uint8Array): Promise<Uint8Array> {
	return key.sign(
		Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} ${Buffer.from(payload).toString()}`),
	);
}

async function tagged(repository: Repository): Promise<Descriptor> {
	const descriptor = await repository.resolve(attachmentTag(subject.digest, "sig"));
	assert.ok(descriptor !== undefined);
	return descriptor;
}

async function textOf(repository: Repository, descriptor: Descriptor): Promise<string> {
	return Buffer.from(await readVerified(repository, descriptor, 1 << 20)).toString();
}

function parsed(text: string): ReturnType<typeof parseManifest> {
	return parseManifest(Buffer.from(text), MediaType.MANIFEST);
}

function withoutSignatures(manifest: string): string {
	const shown = manifest.replaceAll(/(cosign\/signature":")[^"]+/g, "$1");
	assert.notEqual(shown, manifest);
	return shown;
}

function recordedText({ digest }: Descriptor): string {
	const blob = RECORDED_BLOBS.find(({ descriptor }) => descriptor.digest === digest);
	assert.ok(blob !== undefined, `not recorded: ${digest}`);
	return Buffer.from(blob.bytes).toString();
}

/** The text with `x` for every digest, number, time and base64: what is left is form. */
function membersOf(text: string): string {
	return JSON.stringify(JSON.parse(text), (name, value: unknown) => {
		if (name === "digest" || name === "size" || name === "org.opencontainers.image.created") return "x";
		return typeof value === "string" && (name === "payload" || name === "sig" || name === "hint")
			? "x"
			: value;
	});
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { putDocument } from "../oci/attachments.ts";
import type { Repository } from "../oci/content.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { documentOf } from "../oci/encode.ts";
import { MANIFEST_BYTES_MAX } from "../oci/limits.ts";
import { MediaType } from "../oci/media-types.ts";
import { MemoryRepository } from "../oci/memory-repository.ts";
import { parseManifest } from "../oci/parse-manifest.ts";
import { artifactProfile } from "../oci/profiles.ts";
import { readVerified } from "../oci/verify.ts";
import { attachSbom, attachStatement } from "./attestations.ts";
import { generateKey } from "./keys.ts";
import { BUILD_TYPE, provenanceOf } from "./provenance.ts";
import { findSignatures } from "./signatures.ts";
import { verifySignature } from "./verify-signature.ts";

const SBOM = new TextEncoder().encode('{"bomFormat":"CycloneDX","specVersion":"1.6","version":1}');
const created = "2026-11-22T17:00:00Z";

test("an SBOM hangs where scanners look for it, byte by byte, and once", async () => {
	const { repository, subject } = await image();
	await attachSbom(repository, subject, SBOM);
	await attachSbom(repository, subject, SBOM);
	const found = await repository.referrers(subject.digest);
	assert.deepEqual(
		found.map(({ artifactType }) => artifactType),
		["application/vnd.cyclonedx+json"],
	);
	const { layers } = parseManifest(await read(repository, found[0]!));
	assert.equal(layers[0]?.mediaType, "application/vnd.cyclonedx+json");
	assert.deepEqual(await read(repository, layers[0]), SBOM);
});

test("with a key it hangs there signed as well, and the statement holds the whole of it", async () => {
	const { repository, subject } = await image();
	const key = await generateKey();
	await attachSbom(repository, subject, SBOM, { key, created });
	const found = await repository.referrers(subject.digest);
	assert.deepEqual(
		found.map(({ artifactType }) => artifactType ?? "").sort(byName),
		[MediaType.SIGSTORE_BUNDLE, "application/vnd.cyclonedx+json"].sort(byName),
	);
	const [record] = await findSignatures(repository, subject.digest);
	const verdict = await verifySignature(record!, key.publicKey);
	assert.equal(verdict.outcome, "valid");
	const { predicateType, predicate } = verdict.outcome === "valid" ? verdict.claims : assert.fail();
	assert.equal(predicateType, "https://cyclonedx.org/bom");
	assert.deepEqual(predicate, JSON.parse(new TextDecoder().decode(SBOM)));
});

test("provenance without a key is a plain statement, and no signature of anything", async () => {
	const { repository, subject } = await image();
	await attachStatement(repository, subject, provenance(subject));
	const [found] = await repository.referrers(subject.digest);
	assert.equal(found?.artifactType, "application/vnd.in-toto+json");
	assert.equal(found?.annotations?.["in-toto.io/predicate-type"], "https://slsa.dev/provenance/v1");
	assert.deepEqual(await findSignatures(repository, subject.digest), []);
});

test("provenance with a key is a signed bundle alone, which verifies", async () => {
	const { repository, subject } = await image();
	const key = await generateKey();
	await attachStatement(repository, subject, provenance(subject), { key, created });
	assert.equal((await repository.referrers(subject.digest)).length, 1);
	const [record] = await findSignatures(repository, subject.digest);
	assert.equal((await verifySignature(record!, key.publicKey)).outcome, "valid");
	assert.notEqual((await verifySignature(record!, (await generateKey()).publicKey)).outcome, "valid");
});

function provenance({ digest }: Descriptor) {
	return provenanceOf(digest, undefined, {
		buildType: BUILD_TYPE,
		externalParameters: {},
		resolvedDependencies: [],
		versions: {},
	});
}

async function image(): Promise<{ repository: Repository; subject: Descriptor }> {
	const repository = new MemoryRepository();
	const wasm = documentOf(new Uint8Array([0]), MediaType.WASM);
	const { config, manifest } = artifactProfile(wasm.descriptor, { created, os: "wasip1" });
	for (const document of [wasm, config, manifest]) await putDocument(repository, document);
	return { repository, subject: manifest.descriptor };
}

async function read(repository: Repository, descriptor: Descriptor): Promise<Uint8Array> {
	return readVerified(repository, descriptor, MANIFEST_BYTES_MAX);
}

function byName(one: string, other: string): number {
	return one < other ? -1 : 1;
}

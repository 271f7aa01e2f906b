import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf } from "../oci/digest.ts";
import { BUILD_TYPE, type BuildFacts, provenanceOf } from "./provenance.ts";
import { readStatement, writeStatement } from "./statement.ts";

const DIGEST = digestOf(new Uint8Array([1]));
const FACTS: BuildFacts = {
	buildType: BUILD_TYPE,
	externalParameters: { toolchain: "cargo" },
	internalParameters: { steps: ["cargo build"] },
	resolvedDependencies: [{ uri: "file:.", name: "sources", digest: DIGEST }, { uri: "pkg:npm/x@1" }],
	versions: { wherry: "0.1.0" },
};

test("provenance has SLSA's members, and no more than is known", () => {
	const text = new TextDecoder().decode(writeStatement(provenanceOf(DIGEST, "docker.io/library/app", FACTS)));
	assert.deepEqual(JSON.parse(text), {
		_type: "https://in-toto.io/Statement/v1",
		subject: [{ name: "docker.io/library/app", digest: { sha256: DIGEST.slice(7) } }],
		predicateType: "https://slsa.dev/provenance/v1",
		predicate: {
			buildDefinition: {
				buildType: "urn:wherry:build:v1",
				externalParameters: { toolchain: "cargo" },
				internalParameters: { steps: ["cargo build"] },
				resolvedDependencies: [
					{ name: "sources", uri: "file:.", digest: { sha256: DIGEST.slice(7) } },
					{ uri: "pkg:npm/x@1" },
				],
			},
			runDetails: { builder: { id: "urn:wherry:builder:local", version: { wherry: "0.1.0" } } },
		},
	});
});

test("times stand in it only where they are given", () => {
	const { predicate } = provenanceOf(DIGEST, undefined, { ...FACTS, finishedOn: "2026-01-01T00:00:00Z" });
	const { runDetails } = predicate as { runDetails: { metadata?: object } };
	assert.deepEqual(runDetails.metadata, { startedOn: undefined, finishedOn: "2026-01-01T00:00:00Z" });
});

test("it reads back as what is said of this image, and of no other", () => {
	const bytes = writeStatement(provenanceOf(DIGEST, undefined, FACTS));
	assert.equal(readStatement(bytes, DIGEST).predicateType, "https://slsa.dev/provenance/v1");
	assert.throws(() => readStatement(bytes, digestOf(new Uint8Array([2]))), /read the signed statement/);
});

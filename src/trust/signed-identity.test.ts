import assert from "node:assert/strict";
import { test } from "node:test";
import { identityAllows } from "./signed-identity.ts";
import type { IdentityDemand } from "./trust-policy.ts";

const TAGGED = "r.example/a/app:1";
const BY_DIGEST = `r.example/a/app@sha256:${"0".repeat(64)}`;

const CASES: readonly (readonly [IdentityDemand, string | undefined, string | undefined, boolean])[] = [
	[{ type: "matchExact" }, TAGGED, TAGGED, true],
	[{ type: "matchExact" }, TAGGED, "r.example/a/app:2", false],
	[{ type: "matchExact" }, BY_DIGEST, BY_DIGEST, false],
	[{ type: "matchRepoDigestOrExact" }, TAGGED, TAGGED, true],
	[{ type: "matchRepoDigestOrExact" }, TAGGED, "r.example/a/app", false],
	[{ type: "matchRepoDigestOrExact" }, BY_DIGEST, "r.example/a/app:2", true],
	[{ type: "matchRepoDigestOrExact" }, BY_DIGEST, "r.example/b/app:2", false],
	[{ type: "matchRepository" }, TAGGED, "r.example/a/app:2", true],
	[{ type: "matchRepository" }, TAGGED, "r.example/a/other:1", false],
	[{ type: "matchRepository" }, "docker.io/library/hello:1", "hello", true],
	[{ type: "matchRepository" }, TAGGED, undefined, false],
	[{ type: "matchRepository" }, undefined, TAGGED, false],
	[{ type: "matchRepository" }, TAGGED, "no name at all!", false],
	[{ type: "exactReference", dockerReference: "r.example/up:1" }, TAGGED, "r.example/up:1", true],
	[{ type: "exactReference", dockerReference: "r.example/up:1" }, TAGGED, "r.example/up:2", false],
	[{ type: "exactRepository", dockerRepository: "r.example/up" }, TAGGED, "r.example/up:2", true],
	[{ type: "exactRepository", dockerRepository: "r.example/up" }, TAGGED, TAGGED, false],
	[
		{ type: "remapIdentity", prefix: "r.example/a", signedPrefix: "up.example/z" },
		TAGGED,
		"up.example/z/app:1",
		true,
	],
	[{ type: "remapIdentity", prefix: "r.example/a", signedPrefix: "up.example/z" }, TAGGED, TAGGED, false],
	[{ type: "remapIdentity", prefix: "r.example/b", signedPrefix: "up.example/z" }, TAGGED, TAGGED, true],
	[{ type: "remapIdentity", prefix: "r.exam", signedPrefix: "up.exam" }, TAGGED, "up.example/a/app:1", false],
];

for (const [demand, reference, signed, allowed] of CASES)
	test(`${JSON.stringify(demand)}: '${signed}' ${allowed ? "may" : "may not"} stand in a signature of '${reference}'`, () => {
		assert.equal(identityAllows(demand, reference, signed), allowed);
	});

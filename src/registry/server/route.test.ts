import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Problem } from "./problem.ts";
import { parseAddress } from "./route.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

const addresses: readonly (readonly [string, object])[] = [
	["/v2", { kind: "base" }],
	["/v2/", { kind: "base" }],
	["/token?scope=x", { kind: "token" }],
	["/v2/_catalog?n=1", { kind: "catalog" }],
	["/v2/a/tags/list", { kind: "tags", repository: "a" }],
	["/v2/a/b/c/tags/list?n=2", { kind: "tags", repository: "a/b/c" }],
	["/v2/a/manifests/one", { kind: "manifest", repository: "a", name: { kind: "tag", tag: "one" } }],
	[
		`/v2/a/manifests/${DIGEST}`,
		{ kind: "manifest", repository: "a", name: { kind: "digest", digest: DIGEST } },
	],
	["/v2/a/manifests/.x", { kind: "manifest", repository: "a", name: { kind: "neither" } }],
	["/v2/a/manifests/", { kind: "manifest", repository: "a", name: { kind: "neither" } }],
	[`/v2/a/blobs/${DIGEST}`, { kind: "blob", repository: "a", digest: DIGEST }],
	[`/v2/a/blobs/${DIGEST.replace(":", "%3A")}`, { kind: "blob", repository: "a", digest: DIGEST }],
	["/v2/a/blobs/uploads/", { kind: "uploads", repository: "a" }],
	["/v2/a/blobs/uploads?mount=x", { kind: "uploads", repository: "a" }],
	["/v2/a/blobs/uploads/x-1", { kind: "upload", repository: "a", id: "x-1" }],
	[`/v2/a/referrers/${DIGEST}`, { kind: "referrers", repository: "a", digest: DIGEST }],
	["/v2/manifests/blobs/tags/list", { kind: "tags", repository: "manifests/blobs" }],
	[
		"/v2/tags/list/manifests/v1",
		{ kind: "manifest", repository: "tags/list", name: { kind: "tag", tag: "v1" } },
	],
	["/v2/blobs/uploads/blobs/uploads/", { kind: "uploads", repository: "blobs/uploads" }],
];

for (const [target, route] of addresses)
	test(`${target} is read`, () => assert.deepEqual(parseAddress(target).route, route));

const refused: readonly (readonly [string, number, string])[] = [
	["/", 404, "UNSUPPORTED"],
	["", 404, "UNSUPPORTED"],
	["/v1/a/tags/list", 404, "UNSUPPORTED"],
	["/v2/a", 404, "UNSUPPORTED"],
	["/v2/tags/list", 400, "NAME_INVALID"],
	["/v2/../etc/tags/list", 400, "NAME_INVALID"],
	["/v2/a/../../b/manifests/one", 400, "NAME_INVALID"],
	["/v2/a/%2e%2e/b/manifests/one", 400, "NAME_INVALID"],
	["/v2/a%2fb/../manifests/one", 400, "NAME_INVALID"],
	["/v2/__proto__/tags/list", 400, "NAME_INVALID"],
	["/v2/A/tags/list", 400, "NAME_INVALID"],
	["/v2/a//b/tags/list", 400, "NAME_INVALID"],
	["/v2/a%00/tags/list", 400, "NAME_INVALID"],
	["/v2/a%/tags/list", 400, "NAME_INVALID"],
	[`/v2/${"a".repeat(300)}/tags/list`, 400, "NAME_INVALID"],
	["/v2/a/blobs/..", 400, "DIGEST_INVALID"],
	["/v2/a/blobs/sha256:..%2f..%2fetc", 404, "UNSUPPORTED"],
	[`/v2/a/blobs/${DIGEST.toUpperCase()}`, 400, "DIGEST_INVALID"],
	["/v2/a/referrers/one", 400, "DIGEST_INVALID"],
];

for (const [target, status, code] of refused)
	test(`${target.slice(0, 60)} is refused`, () => {
		assert.throws(
			() => parseAddress(target),
			(error) => error instanceof Problem && error.status === status && error.code === code,
		);
	});

test("any target is read or refused, and a repository never leaves the grammar", () => {
	const word = fc.oneof(
		fc.constantFrom("v2", "..", "blobs", "uploads", "manifests", "tags", "list", ""),
		fc.string(),
	);
	fc.assert(
		fc.property(fc.array(word, { maxLength: 8 }), (words) => {
			try {
				const { route } = parseAddress(`/${words.join("/")}`);
				if ("repository" in route) assert.match(route.repository, /^[a-z0-9][a-z0-9._/-]*$/);
			} catch (error) {
				assert.ok(error instanceof Problem);
			}
		}),
	);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultText } from "../../test/support/fault.ts";
import { Fault } from "../base/fault.ts";
import { parseDigest } from "./digest.ts";
import {
	familiarName,
	formatReference,
	parseImageName,
	parseNamed,
	parseReference,
	type Reference,
	repositoryName,
} from "./reference.ts";

const HEX = "0123456789abcdef".repeat(4);
const DIGEST = `sha256:${HEX}`;

/** What is typed, what it means in full, and how docker shows it. */
const NAMES: readonly (readonly [string, string, string])[] = [
	["hello", "docker.io/library/hello:latest", "hello:latest"],
	["hello:1.2", "docker.io/library/hello:1.2", "hello:1.2"],
	["library/hello", "docker.io/library/hello:latest", "hello:latest"],
	["docker.io/hello", "docker.io/library/hello:latest", "hello:latest"],
	["index.docker.io/library/hello", "docker.io/library/hello:latest", "hello:latest"],
	["docker.io/library/hello:1", "docker.io/library/hello:1", "hello:1"],
	["team/hello", "docker.io/team/hello:latest", "team/hello:latest"],
	["docker.io/library/a/b", "docker.io/library/a/b:latest", "library/a/b:latest"],
	["ghcr.io/team/app:v1", "ghcr.io/team/app:v1", "ghcr.io/team/app:v1"],
	["ghcr.io/app", "ghcr.io/app:latest", "ghcr.io/app:latest"],
	["localhost/app", "localhost/app:latest", "localhost/app:latest"],
	["localhost", "docker.io/library/localhost:latest", "localhost:latest"],
	["localhost:5000/app", "localhost:5000/app:latest", "localhost:5000/app:latest"],
	["127.0.0.1:5000/a/b:1", "127.0.0.1:5000/a/b:1", "127.0.0.1:5000/a/b:1"],
	["[::1]:5000/app:1", "[::1]:5000/app:1", "[::1]:5000/app:1"],
	["[2001:db8::1]/app", "[2001:db8::1]/app:latest", "[2001:db8::1]/app:latest"],
	["EXAMPLE.com/app:V1", "example.com/app:V1", "example.com/app:V1"],
	["Docker.io/hello", "docker.io/library/hello:latest", "hello:latest"],
	["registry-1.docker.io/library/hello", "docker.io/library/hello:latest", "hello:latest"],
	["LOCALHOST:05000/app", "localhost:5000/app:latest", "localhost:5000/app:latest"],
	["127.1:5000/app", "127.0.0.1:5000/app:latest", "127.0.0.1:5000/app:latest"],
	["0x7f.0.0.01/app", "127.0.0.1/app:latest", "127.0.0.1/app:latest"],
	["[0:0:0:0:0:0:0:1]:5000/app", "[::1]:5000/app:latest", "[::1]:5000/app:latest"],
	["[2001:DB8::1]/app", "[2001:db8::1]/app:latest", "[2001:db8::1]/app:latest"],
	["Registry/app", "Registry/app:latest", "Registry/app:latest"],
	["docker.io/example.com/app", "docker.io/example.com/app:latest", "docker.io/example.com/app:latest"],
	["a__b---c.d_e", "docker.io/library/a__b---c.d_e:latest", "a__b---c.d_e:latest"],
	[`hello@${DIGEST}`, `docker.io/library/hello@${DIGEST}`, `hello@${DIGEST}`],
	[`hello:1@${DIGEST}`, `docker.io/library/hello:1@${DIGEST}`, `hello:1@${DIGEST}`],
	[`${"a/".repeat(127)}a`, `docker.io/${"a/".repeat(127)}a:latest`, `${"a/".repeat(127)}a:latest`],
	[`x:${"t".repeat(128)}`, `docker.io/library/x:${"t".repeat(128)}`, `x:${"t".repeat(128)}`],
];

for (const [typed, whole, familiar] of NAMES)
	test(`'${typed.slice(0, 60)}' is '${whole.slice(0, 60)}'`, () => {
		assert.equal(formatReference(parseReference(typed)), whole);
		assert.equal(familiarName(parseReference(typed)), familiar);
		assert.deepEqual(parseReference(familiar), parseReference(typed));
	});

/** What is typed, and a line that the refusal must have. */
const REFUSALS: readonly (readonly [string, string])[] = [
	["", "note: the name of the repository is missing"],
	["Hello", "help: hello"],
	["Hello:V1", "help: hello:V1"],
	["ghcr.io/Team/App:V1", "help: ghcr.io/team/app:V1"],
	["https://ghcr.io/a/b:1", "help: ghcr.io/a/b:1"],
	["hello:", "help: hello"],
	["hello:-x", "a tag has letters"],
	["hello:a b", "a tag has letters"],
	[`hello:${"t".repeat(129)}`, "its tag has more than 128 characters"],
	["a//b", "a repository has lower-case letters"],
	["/a", "a repository has lower-case letters"],
	["a/", "a repository has lower-case letters"],
	["-a", "a repository has lower-case letters"],
	["a___b", "a repository has lower-case letters"],
	["a..b", "a repository has lower-case letters"],
	["./app", "'.' is no registry"],
	["../app", "'..' is no registry"],
	["ghcr.io:99999/a", "'ghcr.io:99999' is no registry"],
	["ghcr.io:0/a", "'ghcr.io:0' is no registry"],
	["ghcr..io/a", "'ghcr..io' is no registry"],
	["[::1/a", "'[::1' is no registry"],
	["[1:2]/a", "'[1:2]' is no registry"],
	["1.2.3.256/a", "'1.2.3.256' is no registry"],
	["a\nb", "a repository has lower-case letters"],
	["hello\u0000", "a repository has lower-case letters"],
	[`${"a/".repeat(128)}a`, "its repository has more than 255 characters"],
	["a".repeat(2000), "it has more than 1024 characters"],
	["hello@sha256:12", "a digest is sha256: and 64"],
	[`hello@md5:${HEX}`, "a digest is sha256: and 64"],
	[`hello@${DIGEST.toUpperCase()}`, "a digest is sha256: and 64"],
];

for (const [typed, line] of REFUSALS)
	test(`${JSON.stringify(typed.slice(0, 40))} is refused: ${line}`, () => {
		assert.ok(faultText(() => parseReference(typed)).includes(line));
	});

test("a tag that was left out stays out where it stands for all tags", () => {
	assert.equal(parseNamed("hello").tag, undefined);
	assert.equal(repositoryName(parseNamed("hello")), "docker.io/library/hello");
});

for (const typed of [DIGEST, `@${DIGEST}`, HEX])
	test(`'${typed.slice(0, 12)}...' is a digest alone`, () => {
		assert.deepEqual(parseImageName(typed), { kind: "digest", digest: DIGEST });
	});

for (const typed of ["@sha256:12", `@${HEX}x`, `SHA256:${HEX}`, `sha256:${HEX.slice(1)}`])
	test(`'${typed.slice(0, 20)}...' is no digest, and no name either`, () => {
		assert.match(
			faultText(() => parseImageName(typed)),
			/DIGEST_INVALID/,
		);
	});

test("'sha256:v1' is a tag of an image called sha256", () => {
	const name = parseImageName("sha256:v1");
	assert.equal(name.kind === "reference" && formatReference(name.reference), "docker.io/library/sha256:v1");
});

test("any reference reads back the same, in full and as docker shows it", () => {
	fc.assert(
		fc.property(references(), (reference) => {
			assert.deepEqual(parseReference(formatReference(reference)), reference);
			assert.deepEqual(parseReference(familiarName(reference)), reference);
		}),
	);
});

test("any text is a reference that reads back the same, or a Fault", () => {
	const near = fc.stringMatching(/^[a-zA-Z0-9._:@/[\]-]{0,40}$/);
	fc.assert(
		fc.property(fc.oneof(fc.string(), near), (text) => {
			try {
				const reference = parseReference(text);
				assert.deepEqual(parseReference(formatReference(reference)), reference);
				assert.deepEqual(parseReference(familiarName(reference)), reference);
			} catch (error) {
				if (!(error instanceof Fault)) throw error;
			}
		}),
		{ numRuns: 1000 },
	);
});

function references(): fc.Arbitrary<Reference> {
	const component = fc.stringMatching(/^[a-z0-9]{1,4}(?:(?:[.]|_|__|-{1,3})[a-z0-9]{1,4}){0,2}$/);
	const path = fc.array(component, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
	const registry = fc.oneof(
		fc.constantFrom("docker.io", "localhost", "localhost:5000", "[::1]:80", "[fe80::2]", "Host", "a.b:65535"),
		fc.stringMatching(/^[a-z0-9]{1,5}\.[a-z]{2,3}$/),
	);
	const tag = fc.stringMatching(/^\w[\w.-]{0,20}$/);
	const digest = fc.constantFrom(parseDigest(DIGEST), parseDigest(`sha512:${HEX}${HEX}`));
	const option = { nil: undefined };
	return fc
		.tuple(registry, path, fc.option(tag, option), fc.option(digest, option))
		.map(([host, names, named, hash]) => ({
			registry: host,
			path: host === "docker.io" && !names.includes("/") ? `library/${names}` : names,
			tag: named ?? (hash === undefined ? "latest" : undefined),
			digest: hash,
		}));
}

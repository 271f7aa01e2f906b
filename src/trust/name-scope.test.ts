import assert from "node:assert/strict";
import { test } from "node:test";
import { containersScope, globScope, repositoryOf } from "./name-scope.ts";

const HELLO = "docker.io/library/hello:latest";
const TEAM = "registry.example.com/team/app:1.2";

for (const [glob, reference, matches] of [
	["hello", HELLO, true],
	["hello", "docker.io/library/hello@sha256:0", true],
	["hello", "docker.io/library/hello2:latest", false],
	["hello:latest", HELLO, true],
	["hello:1", HELLO, false],
	["me/*", "docker.io/me/app:1", true],
	["*", TEAM, true],
	["**", HELLO, true],
	["registry.example.com/team/*", TEAM, true],
	["registry.example.com/team/*", "registry.example.com/team/a/b:1", false],
	["registry.example.com/team/**", "registry.example.com/team/a/b:1", true],
	["registry.example.com/**", TEAM, true],
	["registry.example.com", TEAM, false],
	["registry.example.com/team/a*p:1.*", TEAM, true],
	["*.example.com/**", TEAM, true],
	["localhost/a", "localhost/a:1", true],
	["Registry.Example.COM/team/*", TEAM, true],
	["localhost:5000/a", "localhost:5000/a:1", true],
	["registry.example.com/team/app", "registry.example.com.evil.org/team/app:1", false],
] as const)
	test(`the glob ${glob} ${matches ? "is" : "is not"} for ${reference}`, () => {
		assert.equal(globScope(glob).matches(reference), matches);
	});

for (const [name, ...globs] of [
	[
		"a name before a star",
		"registry.example.com/team/app",
		"registry.example.com/team/*",
		"registry.example.com/**",
		"**",
	],
	["a tag before its repository", "hello:latest", "hello", "*"],
	["more before the first star", "registry.example.com/te*", "registry.example.com/*m"],
	["more behind it, where that is the same", "a.example/*pp", "a.example/*p", "a.example/*"],
] as const)
	test(`of two globs the more specific one decides: ${name}`, () => {
		const ranks = globs.map((glob) => globScope(glob).rank);
		assert.deepEqual(
			ranks,
			ranks.toSorted((a, b) => b - a),
		);
		assert.equal(new Set(ranks).size, ranks.length);
	});

test("a glob full of stars is quick", () => {
	assert.equal(globScope(`x/${"*".repeat(200)}b`).matches(`x/${"a".repeat(500)}`), false);
});

for (const [scope, reference, matches] of [
	["", TEAM, true],
	["registry.example.com", TEAM, true],
	["registry.example.com", "registry.example.com:5000/a:1", false],
	["registry.example.com/team", TEAM, true],
	["registry.example.com/te", TEAM, false],
	["registry.example.com/team/app", TEAM, true],
	["registry.example.com/team/app", "registry.example.com/team/app2:1", false],
	["registry.example.com/team/app:1.2", TEAM, true],
	["registry.example.com/team/app:1", TEAM, false],
	["registry.example.com/team/app", "registry.example.com/team/app@sha256:0", true],
	["*.example.com", TEAM, true],
	["*.example.com", "example.com/app:1", false],
	["*.com", TEAM, true],
	["Registry.Example.COM/team", TEAM, true],
	["*.Example.COM", TEAM, true],
	["hello", HELLO, false],
] as const)
	test(`the scope '${scope}' of policy.json ${matches ? "is" : "is not"} for ${reference}`, () => {
		assert.equal(containersScope(scope).matches(reference), matches);
	});

test("of two scopes of policy.json the longer decides, those with a star last", () => {
	const ranks = [
		"r.example.com/a/b:1",
		"r.example.com/a/b",
		"r.example.com/a",
		"r.example.com",
		"*.example.com",
		"*.com",
		"",
	].map((scope) => containersScope(scope).rank);
	assert.deepEqual(
		ranks,
		ranks.toSorted((a, b) => b - a),
	);
	assert.equal(new Set(ranks).size, ranks.length);
});

for (const [reference, repository] of [
	[HELLO, "docker.io/library/hello"],
	["localhost:5000/a", "localhost:5000/a"],
	["localhost:5000/a:1@sha256:0", "localhost:5000/a"],
] as const)
	test(`the repository of ${reference}`, () => assert.equal(repositoryOf(reference), repository));

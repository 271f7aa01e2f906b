import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Access, parseScopes, TOKEN_SECONDS, Tokens } from "./tokens.ts";

const PULL: Access = { type: "repository", name: "a/b", action: "pull" };
const PUSH: Access = { ...PULL, action: "push" };
const bearer = (token: string) => `Bearer ${token}`;

test("a token allows what stands in it, and no more", () => {
	const tokens = new Tokens();
	const rights = tokens.rights(bearer(tokens.issue("ann", [PULL])));
	assert.ok(rights.loggedIn);
	assert.ok(rights.has(PULL));
	for (const other of [
		PUSH,
		{ ...PULL, name: "a" },
		{ ...PULL, name: "__proto__" },
		{ ...PULL, type: "registry" },
	])
		assert.ok(!rights.has(other as Access));
});

test("a token of everybody is no login", () => {
	const tokens = new Tokens();
	assert.ok(!tokens.rights(bearer(tokens.issue("", [PULL]))).loggedIn);
});

test("'*' allows all that may be done to a repository", () => {
	const tokens = new Tokens();
	assert.ok(tokens.rights(bearer(tokens.issue("ann", [{ ...PULL, action: "*" }]))).has(PUSH));
});

test("a token is good for its time", () => {
	let now_ms = 1000;
	const tokens = new Tokens(() => now_ms);
	const token = bearer(tokens.issue("ann", [PULL]));
	now_ms += TOKEN_SECONDS * 1000 - 1;
	assert.ok(tokens.rights(token).has(PULL));
	now_ms += 1;
	assert.ok(!tokens.rights(token).has(PULL));
});

test("a refresh token allows nothing itself, and no other token refreshes", () => {
	const tokens = new Tokens();
	const refresh = tokens.issueRefresh("ann");
	assert.equal(tokens.refreshUser(refresh), "ann");
	assert.ok(!tokens.rights(bearer(refresh)).loggedIn);
	assert.equal(tokens.refreshUser(tokens.issue("ann", [])), undefined);
});

test("another process's tokens are none", () => {
	assert.ok(!new Tokens().rights(bearer(new Tokens().issue("ann", [PULL]))).loggedIn);
});

test("no text but ours is a token, and no character of ours may change", () => {
	const tokens = new Tokens();
	const good = tokens.issue("ann", [PULL]);
	const changed = fc
		.tuple(fc.nat(good.length - 2), fc.constantFrom("Z", "z", "0", "-", "_", "."))
		.map(([at, character]) => good.slice(0, at) + character + good.slice(at + 1));
	fc.assert(
		fc.property(
			fc.oneof(fc.string(), changed),
			(token) => token === good || !tokens.rights(bearer(token)).loggedIn,
		),
	);
});

const scopes: readonly (readonly [string, readonly string[]])[] = [
	["repository:a/b:pull", ["a/b pull"]],
	["repository:a/b:pull,push repository:c:delete", ["a/b pull", "a/b push", "c delete"]],
	["registry:catalog:*", ["catalog *"]],
	["repository:a:frob,pull", ["a pull"]],
	["repository:a", []],
	["frob:a:pull", []],
	["", []],
];
for (const [text, expected] of scopes)
	test(`the scope '${text}' is read`, () => {
		assert.deepEqual(
			parseScopes([text]).map(({ name, action }) => `${name} ${action}`),
			expected,
		);
	});

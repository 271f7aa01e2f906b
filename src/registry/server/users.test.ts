import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultText } from "../../../test/support/fault.ts";
import { basicUser, oneUser, parseHtpasswd } from "./users.ts";

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
const ann = oneUser("ann", "se:cret");

const headers: readonly (readonly [string | undefined, string | undefined])[] = [
	[basic("ann:se:cret"), "ann"],
	[basic("ann:se:cret").replace("Basic", "basic"), "ann"],
	[basic("ann:secret"), undefined],
	[basic("ann:"), undefined],
	[basic("bob:se:cret"), undefined],
	[basic("__proto__:se:cret"), undefined],
	[basic("ann"), undefined],
	["Bearer x", undefined],
	["Basic !", undefined],
	["", undefined],
	[undefined, undefined],
];

for (const [header, user] of headers)
	test(`'${header}' is ${user ?? "nobody"}`, () => assert.equal(basicUser(ann, header), user));

test("any header is a user or nobody", () => {
	fc.assert(fc.property(fc.string(), (text) => basicUser(ann, basic(text)) === undefined));
	fc.assert(fc.property(fc.string(), (text) => basicUser(ann, text) === undefined));
});

test("htpasswd -s writes what is read", () => {
	// htpasswd -sbn ann secret
	const users = parseHtpasswd("# ours\n\nann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\r\n", "users");
	assert.equal(basicUser(users, basic("ann:secret")), "ann");
	assert.equal(basicUser(users, basic("ann:other")), undefined);
});

for (const line of [
	"ann",
	"ann:secret",
	"ann:$2y$05$abc",
	":{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
	"ann:{SHA}short",
])
	test(`a file of passwords with '${line}' is refused`, () => {
		assert.match(
			faultText(() => parseHtpasswd(`#\n${line}`, "users")),
			/^error: cannot read the file of passwords 'users' \[FLAG_INVALID\]\nnote: line 2/,
		);
	});

test("a bcrypt hash is refused by name", () => {
	assert.match(
		faultText(() => parseHtpasswd("ann:$2y$05$abc", "users")),
		/note: bcrypt/,
	);
});

test("a user's name has no colon", () => {
	assert.match(
		faultText(() => oneUser("a:b", "x")),
		/FLAG_INVALID/,
	);
});

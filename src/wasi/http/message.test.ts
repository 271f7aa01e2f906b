import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
	AUTHORITY_CHARACTERS_MAX,
	checkPath,
	checkScheme,
	contentLength,
	hasNoBody,
	isAuthority,
	isStatus,
	methodText,
	methodWord,
	PATH_CHARACTERS_MAX,
	pathOnWire,
	splitAuthority,
} from "./message.ts";

/** A row: what is given, what is to come of it. */
function table<Given, Answer>(
	title: string,
	act: (given: Given) => Answer,
	rows: readonly (readonly [Given, Answer])[],
): void {
	for (const [given, answer] of rows)
		test(`${title} ${JSON.stringify(given)}: ${JSON.stringify(answer)}`, () =>
			assert.deepEqual(act(given), answer));
}

table("the method", methodText, [
	[{ tag: "get" }, "GET"],
	[{ tag: "other", val: "GET" }, "GET"],
	[{ tag: "other", val: "coucou" }, "coucou"],
	[{ tag: "other", val: "" }, undefined],
	[{ tag: "other", val: "A B" }, undefined],
	[{ tag: "other", val: "GET / HTTP/1.1\r\nX: y" }, undefined],
	[{ tag: "other", val: "M".repeat(65) }, undefined],
	[{ tag: "nonsense" }, undefined],
]);
table("the word for", methodWord, [
	["PATCH", { tag: "patch" }],
	["patch", { tag: "other", val: "patch" }],
]);
table("the scheme", checkScheme, [
	[{ tag: "HTTP" }, { tag: "HTTP" }],
	[{ tag: "other", val: "https" }, { tag: "HTTPS" }],
	[
		{ tag: "other", val: "gopher+x" },
		{ tag: "other", val: "gopher+x" },
	],
	[{ tag: "other", val: "" }, undefined],
	[{ tag: "other", val: "1a" }, undefined],
	[{ tag: "other", val: "a b" }, undefined],
	[{ tag: "other", val: "http://" }, undefined],
]);
table("the authority", isAuthority, [
	["example.com", true],
	["1.2.3.4:80", true],
	["[2001:db8::1]:443", true],
	["user:pass%20@localhost:80", true],
	["under_score", true],
	["::", false],
	[":@", false],
	["@@", false],
	["@:", false],
	[" ", false],
	["", false],
	["#", false],
	["[", false],
	["a b", false],
	["a/b", false],
	["a\r\nb", false],
	["localhost:what", false],
	["localhost:99999", false],
	["a".repeat(AUTHORITY_CHARACTERS_MAX + 1), false],
]);
table("where it leads, over https:", (text: string) => splitAuthority(text, "https"), [
	["Example.com", { host: "example.com", port: 443 }],
	["example.com:8443", { host: "example.com", port: 8443 }],
	["[::1]", { host: "::1", port: 443 }],
	["[::1]:80", { host: "::1", port: 80 }],
	["example.com:0", undefined],
	["user@example.com", undefined],
	["a@b@c", undefined],
]);
table("the path", checkPath, [
	["", "/"],
	["/a?b=c&d", "/a?b=c&d"],
	["?foo", "?foo"],
	["a/b", "a/b"],
	["/ä", "/ä"],
	["/a b", undefined],
	["/a\r\nX: y", undefined],
	["/a\tb", undefined],
	["/a#b", undefined],
	["/<a>", undefined],
	["/`", undefined],
	["/\u007f", undefined],
	["/\ud800", undefined],
	["/".repeat(PATH_CHARACTERS_MAX + 1), undefined],
]);
table("on the wire, of a GET,", (path: string) => pathOnWire(path, "GET"), [
	["/a%2Fb?c", "/a%2Fb?c"],
	["?foo", "/?foo"],
	["/ä€", "/%C3%A4%E2%82%AC"],
	["a/b", undefined],
	["*", undefined],
]);
test("on the wire, of OPTIONS, * is itself", () => assert.equal(pathOnWire("*", "OPTIONS"), "*"));
table("the status", isStatus, [
	[99, false],
	[100, true],
	[599, true],
	[600, false],
	[1000, false],
	[0, false],
	[65_535, false],
]);
table("no body:", ([method, status]: readonly [string, number]) => hasNoBody(method, status), [
	[["HEAD", 200], true],
	[["GET", 204], true],
	[["GET", 304], true],
	[["GET", 200], false],
	[["POST", 404], false],
]);
table(
	"the length",
	(values: readonly string[]): unknown =>
		contentLength(values.map((value) => ["Content-Length", Buffer.from(value)])),
	[
		[[], undefined],
		[["0"], 0],
		[["123456789012345"], 123_456_789_012_345],
		[["5", "5"], 5],
		[["5", "6"], "invalid"],
		[["-1"], "invalid"],
		[["+1"], "invalid"],
		[["0x10"], "invalid"],
		[["1e3"], "invalid"],
		[[""], "invalid"],
		[[" 1"], "invalid"],
		[["1, 1"], "invalid"],
		[["9".repeat(16)], "invalid"],
	],
);

test("property: no text that is accepted can end a line or part one", () => {
	const any = fc.oneof(
		fc.string(),
		fc.string({ unit: "binary" }),
		fc
			.constantFrom("\r\n", " ", "\0")
			.chain((bad) => fc.tuple(fc.string(), fc.string()).map(([a, b]) => `/${a}${bad}${b}`)),
	);
	fc.assert(
		fc.property(any, (text) => {
			const path = checkPath(text);
			const wire = path === undefined ? undefined : pathOnWire(path, "GET");
			if (wire !== undefined) assert.match(wire, /^\/[\x21-\x7e]*$/);
			if (isAuthority(text)) assert.match(text, /^[\x21-\x7e]+$/);
			const method = methodText({ tag: "other", val: text });
			if (method !== undefined) assert.match(method, /^[\x21-\x7e]+$/);
		}),
	);
});

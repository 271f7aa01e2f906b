import assert from "node:assert/strict";
import { test } from "node:test";
import { type RawHead, ReadHead, readHead } from "./http-server-head.ts";
import { DEFAULT_HTTP_LIMITS } from "./http-server-limits.ts";

const PLAIN: RawHead = {
	method: "GET",
	scheme: "http",
	target: "/a?b=c",
	authority: undefined,
	rawHeaders: ["Host", "example.org:8080"],
};

const limits = { ...DEFAULT_HTTP_LIMITS, url_bytes: 30, headers: 3 };

/** Authority and path, or the status of the refusal. */
const HEADS: readonly (readonly [string, Partial<RawHead>, string | number])[] = [
	["a path", {}, "example.org:8080 /a?b=c"],
	["a whole URL", { target: "http://example.org:8080/" }, "example.org:8080 /"],
	["a whole URL without a path", { target: "http://e.org?x", rawHeaders: ["host", "e.org"] }, "e.org /?x"],
	["a whole URL of another host", { target: "http://evil.org/" }, 400],
	["a URL of another kind", { target: "file:///etc/passwd" }, 400],
	["a target that is no path", { target: "a" }, 400],
	["a fragment", { target: "/a#b" }, 400],
	["a control character", { target: "/a\u0001" }, 400],
	["bytes that are no ASCII", { target: "/\u00e9" }, 400],
	["a star for OPTIONS", { method: "OPTIONS", target: "*" }, "example.org:8080 *"],
	["a star for GET", { target: "*" }, 400],
	["a long path", { target: `/${"x".repeat(30)}` }, 414],
	["many headers", { rawHeaders: ["host", "a", "b", "", "c", "", "d", ""] }, 431],
	["no host", { rawHeaders: [] }, 400],
	["two hosts", { rawHeaders: ["host", "a", "Host", "a"] }, 400],
	["a host with a path", { rawHeaders: ["host", "a/b"] }, 400],
	["a host with a user", { rawHeaders: ["host", "a@b"] }, 400],
	["a host with a space", { rawHeaders: ["host", "a b"] }, 400],
	["a host of IPv6", { rawHeaders: ["host", "[::1]:80"] }, "[::1]:80 /a?b=c"],
	["an authority of HTTP/2", { authority: "a", rawHeaders: [":path", "/"] }, "a /a?b=c"],
	["an authority that is not the host", { authority: "a", rawHeaders: ["host", "b"] }, 400],
];

for (const [what, changes, wanted] of HEADS)
	test(`${what}: ${wanted}`, () => {
		const head = readHead({ ...PLAIN, ...changes }, limits);
		assert.equal(head instanceof ReadHead ? `${head.authority} ${head.pathWithQuery}` : head.status, wanted);
	});

test("headers are bytes, in lower case, without those of the connection and those that it names", () => {
	const rawHeaders = [
		["Host", "a"],
		["X-One", "\u00e9"],
		["x-one", "2"],
		["Connection", "keep-alive, X-Secret"],
		["x-secret", "s"],
		["Transfer-Encoding", "chunked"],
		["TE", "trailers"],
		["Upgrade", "h2c"],
		["Keep-Alive", "1"],
	].flat();
	const head = readHead({ ...PLAIN, rawHeaders }, DEFAULT_HTTP_LIMITS);
	assert.ok(head instanceof ReadHead);
	assert.deepEqual(
		head.headers.map(([name, value]) => [name, ...value]),
		[
			["host", 0x61],
			["x-one", 0xe9],
			["x-one", 0x32],
		],
	);
	assert.equal(head.header("x-one"), "\u00e9");
	assert.equal(head.header("none"), undefined);
});

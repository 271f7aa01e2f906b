import assert from "node:assert/strict";
import { test } from "node:test";
import { faultText } from "../../test/support/fault.ts";
import { parseGuestPath, parseWorkdir } from "./guest-path.ts";

const CASES: readonly (readonly [string, string])[] = [
	["/data", "/data"],
	["/data/", "/data"],
	["//data///x/.", "/data/x"],
	["data", "/data"],
	["./data", "/data"],
	["/", "/"],
	["//", "/"],
	[".", "."],
	["./", "."],
	["/...", "/..."],
	["/__proto__", "/__proto__"],
];

for (const [text, expected] of CASES)
	test(`the guest path '${text}' is '${expected}'`, () => assert.equal(parseGuestPath(text), expected));

const REFUSED: readonly (readonly [string, string, string])[] = [
	["empty", "", "the guest path is empty"],
	["a step up", "/data/../etc", "a guest path cannot hold '..'"],
	["a step up alone", "..", "a guest path cannot hold '..'"],
	["a NUL", "/a\0b", "a guest path cannot hold a NUL"],
	["a part of 256 bytes", `/${"é".repeat(128)}`, "each part of a guest path has at most 255 bytes"],
	["4096 bytes", "/abc".repeat(1024), "a guest path has at most 4095 bytes"],
];

for (const [name, text, problem] of REFUSED)
	test(`refused: ${name}`, () => assert.deepEqual(parseGuestPath(text), { problem }));

test("a working directory is absolute", () => {
	assert.equal(parseWorkdir("/data/"), "/data");
	assert.match(
		faultText(() => parseWorkdir(".")),
		/begins with '\/'/,
	);
	assert.match(
		faultText(() => parseWorkdir("/..")),
		/cannot hold '\.\.'/,
	);
});

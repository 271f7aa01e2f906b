import assert from "node:assert/strict";
import { test } from "node:test";
import { faultText } from "../../test/support/fault.ts";
import { parseConfig, parseKeyValue, parseLogLevel } from "./services.ts";

const ORIGIN = { where: "a flag" };

const STORES: readonly (readonly [string, string, string | undefined])[] = [
	["sessions", "sessions", undefined],
	["sessions=./s.db", "sessions", "./s.db"],
	["a=b=c", "a", "b=c"],
	["=./default.db", "", "./default.db"],
	["", "", undefined],
];

for (const [text, name, file] of STORES)
	test(`--keyvalue '${text}'`, () =>
		assert.deepEqual(parseKeyValue(text, ORIGIN), { name, file, origin: ORIGIN }));

const REFUSED: readonly (readonly [string, () => unknown, string])[] = [
	["a store's name with a slash", () => parseKeyValue("a/b", ORIGIN), "a store's name is of letters"],
	["a store's name that is too long", () => parseKeyValue("a".repeat(65), ORIGIN), "64 at most"],
	["a store's file without a name", () => parseKeyValue("a=", ORIGIN), "help: --keyvalue a"],
	["a value without a name", () => parseConfig("=x"), "the name is empty"],
	["a name without a value", () => parseConfig("x"), "there is no '=' in it"],
	["a level that is none", () => parseLogLevel("loud"), "cannot read 'loud' as a level of messages"],
];

for (const [what, parse, part] of REFUSED)
	test(what, () => assert.ok(faultText(parse).includes(part), faultText(parse)));

test("values of the configuration hold what they hold", () =>
	assert.deepEqual(parseConfig("a==b"), ["a", "=b"]));
test("levels", () => assert.deepEqual(["trace", "none"].map(parseLogLevel), ["trace", "none"]));

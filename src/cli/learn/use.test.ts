import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseUse, type Use, UseSet } from "./use.ts";

const USES: readonly Use[] = [
	{ type: "begun" },
	{ type: "path", mount: "/", path: ["a", "b"], use: "read", call: "path_open", wanted: "a/b" },
	{ type: "path", mount: "/", path: [], use: "tree-read", call: "c", wanted: "a/../b", ways: [["a"], []] },
	{ type: "path", mount: "/", path: ["a"], use: "missed", call: "c", wanted: "a/b" },
	{ type: "env", call: "environ_get" },
	{ type: "net", need: "connect", host: "a.org", port: 443, call: "connect" },
	{ type: "listeners", call: "sock_accept" },
	{ type: "config", name: "a", call: "get" },
	{ type: "keyvalue", name: "a", call: "open" },
	{ type: "outside", path: "/a" },
	{ type: "denied", denial: { type: "path", guestPath: "/a", need: "read", rule: "no-mount" } },
	{ type: "denied", denial: { type: "stdin" } },
	{ type: "full" },
];

for (const use of USES)
	test(`a use is read back: ${JSON.stringify(use)}`, () =>
		assert.deepEqual(parseUse(JSON.stringify(use)), use));

for (const line of [
	"",
	"null",
	"[]",
	'{"type":"path"}',
	'{"type":"toString"}',
	'{"type":"path","mount":"/","path":["..","etc"],"use":"read","call":"c","wanted":"w"}',
	'{"type":"path","mount":"/","path":["a/b"],"use":"read","call":"c","wanted":"w"}',
	'{"type":"path","mount":"/","path":["a"],"use":"all","call":"c","wanted":"w"}',
	'{"type":"path","mount":"/","path":[],"use":"read","call":"c","wanted":"w","ways":[".."]}',
	'{"type":"net","need":"connect","host":"a","port":65536,"call":"c"}',
	'{"type":"net","need":"host","host":"a","port":1,"call":"c"}',
	'{"type":"denied","denial":{"type":"path"}}',
	'{"type":"config","name":"a","call":"g',
])
	test(`'${line}' is no use`, () => assert.equal(parseUse(line), undefined));

test("any line is a use or none", () => {
	fc.assert(
		fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
			const use = parseUse(line);
			assert.ok(use === undefined || typeof use.type === "string");
		}),
	);
});

test("a use is kept once, whichever call wanted it, and no more than some", () => {
	const uses = new UseSet();
	const config = (name: string, call = "get"): Use => ({ type: "config", name, call });
	assert.equal(uses.add(config("a")), "new");
	assert.equal(uses.add(config("a", "get-all")), "known");
	// names that long are nobody's
	assert.equal(uses.add(config("a".repeat(40_000))), "known");
	const answers = new Map<string, number>();
	for (let index = 0; index < 25_000; index += 1) {
		const answer = uses.add(config(String(index)));
		answers.set(answer, (answers.get(answer) ?? 0) + 1);
	}
	assert.equal(answers.get("full"), 1);
	assert.ok(uses.list.length <= 20_001);
	assert.deepEqual(uses.list.at(-1), { type: "full" });
});

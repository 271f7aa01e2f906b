import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultText } from "../../test/support/fault.ts";
import { Fault } from "../base/fault.ts";
import { encodeJson, type JsonDocument, parseJson, parseJsonObject, sortedRecord } from "./json.ts";

const DOCUMENT: JsonDocument = { what: "the test", bytes_max: 1000 };

const REFUSALS: Readonly<Record<string, readonly [string | Uint8Array, string]>> = {
	"no JSON": ["{", "it is no JSON"],
	nothing: ["", "it is no JSON"],
	"a string that does not end": ['{"a":"\\', "it is no JSON"],
	"a bad escape in a name": ['{"\\x":1}', "it is no JSON"],
	"two documents": ["{}{}", "it is no JSON"],
	"a list": ["[]", "it is no object"],
	null: ["null", "it is no object"],
	"more bytes than the limit": [" ".repeat(1001), "it has 1001 bytes, over the limit of 1000"],
	"a byte that is no UTF-8": [new Uint8Array([0x22, 0xff, 0x22]), "it is not UTF-8"],
	"a byte order mark": ["\ufeff{}", "it is no JSON"],
	"lists in lists without end": ["[".repeat(65), "it is nested deeper than 64"],
	"objects in objects without end": ['{"a":'.repeat(65), "it is nested deeper than 64"],
	"a name twice": ['{"a":1,"a":2}', "'a' stands twice in one object"],
	"a name twice, once in escapes": ['{"layers":1,"\\u006cayers":2}', "'layers' stands twice in one object"],
	"a name twice, deep within": ['{"a":[{"b":{"c":1, "d":2 ,"c":3}}]}', "'c' stands twice in one object"],
	"'__proto__' twice": ['{"__proto__":1,"__proto__":2}', "'__proto__' stands twice in one object"],
};

for (const [title, [text, line]] of Object.entries(REFUSALS))
	test(`${title} is refused`, () => {
		const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
		assert.equal(
			faultText(() => parseJsonObject(bytes, DOCUMENT)),
			`error: cannot read the test [IMAGE_INVALID]\nnote: ${line}\n`,
		);
	});

test("names may come again in another object, and as values", () => {
	const text = '{"a":{"a":"a"},"b":[{"a":1},{"a":2},"a","a"],"c":"a"}';
	assert.deepEqual(parseJson(new TextEncoder().encode(text), DOCUMENT), JSON.parse(text));
});

const MEMBERS: Readonly<
	Record<string, readonly [string, (it: ReturnType<typeof reader>) => unknown, unknown]>
> = {
	"a text": ['{"a":"x"}', (it) => it.text("a"), "x"],
	"null for an absent text": ['{"a":null}', (it) => it.optionalText("a"), undefined],
	"a text that is a number": ['{"a":1}', (it) => it.text("a"), "'a' is no text"],
	"a text that is missing": ["{}", (it) => it.text("a"), "'a' is missing"],
	"a name of Object.prototype": ["{}", (it) => it.optionalText("constructor"), undefined],
	"a member called __proto__": ['{"__proto__":"x"}', (it) => it.text("__proto__"), "x"],
	"a size": ['{"a":9007199254740991}', (it) => it.size("a"), 2 ** 53 - 1],
	"a size over 2^53": [
		'{"a":9007199254740993}',
		(it) => it.size("a"),
		"'a' is no whole number from 0 to 2^53-1",
	],
	"a size below 0": ['{"a":-1}', (it) => it.size("a"), "'a' is no whole number from 0 to 2^53-1"],
	"a size that is infinite": ['{"a":1e999}', (it) => it.size("a"), "'a' is no whole number from 0 to 2^53-1"],
	"a size in quotes": ['{"a":"1"}', (it) => it.size("a"), "'a' is no whole number from 0 to 2^53-1"],
	"a list of texts": ['{"a":["x","y"]}', (it) => it.texts("a", 2), ["x", "y"]],
	"a list that is absent": ["{}", (it) => it.texts("a", 2), []],
	"a list that is too long": [
		'{"a":["x","y"]}',
		(it) => it.texts("a", 1),
		"'a' has 2 entries, over the limit of 1",
	],
	"a list with something else in it": ['{"a":["x",2]}', (it) => it.texts("a", 2), "'a[1]' is no text"],
	"a list that is an object": ['{"a":{}}', (it) => it.texts("a", 2), "'a' is no list"],
	"a place deep within": [
		'{"a":[{},{"b":{"c":1}}]}',
		(it) => it.objects("a", 2)[1]?.object("b").text("c"),
		"'a[1].b.c' is no text",
	],
	"a record": [
		'{"a":{"x":"1","__proto__":"2"}}',
		(it) => Object.entries(it.optionalRecord("a", 9) ?? {}),
		[
			["x", "1"],
			["__proto__", "2"],
		],
	],
	"a record of something else": ['{"a":{"x":1}}', (it) => it.optionalRecord("a", 9), "'a.x' is no text"],
};

for (const [title, [text, read, expected]] of Object.entries(MEMBERS))
	test(`reads ${title}`, () => {
		const act = () => read(reader(text));
		if (typeof expected === "string" && expected.startsWith("'"))
			assert.equal(faultText(act), `error: cannot read the test [IMAGE_INVALID]\nnote: ${expected}\n`);
		else assert.deepEqual(act(), expected);
	});

test("any JSON value reads as JSON.parse reads it", () => {
	fc.assert(
		fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
			const bytes = encodeJson(value);
			assert.deepEqual(parseJson(bytes, { what: "it" }), JSON.parse(new TextDecoder().decode(bytes)));
		}),
	);
});

test("any bytes are a value or a Fault", () => {
	const near = fc.stringMatching(/^[{}[\]",:\\a1 u]{0,60}$/).map((text) => new TextEncoder().encode(text));
	fc.assert(
		fc.property(fc.oneof(fc.uint8Array(), near), (bytes) => {
			try {
				parseJson(bytes, DOCUMENT);
			} catch (error) {
				if (!(error instanceof Fault)) throw error;
			}
		}),
		{ numRuns: 2000 },
	);
});

test("equal records have equal bytes", () => {
	const [one, other] = [
		{ b: "1", a: "2" },
		{ a: "2", b: "1" },
	];
	assert.deepEqual(encodeJson(sortedRecord(one)), encodeJson(sortedRecord(other)));
});

function reader(text: string) {
	return parseJsonObject(new TextEncoder().encode(text), DOCUMENT);
}

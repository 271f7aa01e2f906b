import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { jsonWords, oneWord, splitWords, WordError } from "./docker-words.ts";

const VARIABLES = new Map([
	["A", "one"],
	["B", "two words"],
	["EMPTY", ""],
]);
const variables = (name: string) => VARIABLES.get(name);
const split = (text: string) => splitWords(text, "\\", variables);

const cases: readonly (readonly [string, readonly string[]])[] = [
	["", []],
	["  a\tb  ", ["a", "b"]],
	["'a b' \"c d\"", ["a b", "c d"]],
	["a\\ b", ["a b"]],
	["'a\\'", ["a\\"]],
	['"a\\"b\\$c\\d"', ['a"b$c\\d']],
	["$A ${A}x $Ax", ["one", "onex", ""]],
	["$B", ["two words"]],
	["'$A' \"$A\" \\$A", ["$A", "one", "$A"]],
	["${NO:-d} ${EMPTY:-d} ${EMPTY-d} ${NO-d}", ["d", "d", "", "d"]],
	["${A:+y} ${EMPTY:+y}. ${EMPTY+y} ${NO+y}.", ["y", ".", "y", "."]],
	["${NO:-${A}-${NO:-x}}", ["one-x"]],
	["${A:?message}", ["one"]],
	["$ $- a$", ["$", "$-", "a$"]],
	['a="b c"d', ["a=b cd"]],
];
for (const [text, expected] of cases)
	test(`words: ${JSON.stringify(text)}`, () => assert.deepEqual(split(text), expected));

test("another character takes meanings away", () => {
	assert.deepEqual(splitWords("C:\\a`$A \\$A", "`", variables), ["C:\\a$A", "\\one"]);
});

test("one word keeps its blanks", () => {
	assert.equal(oneWord("a  'b c' $A", "\\", variables), "a  b c one");
});

const refused: readonly (readonly [string, RegExp])[] = [
	["'a", /' is not closed/],
	['"a', /" is not closed/],
	["${A", /none of/],
	["${A:-b", /not closed/],
	["${A/b/c}", /none of/],
	["${}", /none of/],
	["${NO:?gone}", /NO is not set: gone/],
	["${A:-".repeat(40), /more than 32 deep/],
];
for (const [text, expected] of refused)
	test(`no words: ${text.slice(0, 20)}`, () => assert.throws(() => split(text), expected));

test("any text is words or an error", () => {
	const piece = fc.constantFrom("$", "{", "}", ":-", ":+", "'", '"', "\\", " ", "A", "NO");
	fc.assert(
		fc.property(
			fc.oneof(
				fc.string(),
				fc.array(piece).map((list) => list.join("")),
			),
			(text) => {
				try {
					split(text);
				} catch (error) {
					assert.ok(error instanceof WordError);
				}
			},
		),
	);
});

test("the JSON form is a list of texts, and nothing else is", () => {
	assert.deepEqual(jsonWords(' ["a", "b c"] '), ["a", "b c"]);
	for (const text of ['["a", 1]', "['a']", '["a"', '{"a": 1}', "a", '["a\\u0000"]'])
		assert.equal(jsonWords(text), undefined);
});

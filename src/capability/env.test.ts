import assert from "node:assert/strict";
import { test } from "node:test";
import { faultText } from "../../test/support/fault.ts";
import { type EnvWord, parseEnv, parseEnvFile, settleEnv } from "./env.ts";

const WORDS: readonly (readonly [string, EnvWord])[] = [
	["A=b", { name: "A", value: "b" }],
	["A=", { name: "A", value: "" }],
	["A=b=c", { name: "A", value: "b=c" }],
	["A", { name: "A", value: undefined }],
	["__proto__=x", { name: "__proto__", value: "x" }],
	["a b=c d", { name: "a b", value: "c d" }],
];

for (const [text, expected] of WORDS) test(`-e ${text}`, () => assert.deepEqual(parseEnv(text), expected));

test("-e without a name is refused", () => {
	assert.match(
		faultText(() => parseEnv("=x")),
		/the variable's name is empty/,
	);
	assert.match(
		faultText(() => parseEnv("")),
		/help: -e LANG=C\.UTF-8/,
	);
});

const FILES: readonly (readonly [string, string, readonly EnvWord[]])[] = [
	["plain", "A=1\nB=2\n", [word("A", "1"), word("B", "2")]],
	["no newline at the end", "A=1", [word("A", "1")]],
	["comments and empty lines", "# c\n\n  # d\nA=1 # not a comment\n", [word("A", "1 # not a comment")]],
	["quotes are part of the value", `A="x y"\nB='z'\n`, [word("A", '"x y"'), word("B", "'z'")]],
	["blanks in front go, behind stay", "  A= 1 \n", [word("A", " 1 ")]],
	["a name alone is copied", "HOME\nLANG  \n", [word("HOME"), word("LANG")]],
	["Windows line ends and a mark", "\uFEFFA=1\r\nB=2\r\n", [word("A", "1"), word("B", "2")]],
	["__proto__ is a name", "__proto__=1\nconstructor=2\n", [word("__proto__", "1"), word("constructor", "2")]],
];

function word(name: string, value?: string): EnvWord {
	return { name, value };
}

for (const [name, text, expected] of FILES)
	test(`env-file: ${name}`, () => assert.deepEqual(parseEnvFile(text, "x.env"), expected));

test("env-file: a blank in a name is refused with its line", () => {
	assert.equal(
		faultText(() => parseEnvFile("A=1\nexport B=2\n", "x.env")),
		`error: cannot read line 2 of 'x.env' as a variable [GRANT_INVALID]
note: the name 'export B' holds a blank
note: the form is NAME=VALUE or NAME, one a line; # begins a comment
`,
	);
});

test("env-file: a line without a name, and one with a NUL, are refused", () => {
	assert.match(
		faultText(() => parseEnvFile("=1", "x.env")),
		/there is no name in front of '='/,
	);
	assert.match(
		faultText(() => parseEnvFile("A=\0", "x.env")),
		/it holds a NUL/,
	);
});

test("later variables win, copies come from the environment, and what is not set is left out", () => {
	const ours = new Map([["HOME", "/home/me"]]);
	const words = ["A=1", "HOME", "NOT_SET", "__proto__", "A=2", "__proto__=3"].map(parseEnv);
	assert.deepEqual(
		[...settleEnv(words, (name) => ours.get(name))],
		[
			["A", "2"],
			["HOME", "/home/me"],
			["__proto__", "3"],
		],
	);
});

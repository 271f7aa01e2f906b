import assert from "node:assert/strict";
import { test } from "node:test";
import { faultText } from "../../test/support/fault.ts";
import { unknownFlag } from "./common-flags.ts";
import { type Flag, parseFlags } from "./flags.ts";

/** What was applied, in order: "name=value". */
type Draft = string[];

const group = "Test";
const log = (name: string) => (draft: Draft, value: string, where: string) =>
	void draft.push(`${name}=${value} (${where})`);

const FLAGS: readonly Flag<Draft>[] = [
	{ long: "interactive", short: "i", group, doc: "a switch", apply: log("i") },
	{ long: "tty", short: "t", group, doc: "another", apply: log("t") },
	{ long: "env", short: "e", value: "K=V", group, doc: "takes a value", apply: log("e") },
	{ long: "mode", value: "a|b", choices: ["a", "b"], group, doc: "takes one of two", apply: log("mode") },
	{
		long: "print",
		value: "a|b",
		bare: "a",
		choices: ["a", "b"],
		group,
		doc: "may take one",
		apply: log("print"),
	},
	{ long: "secret", group, apply: log("secret") },
];

const parse = (words: readonly string[], draft: Draft = []) =>
	parseFlags(FLAGS, draft, words, (name) => unknownFlag("run", name, FLAGS));

interface Case {
	readonly words: readonly string[];
	readonly applied: Draft;
	readonly rest: readonly string[];
}

const CASES: readonly Case[] = [
	{ words: [], applied: [], rest: [] },
	{ words: ["x.wasm", "-i"], applied: [], rest: ["x.wasm", "-i"] },
	{ words: ["-", "-i"], applied: [], rest: ["-", "-i"] },
	{ words: ["--", "-i"], applied: [], rest: ["-i"] },
	{ words: ["-i", "--", "--", "x"], applied: ["i=true (-i true)"], rest: ["--", "x"] },
	{ words: ["-it", "x"], applied: ["i=true (-i true)", "t=true (-t true)"], rest: ["x"] },
	{ words: ["--interactive=false", "x"], applied: ["i=false (--interactive false)"], rest: ["x"] },
	{ words: ["-i=0", "x"], applied: ["i=false (-i 0)"], rest: ["x"] },
	{ words: ["--tty", "false"], applied: ["t=true (--tty true)"], rest: ["false"] },
	{ words: ["-e", "A=1", "x"], applied: ["e=A=1 (-e A=1)"], rest: ["x"] },
	{ words: ["-eA=1", "x"], applied: ["e=A=1 (-e A=1)"], rest: ["x"] },
	{ words: ["-e=A=1", "x"], applied: ["e=A=1 (-e A=1)"], rest: ["x"] },
	{ words: ["--env", "A=1", "x"], applied: ["e=A=1 (--env A=1)"], rest: ["x"] },
	{ words: ["--env=A=1", "x"], applied: ["e=A=1 (--env A=1)"], rest: ["x"] },
	{ words: ["--env=", "x"], applied: ["e= (--env )"], rest: ["x"] },
	{ words: ["--env", "--tty"], applied: ["e=--tty (--env --tty)"], rest: [] },
	{ words: ["-e", "--", "x"], applied: ["e=-- (-e --)"], rest: ["x"] },
	{ words: ["-ie", "A", "x"], applied: ["i=true (-i true)", "e=A (-e A)"], rest: ["x"] },
	{ words: ["-eit"], applied: ["e=it (-e it)"], rest: [] },
	{ words: ["--print", "b"], applied: ["print=a (--print a)"], rest: ["b"] },
	{ words: ["--print=b", "x"], applied: ["print=b (--print b)"], rest: ["x"] },
	{ words: ["--secret", "x"], applied: ["secret=true (--secret true)"], rest: ["x"] },
	{ words: ["", "-i"], applied: [], rest: ["", "-i"] },
];

for (const { words, applied, rest } of CASES)
	test(`words: ${JSON.stringify(words)}`, () => {
		const draft: Draft = [];
		assert.deepEqual([parse(words, draft), draft], [rest, applied]);
	});

const REFUSED: readonly (readonly [readonly string[], string])[] = [
	[
		["--evn", "A"],
		"error: wherry run has no flag '--evn' [FLAG_UNKNOWN]\nnote: flags stand before the file; those behind it go to the program\nhelp: --env\n",
	],
	[
		["--secrett"],
		"error: wherry run has no flag '--secrett' [FLAG_UNKNOWN]\nnote: flags stand before the file; those behind it go to the program\nhelp: wherry run --help\n",
	],
	[
		["--quite-other"],
		"error: wherry run has no flag '--quite-other' [FLAG_UNKNOWN]\nnote: flags stand before the file; those behind it go to the program\nhelp: wherry run --help\n",
	],
	[
		["--__proto__"],
		"error: wherry run has no flag '--__proto__' [FLAG_UNKNOWN]\nnote: flags stand before the file; those behind it go to the program\nhelp: wherry run --help\n",
	],
	[
		["-x"],
		"error: wherry run has no flag '-x' [FLAG_UNKNOWN]\nnote: flags stand before the file; those behind it go to the program\nhelp: wherry run --help\n",
	],
	[
		["-itx"],
		"error: wherry run has no flag '-x' [FLAG_UNKNOWN]\nnote: flags stand before the file; those behind it go to the program\nhelp: wherry run --help\n",
	],
	[
		["-tty"],
		"error: wherry run has no flag '-tty' [FLAG_UNKNOWN]\nnote: flags stand before the file; those behind it go to the program\nhelp: --tty\n",
	],
	[
		["-env=A"],
		"error: wherry run has no flag '-env' [FLAG_UNKNOWN]\nnote: flags stand before the file; those behind it go to the program\nhelp: --env\n",
	],
	[["--env"], "error: the flag '--env' needs a value [FLAG_INVALID]\nhelp: --env K=V\n"],
	[["-ie"], "error: the flag '-e' needs a value [FLAG_INVALID]\nhelp: -e K=V\n"],
	[["--mode", "c"], "error: cannot set --mode to 'c' [FLAG_INVALID]\nnote: there are a, b\nhelp: --mode=a\n"],
	[["--print=c"], "error: cannot set --print to 'c' [FLAG_INVALID]\nnote: there are a, b\nhelp: --print=a\n"],
	[
		["--tty=yes"],
		"error: cannot set --tty to 'yes' [FLAG_INVALID]\nnote: it is a switch: true or false\nhelp: --tty\n",
	],
];

for (const [words, expected] of REFUSED)
	test(`refused: ${words.join(" ")}`, () =>
		assert.equal(
			faultText(() => parse(words)),
			expected,
		));

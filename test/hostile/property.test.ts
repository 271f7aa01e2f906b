/** Random calls with random arguments: each is answered with an errno, and the host lives on. */
import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { temporaryDirectory } from "../support/temporary.ts";
import { guest, run } from "../support/wherry.ts";
import { CALLS, type Parameter, parametersOf, PLAIN_CALLS, SET_UP } from "./functions.ts";
import { assertOurs } from "./hostile.ts";

const RUNS = 12;
const CALLS_IN_A_RUN = 400;

/** Where a random pointer may lead: into the scratch area, or around the memory's end and beyond. */
const pointers = fc.oneof(
	fc.nat(30_000).map((at) => `@${at}`),
	fc.nat(200).map((before) => `size-${before}`),
	fc.nat(200).map((behind) => `size+${behind}`),
	fc.integer({ min: 0x8000_0000, max: 0xffff_ffff }).map(String),
);
const lengths = fc.oneof(
	fc.nat(300).map(String),
	fc.nat(30_000).map(String),
	fc.constantFrom("size", "0xffffffff", "0x80000000", "0x20000000", "0x10000000"),
);
/** No standard streams: they carry the script and our own messages. */
const numbers = fc.oneof(
	fc.integer({ min: 3, max: 14 }).map(String),
	fc.constantFrom("$file", "3", "4", "255", "0xffff", "-1", "0x80000000", "0x7fffffff"),
);
const longs = fc.oneof(
	fc.nat(1000).map(String),
	fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
);

/** Descriptors that may be closed or replaced: not those that all the other calls need. */
const spare = fc.integer({ min: 7, max: 40 }).map(String);

function anyCallOf(call: string): fc.Arbitrary<string> {
	const { name, parameters } = parametersOf(call);
	const words = parameters.map((parameter, index) => {
		if (name === "fd_close" || name === "fd_renumber") return spare;
		// a random set of subscriptions may rightly wait for ever
		if (name === "poll_oneoff" && index === 0) return fc.constant(parameter.text);
		const [kept, random] = [fc.constant(parameter.text), randomOf(parameter)];
		return fc.oneof({ weight: 3, arbitrary: kept }, { weight: 2, arbitrary: random });
	});
	return fc.tuple(...words).map((texts) => ["raw", name, ...texts].join(" "));
}

function randomOf({ kind }: Parameter): fc.Arbitrary<string> {
	return { number: numbers, long: longs, pointer: pointers, length: lengths }[kind];
}

/** What the calls point to lies behind all that random pointers and lengths can reach, and stays as it is. */
const calls = fc.array(fc.oneof(...[...CALLS, ...PLAIN_CALLS].map(anyCallOf)), {
	minLength: CALLS_IN_A_RUN,
	maxLength: CALLS_IN_A_RUN,
});

test("random calls with random arguments", (context) => {
	const folder = temporaryDirectory(context);
	fc.assert(
		fc.property(calls, (statements) => {
			// memory alone may be written: a random size on a real disk would fill it
			const words = [
				"run",
				"-i",
				"--timeout",
				"60s",
				"--tmpfs",
				"/t:size=8m",
				"-v",
				`${folder}:/ro:ro`,
				"-e",
				"A=b",
			];
			const ended = run([...words, guest("bare/wasicall")], {
				stdin: `${[...SET_UP, ...statements].join("\n")}\n`,
			});
			assertOurs(ended);
			const answers = ended.stdout.toString("latin1").trimEnd().split("\n").slice(SET_UP.length);
			for (const [index, answer] of answers.entries())
				assert.match(answer, /^\w+ = (SUCCESS|E\w+)$/, `${statements[index]}: ${answer}`);
			assert.equal(
				answers.length,
				statements.length,
				`stopped at: ${statements[answers.length]}\n${ended.stderr}`,
			);
			assert.equal(ended.status, 0, ended.stderr);
		}),
		{ numRuns: RUNS },
	);
});

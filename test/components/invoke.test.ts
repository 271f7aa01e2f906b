/** `--invoke` of components: a value of each kind of type there and back, as WAVE writes it; what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { guest, run } from "../support/wherry.ts";

const LIBRARY = guest("components/library");

/** Function, what it is given, and what it answers where that is written otherwise. */
const echoes: readonly (readonly [name: string, given: string, answered?: string])[] = [
	["bool", "true"],
	["bool", "false"],
	["u8", "255"],
	["s8", "-128"],
	["u16", "65535"],
	["s16", "-32768"],
	["u32", "4294967295"],
	["s32", "-2147483648"],
	["u64", "18446744073709551615"],
	["s64", "-9223372036854775808"],
	["f32", "1.5"],
	["f64", "-0.1"],
	["f64", "nan"],
	["f64", "-inf"],
	["char", "'é'"],
	["char", "'\u{1f6a2}'"],
	["string", '"a \\"b\\" \u{1f6a2}"'],
	["string", '""'],
	["bytes", "[0, 255]"],
	["bytes", "[]"],
	["strings", '["a", "", "b"]'],
	["tuple", '(7, "x")'],
	["option", 'some("x")'],
	["option", "none"],
	["option", '"x"', 'some("x")'],
	["nested", "none"],
	["nested", "some(none)"],
	["nested", "some(some(4))"],
	["result", "ok(7)"],
	["result", 'err("why")'],
	["empty", "ok"],
	["empty", "err"],
	["point", "{x: 1, y: -2}"],
	["point", "{y: -2, x: 1}", "{x: 1, y: -2}"],
	["colour", "green"],
	["access", "{read, execute}"],
	["access", "{}"],
	["shape", "circle(2.5)"],
	["shape", "square({x: -1, y: 2})"],
	["shape", 'label("bow")'],
	["shape", "nothing"],
];

for (const [name, given, answered = given] of echoes)
	test(`echo-${name}(${given})`, () => {
		const ended = run(["run", "--invoke", `echo-${name}(${given})`, LIBRARY]);
		assert.deepEqual([ended.stderr, ended.stdout.toString()], ["", `${answered}\n`]);
		// an err is the run's own failure
		assert.equal(ended.status, answered.startsWith("err") ? 1 : 0);
	});

const refusals: readonly (readonly [call: string, code: string, said: RegExp])[] = [
	["echo-u8(256)", "INVOKE_INVALID", /u8 goes from 0 to 255/],
	["echo-u8(-1)", "INVOKE_INVALID", /type u8 is wanted/],
	["echo-colour(black)", "INVOKE_INVALID", /black/],
	["echo-point({x: 1})", "INVOKE_INVALID", /'y'/],
	["greet()", "INVOKE_INVALID", /greet: func\(name: string, times: u32\) -> string/],
	["greet(1, 2, 3)", "INVOKE_INVALID", /character/],
	["nobody()", "ENTRY_MISSING", /exports no such function/],
	["trap()", "TRAP", /unreachable/],
];

for (const [call, code, said] of refusals)
	test(`${call} is refused`, () => {
		const { stderr, stdout, status } = run(["run", "--invoke", call, LIBRARY]);
		assert.ok(stderr.includes(`[${code}]`), stderr);
		assert.match(stderr, said);
		assert.equal(stdout.toString(), "");
		assert.notEqual(status, 0);
	});

test("a function that computes, by its full name, its short one, and of the world itself", () => {
	const call = (words: string) => run(["run", "--invoke", words, LIBRARY]).stdout.toString();
	assert.equal(call('wherry:guests/values@1.0.0#greet("you", 2)'), '"hello, you! hello, you!"\n');
	assert.equal(call('values#greet("you", 1)'), '"hello, you!"\n');
	assert.equal(call("sum([1, -3, 5])"), "3\n");
	assert.equal(call("add(40, 2)"), "42\n");
	assert.equal(call("nothing()"), "");
});

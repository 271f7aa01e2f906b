import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultText } from "../../../test/support/fault.ts";
import type { FunctionType, ValueType, World, WorldItem } from "../types.ts";
import { formatValue } from "./format.ts";
import { parseInvocation } from "./invocation.ts";
import { readValue } from "./parse.ts";
import { Problem, Reader } from "./reader.ts";
import { listOf } from "./values.ts";

const of = (
	kind: "bool" | "u8" | "s8" | "u16" | "s32" | "u32" | "u64" | "s64" | "f32" | "f64" | "char" | "string",
) => ({ kind }) as const;
const option = (some: ValueType): ValueType => ({ kind: "option", some });
const result = (ok?: ValueType, err?: ValueType): ValueType => ({ kind: "result", ok, err });
const list = (element: ValueType, length?: number): ValueType => ({ kind: "list", element, length });
const tuple = (...items: ValueType[]): ValueType => ({ kind: "tuple", items });
const record = (fields: Readonly<Record<string, ValueType>>): ValueType => ({
	kind: "record",
	fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
});
const variant = (cases: Readonly<Record<string, ValueType | undefined>>): ValueType => ({
	kind: "variant",
	cases: Object.entries(cases).map(([name, type]) => ({ name, type })),
});

function parse(type: ValueType, text: string): unknown {
	const reader = new Reader(text);
	const value = readValue(reader, type);
	if (reader.next !== "") throw reader.problem(`the value ends before ${reader.found()}`);
	return value;
}

const PERSON = record({ "first-name": of("string"), age: option(of("u8")) });
const STATUS: ValueType = { kind: "enum", names: ["ok", "not-found"] };
const RESPONSE = variant({ empty: undefined, body: list(of("u8")), err: of("string") });
const PERMS: ValueType = { kind: "flags", names: ["read", "write", "may-exec"] };

const READ: readonly (readonly [ValueType, string, unknown])[] = [
	[of("bool"), "true", true],
	[of("bool"), " false // so it is", false],
	[of("u8"), "255", 255],
	[of("s8"), "-128", -128],
	[of("u64"), "18446744073709551615", (1n << 64n) - 1n],
	[of("s64"), "-9223372036854775808", -(1n << 63n)],
	[of("f64"), "6.022e+23", 6.022e23],
	[of("f64"), "nan", Number.NaN],
	[of("f64"), "-inf", -Infinity],
	[of("f32"), "0.1", Math.fround(0.1)],
	[of("char"), "'x'", "x"],
	[of("char"), "'☃'", "☃"],
	[of("char"), "'👋'", "👋"],
	[of("char"), String.raw`'\''`, "'"],
	[of("char"), String.raw`'\u{0}'`, "\0"],
	[of("string"), String.raw`"abc\t123"`, "abc\t123"],
	[of("string"), '"it\'s"', "it's"],
	[of("string"), '"""\nA single line\n"""', "A single line"],
	[of("string"), '"""\n    Two\n      lines\n  """', "  Two\n    lines"],
	[of("string"), '"""\n  ends: \\r\n  ""\\""\n  """', 'ends: \r\n""""'],
	[of("string"), '"""\r\na\r\nb\r\n"""', "a\nb"],
	[of("string"), '"""\n"""', ""],
	[tuple(of("string"), of("u8")), '("abc", 123,)', ["abc", 123]],
	[list(of("u8")), "[1, 2, 3,]", Uint8Array.of(1, 2, 3)],
	[list(of("string")), "[]", []],
	[list(of("bool"), 2), "[true, false]", [true, false]],
	[PERSON, '{first-name: "a"}', { firstName: "a", age: undefined }],
	[PERSON, '{ age: 3, %first-name: "a", }', { firstName: "a", age: 3 }],
	[PERSON, '{first-name: "a", age: none}', { firstName: "a", age: undefined }],
	[record({ a: option(of("u8")) }), "{:}", { a: undefined }],
	[STATUS, "%ok", "ok"],
	[STATUS, "%not-found", "not-found"],
	[RESPONSE, "empty", { tag: "empty" }],
	[RESPONSE, "body([79, 75])", { tag: "body", val: Uint8Array.of(79, 75) }],
	[RESPONSE, '%err("oops")', { tag: "err", val: "oops" }],
	[option(of("string")), '"flat"', "flat"],
	[option(of("string")), 'some("s")', "s"],
	[option(of("string")), "none", undefined],
	[option(STATUS), "%ok", "ok"],
	[option(option(of("u8"))), "some(some(1))", { tag: "some", val: 1 }],
	[option(option(of("u8"))), "some(none)", { tag: "some", val: undefined }],
	[option(option(of("u8"))), "none", { tag: "none" }],
	[result(of("string"), of("string")), '"flat"', { tag: "ok", val: "flat" }],
	[result(of("string"), of("string")), 'err("oops")', { tag: "err", val: "oops" }],
	[result(), "ok", { tag: "ok" }],
	[result(undefined, of("u8")), "err(1)", { tag: "err", val: 1 }],
	[PERMS, "{may-exec, %read}", { read: true, write: false, mayExec: true }],
	[PERMS, "{}", { read: false, write: false, mayExec: false }],
	[{ kind: "map", key: of("string"), value: of("u8") }, '[("a", 1)]', new Map([["a", 1]])],
];

for (const [type, text, value] of READ)
	test(`${type.kind}: ${JSON.stringify(text)}`, () => assert.deepEqual(parse(type, text), value));

const REFUSED: readonly (readonly [ValueType, string, number, RegExp])[] = [
	[of("bool"), "yes", 0, /true or false/],
	[of("u8"), "256", 0, /u8 goes from 0 to 255/],
	[of("u8"), "-0", 0, /whole number of type u8/],
	[of("u8"), "01", 1, /ends before '1'/],
	[of("u8"), "1.5", 0, /whole number/],
	[of("u8"), "1e2", 0, /whole number/],
	[of("u8"), "", 0, /not the end/],
	[of("s64"), "9".repeat(5000), 0, /beyond/],
	[of("f64"), ".5", 0, /number of type f64/],
	[of("char"), "''", 0, /a character/],
	[of("char"), "'ab'", 0, /a character/],
	[of("char"), String.raw`'\u{d800}'`, 1, /no escape/],
	[of("string"), String.raw`"\u{110000}"`, 1, /no escape/],
	[of("string"), '"a\nb"', 0, /has no end/],
	[of("string"), '"\ud800"', 2, /no Unicode/],
	[of("string"), '"""a\n"""', 0, /followed by a line/],
	[of("string"), '"""\n a\n  """', 0, /indented/],
	[list(of("u8")), "[1 2]", 3, /',' or '\]'/],
	[list(of("u8")), "[,]", 1, /whole number/],
	[list(of("u8"), 3), "[1]", 0, /3 elements/],
	[tuple(of("u8")), "(1, 2)", 4, /no more items/],
	[tuple(of("u8"), of("u8")), "(1)", 0, /has 2 items/],
	[PERSON, "{age: 1}", 0, /'first-name' of type string is missing/],
	[PERSON, '{first-nam: "a"}', 1, /did you mean 'first-name'/],
	[PERSON, '{first-name: "a", first-name: "b"}', 18, /twice/],
	[record({ a: option(of("u8")) }), "{}", 0, /written '\{:\}'/],
	[STATUS, "ok", 0, /write '%ok'/],
	[RESPONSE, "body", 4, /'\(' and a value of type list<u8>/],
	[RESPONSE, "empty(1)", 5, /ends before/],
	[option(option(of("u8"))), "1", 0, /some\(...\) or none/],
	[result(), "1", 0, /ok or err/],
	[PERMS, "{read, read}", 7, /twice/],
	[PERMS, "{all}", 1, /a flag is wanted here/],
	[
		{ kind: "own", resource: { kind: "resource", name: "r", from: undefined, imported: false } },
		"1",
		0,
		/own<r>/,
	],
];

for (const [type, text, at, reason] of REFUSED)
	test(`refused: ${type.kind}: ${JSON.stringify(text.slice(0, 40))}`, () =>
		assert.throws(
			() => parse(type, text),
			(error) => {
				assert.ok(error instanceof Problem);
				assert.match(error.message, reason);
				assert.equal(error.at, at);
				return true;
			},
		));

test("values that lie too deep are refused", () => {
	let type: ValueType = of("u8");
	for (let depth = 0; depth < 200; depth += 1) type = list(type);
	assert.throws(() => parse(type, "[".repeat(200)), /over 100 deep/);
});

const WRITTEN: readonly (readonly [ValueType, unknown, string])[] = [
	[of("f64"), -0, "-0"],
	[of("f64"), 1e21, "1e+21"],
	[of("f32"), Math.fround(0.1), "0.1"],
	[of("f32"), 16777216, "16777216"],
	[of("string"), "a\"b'\u001b[31m\u202e", String.raw`"a\"b'\u{1b}[31m\u{202e}"`],
	[of("char"), "'", String.raw`'\''`],
	[PERSON, { firstName: "a", age: undefined }, '{first-name: "a"}'],
	[record({ a: option(of("u8")) }), { a: undefined }, "{:}"],
	[STATUS, "ok", "%ok"],
	[option(of("u8")), 1, "some(1)"],
	[result(), { tag: "ok" }, "ok"],
	[PERMS, { read: true, mayExec: true }, "{read, may-exec}"],
];

for (const [type, value, text] of WRITTEN)
	test(`written: ${text}`, () => assert.equal(formatValue(type, value), text));

/** A type and a value of it. */
const typed: fc.Arbitrary<readonly [ValueType, unknown]> = fc
	.letrec<{ typed: readonly [ValueType, fc.Arbitrary<unknown>] }>((tie) => ({
		typed: fc.oneof(
			{ maxDepth: 3 },
			fc.constantFrom<readonly [ValueType, fc.Arbitrary<unknown>]>(
				[of("bool"), fc.boolean()],
				[of("u8"), fc.nat(255)],
				[of("s32"), fc.integer()],
				[of("u64"), fc.bigInt(0n, (1n << 64n) - 1n)],
				[of("s64"), fc.bigInt(-(1n << 63n), (1n << 63n) - 1n)],
				[of("f64"), fc.double()],
				[of("f32"), fc.float()],
				[of("char"), fc.string({ unit: "binary", minLength: 1, maxLength: 1 })],
				[of("string"), fc.string({ unit: "binary" })],
				[STATUS, fc.constantFrom("ok", "not-found")],
				[
					PERMS,
					fc.record(
						{ read: fc.boolean(), write: fc.boolean(), mayExec: fc.boolean() },
						{ noNullPrototype: true },
					),
				],
			),
			tie("typed").map(([some, value]) => {
				const type = { kind: "option", some } as const;
				const plain = !(some.kind === "option" && formatIsPlain(some));
				return [
					type,
					plain
						? fc.oneof(fc.constant(undefined), value)
						: fc.oneof(
								fc.constant({ tag: "none" }),
								value.map((val) => ({ tag: "some", val })),
							),
				] as const;
			}),
			tie("typed").map(
				([element, value]) =>
					[
						list(element),
						fc.array(value, { maxLength: 4 }).map((values) => listOf(element, values)),
					] as const,
			),
			fc
				.tuple(tie("typed"), tie("typed"))
				.map(([[a, one], [b, other]]) => [tuple(a, b), fc.tuple(one, other)] as const),
			fc
				.tuple(tie("typed"), tie("typed"))
				.map(
					([[a, one], [b, other]]) =>
						[
							record({ "a-b": a, constructor: b }),
							fc.record({ aB: one, constructor: other }, { noNullPrototype: true }),
						] as const,
				),
			fc.tuple(tie("typed"), tie("typed")).map(
				([[a, one], [b, other]]) =>
					[
						result(a, b),
						fc.oneof(
							one.map((val) => ({ tag: "ok", val })),
							other.map((val) => ({ tag: "err", val })),
						),
					] as const,
			),
			tie("typed").map(
				([a, one]) =>
					[
						variant({ none: a, "x-y": undefined }),
						fc.oneof(
							one.map((val) => ({ tag: "none", val })),
							fc.constant({ tag: "x-y" }),
						),
					] as const,
			),
		),
	}))
	.typed.chain(([type, value]) => value.map((one) => [type, one] as const));

function formatIsPlain(type: ValueType): boolean {
	return type.kind === "option" && !(type.some.kind === "option" && formatIsPlain(type.some));
}

test("what is printed is read back as the same", () =>
	fc.assert(
		fc.property(typed, ([type, value]) => assert.deepEqual(parse(type, formatValue(type, value)), value)),
		{ numRuns: 1000 },
	));

test("any text is a value or a problem with a place in it", () =>
	fc.assert(
		fc.property(
			typed,
			fc.array(
				fc.constantFrom(
					"{",
					"}",
					"[",
					"(",
					")",
					",",
					":",
					"some",
					"none",
					"%",
					"ok",
					'"',
					"'",
					"\\",
					"1",
					"-",
					"a-b",
					"//",
					"\n",
				),
			),
			([type], words) => {
				try {
					parse(type, words.join(""));
				} catch (error) {
					assert.ok(error instanceof Problem, String(error));
					assert.ok(error.at >= 0 && error.at <= words.join("").length);
				}
			},
		),
		{ numRuns: 1000 },
	));

const func = (params: Readonly<Record<string, ValueType>>, answer?: ValueType): FunctionType => ({
	kind: "function",
	params: Object.entries(params).map(([name, type]) => ({ name, type })),
	result: answer,
	async: false,
});
const face = (functions: Readonly<Record<string, FunctionType>>) =>
	({ kind: "interface", functions: new Map(Object.entries(functions)), types: new Map() }) as const;

const WORLD: World = {
	imports: new Map(),
	exports: new Map<string, WorldItem>([
		["greet", func({ name: of("string"), times: option(of("u32")) }, of("string"))],
		["docs:adder/add@0.1.0", face({ add: func({ x: of("u32"), y: of("u32") }, of("u32")), reset: func({}) })],
		["docs:adder/more@0.1.0", face({ add: func({ x: of("u64") }), "[method]r.f": func({}) })],
		["other:thing/more@2.0.0", face({ twice: func({ x: of("char") }) })],
	]),
};

const CALLS: readonly (readonly [string, string | undefined, string, readonly unknown[]])[] = [
	['greet("x", 1)', undefined, "greet", ["x", 1]],
	['greet("x")', undefined, "greet", ["x", undefined]],
	['greet("a(b")', undefined, "greet", ["a(b", undefined]],
	[' greet ( "x" , ) // said', undefined, "greet", ["x", undefined]],
	["docs:adder/add@0.1.0#add(1, 2)", "docs:adder/add@0.1.0", "add", [1, 2]],
	["docs:adder/add#add(1, 2)", "docs:adder/add@0.1.0", "add", [1, 2]],
	["add#add(1, 2)", "docs:adder/add@0.1.0", "add", [1, 2]],
	["more#add(1)", "docs:adder/more@0.1.0", "add", [1n]],
	["twice('x')", "other:thing/more@2.0.0", "twice", ["x"]],
	["reset", "docs:adder/add@0.1.0", "reset", []],
	["reset()", "docs:adder/add@0.1.0", "reset", []],
];

for (const [text, interfaceName, name, values] of CALLS)
	test(`--invoke ${text}`, () => {
		const call = parseInvocation(text, WORLD, "adder.wasm");
		assert.deepEqual([call.interfaceName, call.name, call.values], [interfaceName, name, values]);
	});

const WRONG: readonly (readonly [string, string])[] = [
	[
		'greet("x", many)',
		`error: cannot read the arguments of 'greet' [INVOKE_INVALID]
note: at character 12 of 'greet("x", many)': a whole number of type u32 is wanted here, not 'many)'
note: greet: func(name: string, times: option<u32>) -> string
help: wherry run --invoke 'greet("text", some(1))' adder.wasm
`,
	],
	[
		"add(1, 2)",
		`error: cannot invoke 'add': more than one function is meant [ENTRY_MISSING]
note: 'docs:adder/add@0.1.0#add' and 'docs:adder/more@0.1.0#add' go by that name
help: wherry run --invoke 'docs:adder/add@0.1.0#add(1, 1)' adder.wasm
help: wherry run --invoke 'docs:adder/more@0.1.0#add(1)' adder.wasm
`,
	],
	[
		"twyce('x')",
		`error: cannot invoke 'twyce': the component exports no such function [ENTRY_MISSING]
note: it exports 'greet', 'docs:adder/add@0.1.0#add', 'docs:adder/add@0.1.0#reset', 'docs:adder/more@0.1.0#add' and 'other:thing/more@2.0.0#twice'
help: wherry run --invoke 'other:thing/more@2.0.0#twice('\\''a'\\'')' adder.wasm
`,
	],
	[
		"nothing#reset()",
		`error: cannot invoke 'nothing#reset': the component exports no such function [ENTRY_MISSING]
note: it exports 'greet', 'docs:adder/add@0.1.0#add', 'docs:adder/add@0.1.0#reset', 'docs:adder/more@0.1.0#add' and 'other:thing/more@2.0.0#twice'
note: 'nothing' is none of its interfaces
help: wherry run --invoke 'docs:adder/add@0.1.0#reset()' adder.wasm
`,
	],
	[
		"greet",
		`error: cannot read the arguments of 'greet' [INVOKE_INVALID]
note: at character 6 of 'greet': the argument 'name' is missing
note: greet: func(name: string, times: option<u32>) -> string
help: wherry run --invoke 'greet("text", some(1))' adder.wasm
`,
	],
	[
		"reset(1)",
		`error: cannot read the arguments of 'docs:adder/add@0.1.0#reset' [INVOKE_INVALID]
note: at character 7 of 'reset(1)': there are 0 arguments, and no more
note: reset: func()
help: wherry run --invoke 'docs:adder/add@0.1.0#reset()' adder.wasm
`,
	],
];

for (const [text, says] of WRONG)
	test(`refused: --invoke ${text}`, () =>
		assert.equal(
			faultText(() => parseInvocation(text, WORLD, "adder.wasm")),
			says,
		));

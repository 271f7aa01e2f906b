import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assemble } from "../../../test/support/wat.ts";
import { Fault } from "../../base/fault.ts";
import { encodeUnsigned } from "../../wasm/encode.ts";
import { SectionId } from "../../wasm/module.ts";
import {
	code,
	custom,
	functionNames,
	functions,
	functionType,
	memories,
	section,
	types,
	vector,
	wasm,
} from "../../wasm/module-builder.ts";
import { partsOf } from "../programs.ts";
import type { Finding } from "../report.ts";
import { findingsOf } from "./find.ts";

/** A module with this in memory at 1024. */
function moduleWith(data: string | Uint8Array): Uint8Array<ArrayBuffer> {
	const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
	// i32.const 1024
	const segment = [0x00, 0x41, 0x80, 0x08, 0x0b, ...encodeUnsigned(bytes.length), ...bytes];
	return wasm(memories({ minimum: 1, maximum: 1 }), section(SectionId.DATA, vector([segment])));
}

function findingsIn(bytes: Uint8Array): Map<string, Finding> {
	return new Map(findingsOf(partsOf(bytes)).map((finding) => [finding.id, finding]));
}

function shownIn(bytes: Uint8Array, id: string): string[] {
	return (
		findingsIn(bytes)
			.get(id)
			?.evidence.map(({ shows }) => shows) ?? []
	);
}

const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
/** Joined, so that no scanner of secrets takes this file for a leak. */
const joined = (...texts: readonly string[]) => texts.join("");
const many = (text: string, times: number) => text.repeat(times);
const key = (label: string) =>
	`-----BEGIN ${label}-----\n${many("MIIEvQIBADANBgkq", 4)}\n-----END ${label}-----`;

const data: readonly (readonly [
	name: string,
	data: string | Uint8Array,
	id: string,
	shows: readonly string[],
])[] = [
	["a URL", "see https://example.com/a?b=c.", "embedded-url", ["https://example.com/a?b=c"]],
	["a URL with a password", "http://me:secret@example.com/", "embedded-url", ["http://…@example.com/"]],
	["a URL after other text", "foohttp://a.example/", "embedded-url", ["http://a.example/"]],
	["a URL twice", "http://a.example/ http://a.example/", "embedded-url", ["http://a.example/"]],
	["a URL of IPv6", "ws://[::1]:80/x", "embedded-url", ["ws://[::1]:80/x"]],
	[
		"a long URL, shortened",
		`http://a.example/${many("a", 200)}`,
		"embedded-url",
		[`http://a.example/${many("a", 103)}…`],
	],
	[
		"two URLs without anything between",
		"https://a.example/xhttp://b.example:80/y",
		"embedded-url",
		["https://a.example/x", "http://b.example:80/y"],
	],
	["a host of one word", "http://metadata/v1", "embedded-url", ["http://metadata/v1"]],
	["a host of one word with a port", "tcp://db:5432", "embedded-url", ["tcp://db:5432"]],
	["this machine", "http://localhost", "embedded-url", ["http://localhost"]],
	["a scheme before the next text", "https://debuggerpreservepackages", "embedded-url", []],
	[
		"a scheme before the next text, with a colon",
		"http://mathematicsmargin-top:eventually",
		"embedded-url",
		[],
	],
	["a pool", "stratum+tcp://pool.example:3333", "embedded-url", ["stratum+tcp://pool.example:3333"]],
	["a scheme that is none", "foo://bar", "embedded-url", []],
	["a scheme without a host", "https://%s", "embedded-url", []],
	["an address", "to 10.1.2.3:80", "embedded-ip-address", ["10.1.2.3"]],
	["an address at the sentence's end", "it is 10.1.2.3. Or", "embedded-ip-address", ["10.1.2.3"]],
	["numbers that are no address", "10.1.2.300 1.2.3 01.2.3.4", "embedded-ip-address", []],
	["a longer row of numbers", "1.3.6.1.4.1", "embedded-ip-address", []],
	["a host name", "ask api.example.com now", "embedded-host-name", ["api.example.com"]],
	["a mail address", "me@example.com", "embedded-host-name", []],
	["a name that goes on", "example.company", "embedded-host-name", []],
	["words of pools", '{"method":"mining.subscribe"}', "mining-words", ["mining.subscribe"]],
	["other words of mines", "the mining of coal", "mining-words", []],
	["a private key", key("RSA PRIVATE KEY"), "embedded-secret", ["-----BEGIN RSA PRIVATE KEY----- …"]],
	[
		"SSH's private key",
		key("OPENSSH PRIVATE KEY"),
		"embedded-secret",
		["-----BEGIN OPENSSH PRIVATE KEY----- …"],
	],
	["a private key's marker alone", "-----BEGIN RSA PRIVATE KEY-----\0", "embedded-secret", []],
	["a certificate", key("CERTIFICATE"), "embedded-public-key", ["-----BEGIN CERTIFICATE----- …"]],
	["a certificate is no secret", key("CERTIFICATE"), "embedded-secret", []],
	[
		"an AWS key",
		joined("AKIA", many("Q7", 8)),
		"embedded-secret",
		["AWS access key id AKIA… (20 characters)"],
	],
	["a longer word", joined("AKIA", many("Q7", 9)), "embedded-secret", []],
	["a word that ends so", joined("xAKIA", many("Q7", 8)), "embedded-secret", []],
	[
		"a token of GitHub",
		joined("ghp_", many("a1B2", 9)),
		"embedded-secret",
		["GitHub token ghp_… (40 characters)"],
	],
	[
		"a token of Slack",
		joined("xoxb-", many("1234-", 5)),
		"embedded-secret",
		["Slack token xoxb-… (30 characters)"],
	],
	[
		"a key of Google",
		joined("AIza", many("a1B2c", 7)),
		"embedded-secret",
		["Google API key AIza… (39 characters)"],
	],
	[
		"a web token",
		joined("eyJ", many("a", 20), ".eyJ", many("b", 20), ".", many("c", 30)),
		"embedded-secret",
		["JSON web token eyJ… (78 characters)"],
	],
	["two parts of a web token", joined("eyJ", many("a", 20), ".eyJ", many("b", 20)), "embedded-secret", []],
	[
		"SSH's public key",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA",
		"embedded-public-key",
		["SSH public key ssh-ed25519"],
	],
	["an ELF file", hex(`7f454c460201010000000000000000000200b700`), "embedded-executable", ["ELF"]],
	["ELF's magic alone", hex("7f454c460909090000000000000000000200b700"), "embedded-executable", []],
	[
		"a Windows executable",
		hex(`4d5a${many("00", 58)}4000000050450000`),
		"embedded-executable",
		["Windows executable"],
	],
	["two letters M and Z", `MZ${many("a", 100)}`, "embedded-executable", []],
	["a Mach-O file", hex("cffaedfe0c000001000000000200000000000000"), "embedded-executable", ["Mach-O"]],
	["a module", hex("0061736d01000000"), "embedded-executable", ["WebAssembly module"]],
	["a component", hex("0061736d0d000100"), "embedded-executable", ["WebAssembly component"]],
	["a ZIP", hex(`504b0304140000000800${many("00", 20)}`), "embedded-executable", ["entry of a ZIP archive"]],
	["a gzip stream", hex(`1f8b0800000000000003${many("00", 8)}`), "embedded-executable", ["gzip stream"]],
	["a shell script", "#!/bin/sh\necho", "embedded-script", ["#!/bin/sh"]],
	["two characters of a script", "#!x\n", "embedded-script", []],
	[
		"much JavaScript",
		many("a.b=function(c){return c===d};", 40),
		"embedded-script",
		["text that reads like JavaScript"],
	],
	["little JavaScript", many("a.b=function(c){return c===d};", 20), "embedded-script", []],
	["JavaScript far between", many(`a.b=function(c){return c};${many(" ", 1100)}`, 70), "embedded-script", []],
	[
		"SHA-256's constants",
		hex("982f8a4291443771cffbc0b5a5dbb5e9"),
		"crypto-constants",
		["SHA-256 round constants"],
	],
	[
		"BLAKE2b's first state",
		hex("08c9bcf367e6096a3ba7ca8485ae67bb"),
		"crypto-constants",
		["SHA-512 or BLAKE2b initial state"],
	],
	["AES's box", hex("637c777bf26b6fc53001672bfed7ab76"), "crypto-constants", ["AES S-box"]],
	["one byte of AES's box changed", hex("637c777bf26b6fc53001672bfed7ab77"), "crypto-constants", []],
	["CRC-32's table", hex("00000000963007772c610eeeba510999"), "crypto-constants", ["CRC-32 table"]],
	["ChaCha's text, its third letter changed", "exqand 32-byte k", "crypto-constants", []],
	[
		"a private key's marker before a short line",
		joined("-----BEGIN PRIVATE KEY", "-----\nabcd\n"),
		"embedded-secret",
		[],
	],
	["ELF of another version", hex("7f454c460201020000000000000000000200b700"), "embedded-executable", []],
	["ChaCha's text", "expand 32-byte k", "crypto-constants", ["ChaCha or Salsa20 constant"]],
];
for (const [name, carried, id, shows] of data)
	test(`${id} ${shows.length > 0 ? "is" : "is not"} found in data: ${name}`, () =>
		assert.deepEqual(shownIn(moduleWith(carried), id), shows));

test("a secret is never shown whole, nor by another finding", () => {
	const secret = joined("ghp_", many("a1B2", 9));
	assert.ok(!JSON.stringify([...findingsIn(moduleWith(`x ${secret} y`))]).includes(secret.slice(0, 12)));
});

test("evidence says where it is, from the program's first byte", () => {
	const bytes = moduleWith("at http://a.example/");
	const [evidence] = findingsIn(bytes).get("embedded-url")?.evidence ?? [];
	assert.equal(evidence?.offset, Buffer.from(bytes).indexOf("://"));
});

test("evidence is bounded, and the rest counted", () => {
	const urls = Array.from({ length: 100 }, (_, index) => `http://a.example/${index}`).join(" ");
	const found = findingsIn(moduleWith(urls)).get("embedded-url");
	assert.deepEqual([found?.evidence.length, found?.more], [16, 84]);
});

test("high-entropy-data is found where bytes are as good as random, and not in text", () => {
	let state = 1;
	const random = Uint8Array.from({ length: 20_000 }, () => (state = (state * 48_271) % 0x7fff_ffff) >> 8);
	assert.match(
		shownIn(moduleWith(random), "high-entropy-data").join(),
		/^16384 bytes that begin with [0-9a-f]{16}$/,
	);
	assert.deepEqual(shownIn(moduleWith(random.subarray(0, 12_288)), "high-entropy-data"), []);
	assert.deepEqual(shownIn(moduleWith(many("some words of English ", 1000)), "high-entropy-data"), []);
});

const MIX = many("local.get 0 local.get 0 i32.const 7 i32.rotl i32.xor local.set 0 ", 70);
const PLAIN = many("local.get 0 local.get 0 i32.const 7 i32.add i32.mul local.set 0 ", 70);

const texts: readonly (readonly [name: string, wat: string, id: string, shows: readonly RegExp[]])[] = [
	[
		"constants in one function",
		"(func (result i32) i32.const 0x6a09e667 i32.const 0xbb67ae85 i32.const 0x3c6ef372 drop drop)",
		"crypto-constants",
		[/^SHA-256 or BLAKE2s initial state$/],
	],
	[
		"constants, two in one",
		"(func i64.const 0xbb67ae856a09e667 i32.const 0x3c6ef372 drop drop)",
		"crypto-constants",
		[/^SHA-256 or BLAKE2s initial state$/],
	],
	[
		"constants of 64 bits",
		"(func i64.const 0x428a2f98d728ae22 i64.const 0x7137449123ef65cd drop drop)",
		"crypto-constants",
		[/^SHA-512 round constants$/],
	],
	["a polynomial", "(func i32.const 0xedb88320 drop)", "crypto-constants", [/^CRC-32 polynomial$/]],
	[
		"two constants only",
		"(func i32.const 0x6a09e667 i32.const 0xbb67ae85 drop drop)",
		"crypto-constants",
		[],
	],
	[
		"constants of several functions",
		"(func i32.const 0x6a09e667 drop) (func i32.const 0xbb67ae85 drop) (func i32.const 0x3c6ef372 drop)",
		"crypto-constants",
		[],
	],
	[
		"one constant three times",
		"(func i32.const 0x6a09e667 i32.const 0x6a09e667 i32.const 0x6a09e667 drop drop drop)",
		"crypto-constants",
		[],
	],
	[
		"a loop that mixes",
		`(func (param i32) loop ${MIX} br 0 end)`,
		"hash-like-loops",
		[/^42\d instructions in loops, 33 % of them/],
	],
	["a loop that adds", `(func (param i32) loop ${PLAIN} br 0 end)`, "hash-like-loops", []],
	["mixing outside of loops", `(func (param i32) ${MIX} loop end)`, "hash-like-loops", []],
	[
		"mixing after a block in a loop",
		`(func (param i32) loop block end i32.const 0 if else end ${MIX} end)`,
		"hash-like-loops",
		[/^42\d instructions/],
	],
	[
		"a stack above data",
		'(memory 2 2) (global (mut i32) (i32.const 66560)) (data (i32.const 1024) "abcd")',
		"stack-above-data",
		[/^stack from 66560 down; data from 1024 to 1028$/],
	],
	[
		"a stack below data",
		'(memory 2 2) (global (mut i32) (i32.const 65536)) (data (i32.const 65536) "abcd")',
		"stack-above-data",
		[],
	],
	["no stack", '(memory 2 2) (data (i32.const 1024) "abcd")', "stack-above-data", []],
	[
		"a stack within data",
		'(memory 2 2) (global (mut i32) (i32.const 65536)) (data (i32.const 1024) "a") (data (i32.const 70000) "b")',
		"stack-place-unknown",
		[/^stack from 65536 down/],
	],
	[
		"data that is placed later",
		'(memory 2 2) (global (mut i32) (i32.const 65536)) (data "a")',
		"stack-place-unknown",
		[/placed when it starts$/],
	],
	[
		"a stack below data, known",
		'(memory 2 2) (global (mut i32) (i32.const 65536)) (data (i32.const 65536) "abcd")',
		"stack-place-unknown",
		[],
	],
	["a table", '(table (export "t") 1 funcref)', "exported-table", [/^table 't'$/]],
	["a table of its own", "(table 1 funcref)", "exported-table", []],
	[
		"a global",
		'(global (export "g") (mut i32) (i32.const 0))',
		"exported-mutable-global",
		[/^global 'g' of type i32$/],
	],
	["a constant", '(global (export "g") i32 (i32.const 0))', "exported-mutable-global", []],
	["a memory of 256 MiB", "(memory 4096 4096)", "huge-memory", [/^memory 0 begins with 268435456 bytes$/]],
	["a page less", "(memory 4095 4095)", "huge-memory", []],
	["no maximum", "(memory 1)", "unbounded-memory", [/^memory 0 of 65536 bytes/]],
	["no maximum, imported", '(import "a" "b" (memory 1))', "unbounded-memory", [/^memory 0 of 65536 bytes/]],
	["a maximum", "(memory 1 2)", "unbounded-memory", []],
	[
		"a start that calls out",
		'(import "env" "f" (func)) (func $g call 0) (func call $g) (start 2)',
		"start-calls-imports",
		[/^reaches env f$/],
	],
	[
		"a start that is an import",
		'(import "env" "f" (func)) (start 0)',
		"start-calls-imports",
		[/^reaches env f$/],
	],
	[
		"a start that calls nobody",
		'(import "env" "f" (func)) (func) (func call 1) (start 2)',
		"start-function",
		[/^reaches 2 functions and no import$/],
	],
	[
		"a start that calls by table",
		"(table 1 funcref) (func i32.const 0 call_indirect) (start 0)",
		"start-function",
		[/no import; calls by table may lead further$/],
	],
	["no start", "(func)", "start-function", []],
	["names", "(func $a)", "names-stripped", []],
];
for (const [name, wat, id, shows] of texts)
	test(`${id} ${shows.length > 0 ? "is" : "is not"} found: ${name}`, async () => {
		const found = shownIn(await assemble(`(module ${wat})`), id);
		assert.equal(found.length, shows.length, found.join("\n"));
		for (const [index, pattern] of shows.entries()) assert.match(found[index] ?? "", pattern);
	});

const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
/** One function, with so many instructions that do nothing; there is a byte before them and one behind. */
const long = (count: number) =>
	wasm(types(functionType([], [])), functions(0), code(Array.from({ length: count }, () => 0x01)));
const producers = custom("producers", [1, ...name("processed-by"), 1, ...name("clang"), ...name("19")]);
const oneFunction = [
	section(SectionId.TYPE, [1, 0x60, 0, 0]),
	section(SectionId.FUNCTION, [1, 0]),
	section(SectionId.CODE, [1, 2, 0, 0x0b]),
];

const binaries: readonly (readonly [
	name: string,
	bytes: Uint8Array,
	id: string,
	shows: readonly string[],
])[] = [
	["no name at all", long(63), "names-stripped", ["none of 1 functions has a name"]],
	["no name, and nothing that needs one", long(62), "names-stripped", []],
	[
		"C without a check",
		wasm(...oneFunction, functionNames([[0, "main"]]), producers),
		"no-stack-protector",
		["no __stack_chk_fail among 1 names"],
	],
	[
		"C with a check",
		wasm(...oneFunction, functionNames([[0, "__stack_chk_fail"]]), producers),
		"no-stack-protector",
		[],
	],
	["nobody says C", wasm(...oneFunction, functionNames([[0, "main"]])), "no-stack-protector", []],
	["C without names", wasm(...oneFunction, producers), "no-stack-protector", []],
	["DWARF", wasm(custom(".debug_info", [1, 2, 3])), "debug-info", ["DWARF of 17 bytes"]],
	["a source map", wasm(custom("sourceMappingURL", name("a.map"))), "debug-info", ["it names 'a.map'"]],
	["no DWARF", wasm(custom("producers", [0])), "debug-info", []],
	[
		"a section of its own",
		wasm(custom("mine", [1, 2, 3])),
		"unknown-custom-section",
		["'mine' of 3 bytes that begin with 010203"],
	],
	["a known section", wasm(producers), "unknown-custom-section", []],
	[
		"a URL in a section of its own",
		wasm(custom("mine", [...new TextEncoder().encode("http://a.example/")])),
		"embedded-url",
		["http://a.example/"],
	],
	[
		"an ELF in a section of its own",
		wasm(custom("mine", [...hex("7f454c460201010000000000000000000200b700")])),
		"embedded-executable",
		["ELF"],
	],
];
for (const [what, bytes, id, shows] of binaries)
	test(`${id} ${shows.length > 0 ? "is" : "is not"} found: ${what}`, () =>
		assert.deepEqual(shownIn(bytes, id), shows));

test("every finding has a title, a reason and a level, and no verdict", () => {
	for (const { title, why } of findingsOf(
		partsOf(moduleWith(data.map(([, carried]) => (typeof carried === "string" ? carried : "")).join(" "))),
	)) {
		assert.doesNotMatch(`${title} ${why}`, /malicious|malware|score|dangerous/i);
		assert.ok(title.length > 0 && why.endsWith("."));
	}
});

const BEGINNINGS = [
	"://",
	"http://",
	"eyJ",
	"eyJaaaaaaaaaaaaa.eyJ",
	"-----BEGIN ",
	"ghp_",
	"1.",
	".com",
	"#!",
	"===",
	"\u007fELF",
	"MZ",
	"PK\u0003\u0004",
];

test("any data gives findings, of bounded size", () => {
	const pieces = fc.array(fc.oneof(fc.constantFrom(...BEGINNINGS), fc.string({ unit: "binary-ascii" })), {
		maxLength: 200,
	});
	fc.assert(
		fc.property(pieces, (parts) => {
			const found = findingsOf(partsOf(moduleWith(parts.join(""))));
			assert.ok(JSON.stringify(found).length < 100_000);
		}),
		{ numRuns: 200 },
	);
});

test("a damaged module gives findings or a Fault", () => {
	const whole = moduleWith("https://example.com/ expand 32-byte k");
	fc.assert(
		fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
			const damaged = whole.with(at, value);
			try {
				findingsOf(partsOf(damaged));
			} catch (error) {
				if (!(error instanceof Fault)) throw error;
			}
		}),
		{ numRuns: 500 },
	);
});

for (const beginning of BEGINNINGS)
	test(`many times ${JSON.stringify(beginning)} comes to an end`, () => {
		findingsIn(moduleWith(many(beginning, Math.ceil((1 << 18) / beginning.length))));
	});

test("what modules of a component share with each other is open to nobody else", async () => {
	const module = await assemble(
		'(module (import "a" "b" (memory 1)) (table (export "t") 1 funcref) (global (export "g") (mut i32) (i32.const 0)))',
	);
	const component = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 1, ...encodeUnsigned(module.length), ...module];
	const ids = ["exported-table", "exported-mutable-global", "unbounded-memory"];
	const found = (bytes: Uint8Array) => ids.filter((id) => findingsIn(bytes).has(id));
	assert.deepEqual(found(module), ids);
	assert.deepEqual(found(new Uint8Array(component)), []);
});

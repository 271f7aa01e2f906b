import { deflateSync } from "node:zlib";
import { refersBack } from "../../../src/inspect/rust/testing/refers-back.ts";
import {
	body,
	cat,
	custom,
	data,
	each,
	END,
	exportOf,
	type Hostile,
	leb,
	name,
	program,
	section,
	sized,
	text,
	times,
	vector,
	wasm,
} from "./bytes.ts";

const SIZE_BYTES = 300_000;

/** So much of the same words. */
function filled(words: string, size_bytes = SIZE_BYTES): Uint8Array<ArrayBuffer> {
	const one = text(words);
	return times(Math.ceil(size_bytes / one.length), one);
}

/** What begins something that findings look for, again and again, so that each could be read to the data's end. */
const REPEATED: readonly string[] = [
	"://",
	"https://",
	"https://a",
	"https://a.com/https://",
	"http+tcp://x@y@",
	"https://user:password@",
	".com",
	"a.com",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com",
	"1.",
	"1.1.1.",
	"255.255.255.255",
	"9",
	"AKIA",
	"AKIAAAAAAAAAAAAAAAAA",
	"ghp_",
	"eyJ",
	"eyJhbGciOiJIUzI1NiJ9.eyJ",
	"-----BEGIN ",
	"-----BEGIN PRIVATE KEY-----\n",
	"-----BEGIN RSA PRIVATE KEY-----\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	"AAAA",
	"#!/",
	"#!/bin/sh ",
	"function(",
	"===",
	"=>{",
	"MZ",
	"\u007fELF",
	"PK\u0003\u0004",
	"\u0000asm\u0001\u0000\u0000\u0000",
	"stratum+tcp",
	"/registry/src/",
	"/registry/src/a",
	"/registry/src/x/a-1.1.1",
	`/registry/src/x/${"a-1.1.1-".repeat(8)}`,
	`/registry/src/x/${"a-1".repeat(20)}.1.1+${"1-".repeat(20)}`,
	"/cargo/registry/a-1-1-1-",
	"\\registry\\src\\",
	"/rustc/",
	"/rustc/0123456789abcdef",
	"ssh-rsa AAAAB3NzaC1yc2E",
	"github_pat_",
	"C",
];

const DATA: readonly Hostile[] = REPEATED.map((words) => ({
	name: `data of nothing but ${JSON.stringify(words.slice(0, 40))}`,
	bytes: () => wasm(data(filled(words))),
}));

/** Go's linker puts build information between these. */
const GO_START = [
	0x30, 0x77, 0xaf, 0x0c, 0x92, 0x74, 0x08, 0x02, 0x41, 0xe1, 0xc1, 0x07, 0xe6, 0xd6, 0x18, 0xe6,
];
const GO_END = [
	0xf9, 0x32, 0x43, 0x31, 0x86, 0x18, 0x20, 0x72, 0x00, 0x82, 0x42, 0x10, 0x41, 0x16, 0xd8, 0xf2,
];

const bomb = () => deflateSync(new Uint8Array(64 << 20), { level: 9 });
const packages = (count: number, each_: (at: number) => string) =>
	deflateSync(JSON.stringify({ packages: Array.from({ length: count }, (_, at) => JSON.parse(each_(at))) }));

const MADE_OF: readonly Hostile[] = [
	{
		name: "64 marks of Go's build information before 300,000 bytes of C",
		bytes: () => wasm(data(times(64, GO_START), filled("C", 300_000))),
	},
	{
		name: "10,000 marks of Go's build information without an end",
		bytes: () => wasm(data(times(10_000, GO_START))),
	},
	{
		name: "Go's build information of 300,000 tabs",
		bytes: () => wasm(data(GO_START, text("path\tx\n"), filled("\t"), GO_END)),
	},
	{
		name: "Go's build information of 30,000 modules",
		bytes: () =>
			wasm(
				data(
					GO_START,
					text("path\tx\n"),
					each(30_000, (at) => text(`dep\tm${at}\tv1\n`)),
					GO_END,
				),
			),
	},
	{
		name: "Go's build information of replacements alone",
		bytes: () => wasm(data(GO_START, text("path\tx\ndep\ta\tv1\n"), filled("=>\tb\tv2\n"), GO_END)),
	},
	{ name: "64 MiB of zeros in .dep-v0", bytes: () => wasm(custom(".dep-v0", bomb())) },
	{
		name: "a list of crates that all use each other",
		bytes: () =>
			wasm(
				custom(
					".dep-v0",
					packages(400, (at) =>
						JSON.stringify({
							name: `c${at}`,
							version: "1.0.0",
							source: "crates.io",
							dependencies: Array.from({ length: 400 }, (_, other) => other),
						}),
					),
				),
			),
	},
	{
		name: "a list of crates that nests",
		bytes: () => wasm(custom(".dep-v0", deflateSync(`{"packages":${"[".repeat(500_000)}`))),
	},
	{
		name: "10,000 panic paths",
		bytes: () => wasm(data(each(10_000, (at) => text(`/registry/src/x-1/c${at}-1.2.3/src/lib.rs\0`)))),
	},
	{
		name: "100 modules with a bomb each in a component",
		bytes: () =>
			cat(
				[0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0],
				times(100, section(1, wasm(custom(".dep-v0", deflateSync(new Uint8Array(2 << 20), { level: 9 }))))),
			),
	},
	{
		name: "200 modules in a component, each with 100 producers of its own",
		bytes: () =>
			cat(
				[0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0],
				each(600, (at) =>
					section(
						1,
						wasm(
							custom(
								"producers",
								[1],
								name("sdk"),
								vector(
									100,
									each(100, (tool) => cat(name(`t${at}-${tool}`), name("1"))),
								),
							),
						),
					),
				),
			),
	},
];

const u32 = (value: number) => [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];

/** A unit of `.debug_line`, DWARF 4: files, then a program. */
function lines(
	files: Uint8Array | readonly number[],
	program_: Uint8Array | readonly number[],
): Uint8Array<ArrayBuffer> {
	const head = cat([1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1], [0], files, [0]);
	const unit = cat([4, 0], u32(head.length), head, program_);
	return cat(u32(unit.length), unit);
}

function debugged(...sections: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	return program({
		functions: [[0, body(times(20_000, [0x01]))]],
		exports: vector(1, exportOf("f", 0, 0)),
		after: sections,
	});
}

const LONG_NAME = "d".repeat(1000);
const DEBUG: readonly Hostile[] = [
	{
		name: "a line program that advances by 2^64",
		bytes: () =>
			debugged(
				custom(
					".debug_line",
					lines([], times(10_000, [2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1])),
				),
			),
	},
	{
		name: "20,000 rows of a line table, each of another file than the one before, of long names",
		bytes: () => {
			const files = each(100, (at) => cat(text(`${LONG_NAME}${at}`.slice(-1000)), [0, 0, 0, 0]));
			const rows = each(20_000, (at) => cat([4], leb(1 + (at % 100)), [2, 1, 1]));
			return debugged(custom(".debug_line", lines(files, cat([0, 5, 2, 8, 0, 0, 0], rows))));
		},
	},
	{
		name: "a line program that runs over one stretch again and again",
		bytes: () => {
			const once = cat([0, 5, 2, 8, 0, 0, 0], times(2000, [0x20]), [0, 1, 1]);
			return debugged(custom(".debug_line", lines(cat(text("a.c"), [0, 0, 0, 0]), times(150, once))));
		},
	},
	{
		name: "a line program of rows at one address",
		bytes: () =>
			debugged(custom(".debug_line", lines(cat(text(`${LONG_NAME}.c`), [0, 0, 0, 0]), times(300_000, [1])))),
	},
	{
		name: "50,000 empty units of a line table",
		bytes: () => debugged(custom(".debug_line", times(50_000, u32(0)))),
	},
	{
		name: "20,000 small units of a line table",
		bytes: () => debugged(custom(".debug_line", times(20_000, lines([], [1])))),
	},
	{ name: "a line table of 2^32-1 bytes", bytes: () => debugged(custom(".debug_line", u32(0xffff_ffef))) },
	{
		name: "a line table whose range of lines is nothing",
		bytes: () =>
			debugged(custom(".debug_line", u32(20), [4, 0], u32(6), [1, 1, 1, 0, 0, 0], times(8, [0xff]))),
	},
	{
		name: "lines that go up and down by 2^63",
		bytes: () =>
			debugged(
				custom(
					".debug_line",
					lines([], times(10_000, [3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 1])),
				),
			),
	},
	{
		name: "a source map that names a file outside",
		bytes: () => debugged(custom("sourceMappingURL", name("../../../../etc/passwd"))),
	},
	{
		name: "a source map of one long path",
		bytes: () =>
			debugged(
				custom(
					"sourceMappingURL",
					name(
						dataUrl({ version: 3, sources: ["p".repeat(60_000)], mappings: `AAAA${",CACA".repeat(2000)}` }),
					),
				),
			),
	},
	{
		name: "a source map that is no JSON",
		bytes: () =>
			debugged(custom("sourceMappingURL", name(`data:application/json;base64,${"W1tb".repeat(20_000)}`))),
	},
	{
		name: "a source map of numbers without end",
		bytes: () =>
			debugged(
				custom(
					"sourceMappingURL",
					name(dataUrl({ version: 3, sources: ["a"], mappings: "g".repeat(70_000) })),
				),
			),
	},
];

function dataUrl(map: object): string {
	return `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString("base64")}`;
}

export const CONTENTS: readonly Hostile[] = [
	...DATA,
	...MADE_OF,
	...DEBUG,
	{ name: "random bytes as data", bytes: () => wasm(data(noise(SIZE_BYTES))) },
	{
		name: "random bytes in 1,000 unknown sections",
		bytes: () => wasm(each(1000, (at) => custom(`x${at}`, noise(300)))),
	},
	{
		name: "one instruction's bytes as code",
		bytes: () =>
			program({
				functions: [[0, sized([0], times(100_000, [0x41, 0xf4, 0xcd, 0xd1, 0x8b, 0x05, 0x1a]), [END])]],
			}),
	},
	{
		name: "1,000 names of Rust that refer back and back again",
		bytes: () => named(1000, () => refersBack(30)),
	},
	{
		name: "one name of Rust of 18,000 letters",
		bytes: () => named(1, () => `_RINvC1a1f${"T".repeat(18_000)}E`),
	},
	{
		name: "names of Rust that hide what moves a terminal",
		bytes: () =>
			named(
				4,
				(at) =>
					[
						"_ZN9a$u202e$b17h0123456789abcdefE",
						"_ZN8$u85$$u9b$17h0123456789abcdefE",
						"_RNvC1au5a_lzg",
						"_RINvC1a1fRe1b5b324a0a_E",
					][at] ?? "",
			),
	},
	{
		name: "names for functions that are not there",
		bytes: () =>
			wasm(
				custom(
					"name",
					[1],
					sized(
						leb(50_000),
						each(50_000, (at) => cat(leb(at), name("x"))),
					),
				),
			),
	},
];

/** Functions that do nothing, of these names; the first is exported. */
function named(count: number, nameOf: (index: number) => string): Uint8Array<ArrayBuffer> {
	const names = each(count, (at) => cat(leb(at), name(nameOf(at))));
	return program({
		functions: Array.from({ length: count }, () => [0, sized([0], [END])] as const),
		exports: vector(1, exportOf("run", 0, 0)),
		after: [custom("name", [1], sized(leb(count), names))],
	});
}

/** The same each time. */
export function noise(size_bytes: number): Uint8Array<ArrayBuffer> {
	let state = 0x2545f491;
	return Uint8Array.from({ length: size_bytes }, () => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return state & 0xff;
	});
}

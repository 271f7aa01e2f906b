import assert from "node:assert/strict";
import { test } from "node:test";
import { describeInput } from "./input.ts";
import { wasm } from "./module-builder.ts";
import { readModule } from "./read-module.ts";

/** Bytes as characters of their own. */
function latin1(text: string): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The beginning of an ELF file: class, byte order, and at 16 kind and machine. */
function elf(kind: string, machine: string, order = "\x01"): string {
	return `\x7fELF\x02${order}\x01${"\x00".repeat(9)}${kind}${machine}${"\x00".repeat(44)}`;
}

const FOREIGN: readonly (readonly [title: string, bytes: string, is: string])[] = [
	["empty", "", "an empty file"],
	["an ELF program", elf("\x02\x00", "\x3e\x00"), "an ELF program or library for x86-64"],
	["an ELF of big-endian order", elf("\x00\x03", "\x00\x16", "\x02"), "an ELF program or library for s390x"],
	["an ELF object file", elf("\x01\x00", "\xb7\x00"), "an ELF object file for AArch64"],
	["an ELF of a new machine", elf("\x02\x00", "\xee\xee"), "an ELF program or library for another machine"],
	["an ELF header cut off", "\x7fELF\x02\x01", "the beginning of an ELF file, cut off"],
	["Mach-O for ARM64", "\xcf\xfa\xed\xfe\x0c\x00\x00\x01", "a Mach-O program for ARM64"],
	["Mach-O, universal", "\xca\xfe\xba\xbe\x00\x00\x00\x02", "a Mach-O program for several machines"],
	["a Java class", "\xca\xfe\xba\xbe\x00\x00\x00\x3d", "a Java class"],
	["PE", "MZ\x90\x00\x03", "a program for Windows"],
	["gzip", "\x1f\x8b\x08\x00", "compressed with gzip"],
	["zstd", "\x28\xb5\x2f\xfd\x00", "compressed with zstd"],
	["zip", "PK\x03\x04\x14", "a zip archive"],
	["tar", `a.wasm${"\x00".repeat(251)}ustar\x00`, "a tar archive"],
	["ar", "!<arch>\nfoo.o/", "a static library"],
	["LLVM bitcode", "BC\xc0\xde\x35", "LLVM bitcode"],
	["wasm, header cut off", "\x00asm\x01\x00", "a wasm module cut off after 6 of its header's 8 bytes"],
	["wasm, magic cut off", "\x00as", "a wasm module cut off after 3 of its header's 8 bytes"],
	["wasm of an old version", "\x00asm\x0d\x00\x00\x00", "wasm of binary version 0xd"],
	["zeros", "\x00\x00\x00", "no wasm module, and of no kind known to wherry"],
	["one zero", "\x00", "nothing but 1 zero bytes"],
	["noise", "\x01\x02\x03\xff\xfe", "no wasm module, and of no kind known to wherry"],
	["a shell script", "#!/bin/sh\necho\n", "a script"],
	["a Node script", "#!/usr/bin/env node\n", "a JavaScript program"],
	["a Python script", "#!/usr/bin/python3\n", "a Python script"],
	["JavaScript", '"use strict";\nmodule.exports = 1;\n', "JavaScript"],
	[
		"emscripten's JavaScript",
		"// licence\nvar Module = typeof Module != 'undefined' ? Module : {};\n",
		"JavaScript",
	],
	["an ES module", 'import { a } from "./a.js";\n', "JavaScript"],
	["Python without a first line", "import os\nprint(os)\n", "a Python script"],
	["prose that lets", "let us be\n", "a text file"],
	["JSON", '{\n  "a": 1 }\n', "a JSON file"],
	["HTML", "<!DOCTYPE html>\n<title>404</title>", "an HTML page"],
	["C", "// hello\n#include <stdio.h>\nint main() {}\n", "C or C++ source"],
	["Rust", 'fn main() {\n  println!("");\n}\n', "Rust source"],
	["Go", "package main\n\nfunc main() {}\n", "Go source"],
	[
		"Git LFS",
		"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
		"a pointer of Git LFS, not the file itself",
	],
	["base64 of a module", "AGFzbQEAAAABBAFgAAA=", "a wasm module written in base64"],
	["text", "To whom it may concern,\n", "a text file"],
	["text cut within a character", `${"x".repeat(8191)}\xc3\xa4`, "a text file"],
];

for (const [title, text, is] of FOREIGN)
	test(`not wasm: ${title}`, () => {
		const bytes = latin1(text);
		const input = describeInput(bytes);
		assert.equal(input.form === "foreign" && input.is, is);
		assert.throws(() => readModule(bytes, "file"), {
			code: "NOT_WASM",
			message: `cannot run 'file': it is ${is}`,
		});
	});

const WAT: readonly (readonly [title: string, text: string])[] = [
	["plain", "(module)"],
	["after comments", " \n;; (a)\n(; b ;) (module $m"],
	["with a space", "( module"],
	["a component", "(component"],
];

for (const [title, text] of WAT)
	test(`the text format: ${title}`, () => {
		const of = title === "a component" ? "component" : "module";
		assert.deepEqual(describeInput(latin1(text)), { form: "wat", of });
	});

test("the text format is refused where a binary is wanted", () =>
	assert.throws(() => readModule(latin1("(module)"), "a.wat"), {
		code: "NOT_WASM",
		message: "cannot run 'a.wat': it is wasm in the text format, not yet assembled",
	}));

test("a module is a module", () => assert.deepEqual(describeInput(wasm()), { form: "module" }));

test("bytes within a larger buffer are looked at where they are", () => {
	const buffer = latin1(`########${elf("\x02\x00", "\x28\x00")}`);
	const input = describeInput(buffer.subarray(8));
	assert.equal(input.form === "foreign" && input.is, "an ELF program or library for ARM");
	const outer = Uint8Array.from([9, 9, 9, ...wasm()]);
	assert.deepEqual(describeInput(outer.subarray(3)), { form: "module" });
});

test("a long run of comments is looked at in one go", () => {
	const input = describeInput(latin1("(;".repeat(100_000)));
	assert.equal(input.form === "foreign" && input.is, "a text file");
});

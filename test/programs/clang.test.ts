import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import { run, ROOT } from "../support/wherry.ts";
import { compile, link, llvm } from "./clang.ts";
import { built, installed } from "./programs.ts";
import { assertRefused } from "./refusal.ts";

const HELLO = `#include <stdio.h>
int main(int count, char **words) { return printf("compiled in a sandbox: %s\\n", words[count - 1]), 5; }
`;

test("clang and lld compile a C program in the sandbox, which then runs there", async (context) => {
	const folder = temporaryDirectory(context);
	writeFileSync(join(folder, "hello.c"), HELLO);
	await compile(folder, ["-O2"], "hello.c", "hello.o");
	await link(folder, ["hello.o"], "hello.wasm");
	const ended = run(["run", join(folder, "hello.wasm"), "yes"]);
	assert.equal(ended.stderr, "");
	assert.equal(ended.stdout.toString(), "compiled in a sandbox: yes\n");
	assert.equal(ended.status, 5);
});

test("clang points at what it cannot compile", async (context) => {
	const folder = temporaryDirectory(context);
	writeFileSync(join(folder, "wrong.c"), "int main(void) { return nothing; }\n");
	const ended = await llvm(folder, ["clang", "-c", "wrong.c"]);
	assert.match(ended.stderr, /^wrong\.c:1:25: error: use of undeclared identifier 'nothing'/m);
	assert.equal(ended.status, 1);
});

test("clang without its grants is refused the source", () => {
	const clang = installed("@yowasp/clang/gen/llvm.core.wasm");
	assertRefused(run(["run", clang, "clang", "-c", "/work/hello.c", "-o", "/work/hello.o"]), "/work/hello.c");
});

const cpp: Record<string, string> = {};

before(async () => {
	for (const name of ["streams", "files"]) cpp[name] = await compileCpp(name);
});

/** A guest in C++, too large to be committed. */
async function compileCpp(name: string): Promise<string> {
	const source = join(ROOT, "guests/cpp", `${name}.cpp`);
	return await built(`cpp-${name}`, [source], async (target) => {
		const folder = join(target, "..");
		writeFileSync(join(folder, "a.cpp"), readFileSync(source));
		await compile(folder, ["-std=c++20", "-O0", "-fno-exceptions"], "a.cpp", "a.o");
		await link(folder, ["a.o"], "made");
	});
}

test("C++ streams count the words of a file", (context) => {
	const folder = temporaryDirectory(context);
	writeFileSync(join(folder, "words.txt"), "one two two three three three\n");
	const words = [cpp["streams"] ?? "", "/data/words.txt", "/data/counts.txt"];
	const ended = run(["run", "-v", `${folder}:/data`, ...words]);
	assert.equal(ended.stderr, "");
	assert.equal(readFileSync(join(folder, "counts.txt"), "utf8"), "     3 three\n     2 two\n     1 one\n");
	assertRefused(run(["run", "-v", `${folder}:/data:ro`, ...words]), "/data/counts.txt");
	assertRefused(run(["run", ...words]), "/data/words.txt");
});

test("C++ streams read standard input", () => {
	const ended = run(["run", "-i", cpp["streams"] ?? ""], { stdin: "ship ship boat" });
	assert.equal(ended.stdout.toString(), "     2 ship\n     1 boat\n");
});

test("C++ filesystem creates, walks, copies, renames and removes", (context) => {
	const folder = temporaryDirectory(context);
	const ended = run(["run", "-v", `${folder}:/data`, cpp["files"] ?? "", "/data"]);
	assert.equal(ended.stderr, "");
	assert.deepEqual(ended.stdout.toString().split("\n"), [
		"create_directories: ok",
		"copy_file: ok",
		"create_symlink: ok",
		"size through the link: 10",
		"  a/",
		"  a/b/",
		"  a/copy.txt",
		"  a/link",
		"  text.txt",
		"rename: ok",
		"the link dangles: 1",
		"removed: 4",
		"remove_all: ok",
		"  text.txt",
		"",
	]);
	assert.equal(ended.status, 0);
});

test("C++ filesystem without a grant is refused", () => {
	assertRefused(run(["run", cpp["files"] ?? "", "/data"]), "/data/text.txt");
});

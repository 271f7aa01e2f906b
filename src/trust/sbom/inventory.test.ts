import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { ROOT } from "../../../test/support/wherry.ts";
import { Fault } from "../../base/fault.ts";
import { encodeName } from "../../wasm/encode.ts";
import { custom, section, vector, wasm } from "../../wasm/module-builder.ts";
import { takeInventory } from "./inventory.ts";
import { keyOf, type Part } from "./part.ts";

const GO_INFO = `path\texample.com/tool/cmd/tool
mod\texample.com/tool\tv1.4.0\th1:MAIN=
dep\tgolang.org/x/sys\tv0.30.0\th1:SYS=
dep\tgithub.com/a/Old\tv1.0.0\th1:OLD=
=>\tgithub.com/b/new\tv2.0.0+incompatible\th1:NEW=
dep\texample.com/local\t(devel)\t
build\tGOOS=wasip1
build\tvcs.revision=0123456789abcdef
build\t-ldflags="-s -w"
`;
const GO_START = Buffer.from("3077af0c9274080241e1c107e6d618e6", "hex");
const GO_END = Buffer.from("f932433186182072008242104116d8f2", "hex");
const GO_DATA = Buffer.concat([Buffer.from("before"), GO_START, Buffer.from(GO_INFO), GO_END]);

test("Go's build information: modules with their sums, what replaces what, and the settings", async () => {
	const inventory = await takeInventory(wasm(data(GO_DATA)));
	assert.deepEqual(named(inventory.parts), [
		["pkg:golang/example.com/local", { "go:sum": undefined }],
		["pkg:golang/github.com/b/new@v2.0.0%2Bincompatible", { "go:sum": "h1:NEW=" }],
		["pkg:golang/golang.org/x/sys@v0.30.0", { "go:sum": "h1:SYS=" }],
	]);
	assert.equal(inventory.parts[1]?.properties["go:replaces"], "github.com/a/Old v1.0.0");
	assert.equal(inventory.about.name, "example.com/tool/cmd/tool");
	assert.equal(inventory.about.version, "v1.4.0");
	assert.deepEqual(inventory.about.properties, [
		["go:GOOS", "wasip1"],
		["go:vcs.revision", "0123456789abcdef"],
		["go:-ldflags", "-s -w"],
	]);
	assert.equal(inventory.libraries, "complete");
});

test("Go's version is that of its standard library", async () => {
	const bytes = wasm(data(GO_DATA), producers(["processed-by", "Go cmd/compile", "go1.26.8"]));
	const { parts } = await takeInventory(bytes);
	assert.ok(parts.some((part) => keyOf(part) === "pkg:golang/stdlib@1.26.8"));
});

test("Go's marks without its text between them are a program that reads others'", async () => {
	const frames = Buffer.concat([GO_START, Buffer.from("nothing\n"), GO_END, GO_START, GO_START]);
	const { parts, libraries } = await takeInventory(wasm(data(frames)));
	assert.deepEqual(parts, []);
	assert.equal(libraries, "unknown");
});

test("Go's marks without end hide no information behind them", async () => {
	const marks = Buffer.alloc(1000 * GO_START.length, GO_START);
	const { libraries } = await takeInventory(wasm(data(Buffer.concat([marks, GO_DATA]))));
	assert.equal(libraries, "complete");
});

/** As `cargo auditable` writes it. */
const CRATES = {
	packages: [
		{ name: "app", version: "0.2.0", source: "local", root: true, dependencies: [1, 3] },
		{ name: "serde", version: "1.0.200", source: "crates.io", dependencies: [2] },
		{ name: "serde_core", version: "1.0.200", source: "crates.io" },
		{ name: "forked", version: "0.1.0", source: "git", dependencies: [1, 99, "x"] },
		{ name: "cc", version: "1.1.0", source: "crates.io", kind: "build" },
	],
};

test("cargo-auditable's list: crates, what uses what, and what only built it", async () => {
	const inventory = await takeInventory(wasm(depV0(JSON.stringify(CRATES))));
	assert.deepEqual(
		inventory.parts.map((part) => [keyOf(part), part.kind, part.evidence, part.dependsOn]),
		[
			["library:forked@0.1.0", "library", "declared", ["pkg:cargo/serde@1.0.200"]],
			["pkg:cargo/cc@1.1.0", "tool", "declared", []],
			["pkg:cargo/serde@1.0.200", "library", "declared", ["pkg:cargo/serde_core@1.0.200"]],
			["pkg:cargo/serde_core@1.0.200", "library", "declared", []],
		],
	);
	assert.deepEqual([inventory.about.name, inventory.about.version], ["app", "0.2.0"]);
	assert.equal(inventory.libraries, "complete");
});

const BAD_CRATES: Readonly<Record<string, Uint8Array>> = {
	"that is no zlib stream": Buffer.from("{}"),
	"that is cut off": deflateSync(JSON.stringify(CRATES)).subarray(0, 30),
	"that is no JSON": deflateSync("crates"),
	"that unpacks to more than 2 MiB": deflateSync(JSON.stringify({ packages: [], pad: " ".repeat(3 << 20) })),
	"of something else": deflateSync(JSON.stringify({ packages: [{ name: 1 }] })),
};

for (const [title, section_bytes] of Object.entries(BAD_CRATES))
	test(`a list of crates ${title} is as good as none, and what the data shows is still there`, async () => {
		const bytes = wasm(custom(".dep-v0", [...section_bytes]), data(Buffer.from(PATHS)));
		const { parts, libraries } = await takeInventory(bytes);
		assert.equal(parts.length, 3);
		assert.equal(libraries, "incomplete");
	});

const PATHS = `/home/me/.cargo/registry/src/index.crates.io-6f17d22bba15001f/serde_json-1.0.100/src/de.rs\0
/usr/share/cargo/registry/bit-set-0.5.2/src/lib.rs
C:\\Users\\me\\.cargo\\registry\\src\\github.com-1ecc6299db9ec823\\rand-0.8.5-alpha.1+x\\src\\lib.rs
/registry/src/x/no-version/src /registry/src/y/1.0.0/src
/rustc/0123456789abcdef0123456789abcdef01234567/library/std/src/io.rs`;

test("Rust's panic messages give crates away, and the compiler's commit: inferred", async () => {
	const inventory = await takeInventory(wasm(data(Buffer.from(PATHS))));
	assert.deepEqual(
		inventory.parts.map((part) => [keyOf(part), part.evidence]),
		[
			["pkg:cargo/bit-set@0.5.2", "inferred"],
			["pkg:cargo/rand@0.8.5-alpha.1%2Bx", "inferred"],
			["pkg:cargo/serde_json@1.0.100", "inferred"],
		],
	);
	assert.deepEqual(inventory.about.properties, [["rust:commit", "0123456789abcdef0123456789abcdef01234567"]]);
	assert.equal(inventory.libraries, "incomplete");
});

test("what is declared stands before what is inferred", async () => {
	const list = JSON.stringify({ packages: [{ name: "bit-set", version: "0.5.2", source: "crates.io" }] });
	const { parts } = await takeInventory(wasm(depV0(list), data(Buffer.from(PATHS))));
	const part = parts.find(({ name }) => name === "bit-set");
	assert.equal(part?.evidence, "declared");
});

test("producers: the tools that made it, and its languages", async () => {
	const bytes = wasm(
		producers(["language", "C11", ""], ["language", "Rust", "2021"], ["processed-by", "clang", "22.0.0"]),
	);
	const { parts, about } = await takeInventory(bytes);
	assert.deepEqual(parts.map(keyOf), ["tool:clang@22.0.0"]);
	assert.deepEqual(about.properties, [
		["wasm:language", "C11"],
		["wasm:language", "Rust 2021"],
	]);
});

test("texts that wkg and wasm-tools write are what the program says of itself", async () => {
	const texts = {
		version: "1.2.3",
		licenses: "Apache-2.0",
		source: "https://example.com/x",
		description: " ",
	};
	const sections = Object.entries(texts).map(([name, text]) => custom(name, [...Buffer.from(text)]));
	const { about } = await takeInventory(wasm(...sections, custom("authors", [0xff])));
	assert.deepEqual(about, {
		version: "1.2.3",
		licenses: "Apache-2.0",
		source: "https://example.com/x",
		properties: [],
	});
});

test("a component: its own texts and interfaces, and what the modules in it tell", async () => {
	const inner = wasm(data(GO_DATA), producers(["processed-by", "Go cmd/compile", "go1.26.8"]));
	const bytes = component(
		custom("version", [...Buffer.from("3.0.0")]),
		section(1, [...inner]),
		section(4, [...component(section(1, [...wasm(producers(["sdk", "deep", "1"]))]))]),
		section(10, vector([[0, ...encodeName("wasi:io/poll@0.2.3"), 5, 0]])),
	);
	const { about, parts, libraries } = await takeInventory(bytes);
	assert.equal(about.version, "3.0.0");
	assert.deepEqual(about.properties.at(-1), ["wit:import", "wasi:io/poll@0.2.3"]);
	assert.ok(parts.some((part) => keyOf(part) === "pkg:golang/golang.org/x/sys@v0.30.0"));
	assert.ok(parts.some((part) => keyOf(part) === "tool:deep@1"));
	// one of two modules brought a list
	assert.equal(libraries, "incomplete");
});

test("components in components without end are read to a bound", async () => {
	let bytes = component();
	for (let depth = 0; depth < 40; depth++)
		bytes = component(section(4, [...bytes]), producers(["sdk", `d${depth}`, ""]));
	const { parts } = await takeInventory(bytes);
	assert.deepEqual([parts.length, parts.some(({ name }) => name === "d39")], [17, true]);
});

test("a module with a component's worth of hostile names is bounded", async () => {
	const long = "x".repeat(50_000);
	const { parts } = await takeInventory(wasm(producers(["sdk", long, long])));
	assert.deepEqual([parts[0]?.name.length, parts[0]?.version?.length], [500, 500]);
});

for (const guest of ["assemblyscript/tour", "c/tour", "kotlin/tour", "rust/tour", "zig/tour", "wat/hello"])
	test(`guests/${guest}.wasm carries no list, and says so`, async () => {
		const { libraries, parts } = await takeInventory(readFileSync(join(ROOT, "guests", `${guest}.wasm`)));
		assert.deepEqual([libraries, parts], ["unknown", []]);
	});

test("any bytes, and any module with bytes changed, are an inventory or a Fault", async () => {
	const good = Buffer.concat([
		wasm(data(GO_DATA), depV0(JSON.stringify(CRATES)), producers(["sdk", "a", "b"])),
	]);
	const changed = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, value]) => {
		const bytes = Uint8Array.from(good);
		bytes[at] = value;
		return bytes;
	});
	await fc.assert(
		fc.asyncProperty(fc.oneof(fc.uint8Array(), changed), async (bytes) => {
			try {
				await takeInventory(bytes);
			} catch (error) {
				if (!(error instanceof Fault)) throw error;
			}
		}),
		{ numRuns: 300 },
	);
});

function named(parts: readonly Part[]): unknown {
	return parts.map((part) => [keyOf(part), { "go:sum": part.properties["go:sum"] }]);
}

/** A data section's bytes, whatever is in them. */
function data(bytes: Uint8Array): number[] {
	return section(11, [...bytes]);
}

function depV0(json: string): number[] {
	return custom(".dep-v0", [...deflateSync(json)]);
}

function producers(
	...values: readonly (readonly [field: string, name: string, version: string])[]
): number[] {
	const fields = values.map(([field, name, version]) =>
		encodeName(field).concat(vector([encodeName(name).concat(encodeName(version))])),
	);
	return custom("producers", vector(fields));
}

function component(...sections: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
	return Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00, ...sections.flat()]);
}

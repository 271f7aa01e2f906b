import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../../base/fault.ts";
import { elaborate } from "../../component/elaborate.ts";
import { worldText } from "../../component/wit-text.ts";
import { worldOf } from "../../component/world.ts";
import { readDefinitions } from "../../wasm/component/read-definitions.ts";
import { GLUE_VERSION, TRANSPILER_VERSION } from "../../component/jco/options.ts";
import { linkCached } from "./cached-component.ts";
import { linkByJco } from "./link-jco.ts";
import { componentOfModule, transpile } from "./transpiler.ts";
import { hookTranspiler } from "./transpiler-hooks.ts";

hookTranspiler();
const { componentEmbed, parse } = await import("@bytecodealliance/jco-transpile/wasm-tools");

async function component(text: string): Promise<Uint8Array<ArrayBuffer>> {
	return new Uint8Array(await parse(text));
}

/** A component with a function `answer` that is called through two core modules, under names of choice. */
function relay(module: string, name: string, answer = "answer"): string {
	const [m, n, f] = [module, name, answer].map(quoted);
	return `(component
		(core module $giver (func (export ${n}) (result i32) (i32.const 42)))
		(core module $taker (import ${m} ${n} (func (result i32))) (export ${f} (func 0)))
		(core instance $giver (instantiate $giver))
		(core instance $taker (instantiate $taker (with ${m} (instance (export ${n} (func $giver ${n}))))))
		(func (export "answer") (result u32) (canon lift (core func $taker ${f}))))`;
}

/** As a string of the text format. */
function quoted(text: string): string {
	const bytes = new TextEncoder().encode(text);
	return `"${[...bytes].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("")}"`;
}

const SYNC = { mode: "sync", file: "x.wasm" } as const;
const compile = (bytes: Uint8Array<ArrayBuffer>) => ({ module: new WebAssembly.Module(bytes) });

test("a component computes, and its core modules are found in it", async () => {
	const bytes = await component(relay("m", "n"));
	const { cores, exports, needs } = await transpile(bytes, SYNC);
	assert.deepEqual(exports, ["answer"]);
	assert.deepEqual(needs, []);
	assert.equal(cores.length, 2);
	for (const { code } of cores) {
		assert.ok(!(code instanceof Uint8Array));
		assert.ok(WebAssembly.validate(bytes.subarray(code.start, code.end)));
	}
});

test("a component's text is the same each time", async () => {
	const bytes = await component(relay("m", "n"));
	assert.deepEqual(await transpile(bytes, SYNC), await transpile(bytes, SYNC));
});

test("what takes too long is given up, and says so", async () => {
	await assert.rejects(
		transpile(await component(relay("m", "n")), { ...SYNC, limit_ms: 1 }),
		(fault) => fault instanceof Fault && fault.code === "LIMIT_REACHED" && fault.notes.length === 1,
	);
});

test("a core module becomes the component that its toolchain meant, or is refused with the reason", async () => {
	const witSource = "package t:t; world w { import log: func(s: string); export answer: func() -> u32; }";
	const module = await componentEmbed({ dummy: true, witSource, world: "w" });
	const made = await componentOfModule(new Uint8Array(module), "x.wasm");
	assert.match(
		worldText(worldOf(elaborate(readDefinitions(made)))),
		/import log: func\(s: string\);\n\n {2}export answer: func\(\) -> u32;/,
	);
	await assert.rejects(
		componentOfModule(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 9), "x.wasm"),
		(fault) => fault instanceof Fault && fault.code === "COMPONENT_INVALID" && fault.notes.length > 0,
	);
});

const INVALID: readonly (readonly [string, (whole: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>])[] = [
	["cut off", (whole) => whole.slice(0, -3)],
	["cut off in a core module", (whole) => whole.slice(0, 20)],
	["a header and nothing else", (whole) => Uint8Array.of(...whole.slice(0, 8), 1)],
	["a core module", () => Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)],
	["with a byte that is no section", (whole) => Uint8Array.of(...whole, 99, 0)],
];

for (const [what, change] of INVALID)
	test(`a component is refused that is ${what}`, async () => {
		const bytes = change(await component(relay("m", "n")));
		await assert.rejects(
			transpile(bytes, SYNC),
			(fault) => fault instanceof Fault && fault.code === "COMPONENT_INVALID",
		);
	});

test("a component that is well-formed and not valid is refused by the transpiler", async () => {
	const bytes = await component(`(component (core module $m)
		(core instance $i (instantiate $m))
		(alias core export $i "nothing" (core func $f))
		(func (export "f") (canon lift (core func $f))))`);
	await assert.rejects(
		transpile(bytes, SYNC),
		(fault) => fault instanceof Fault && fault.code === "COMPONENT_INVALID" && fault.notes.length > 0,
	);
});

const HOSTILE: readonly string[] = [
	"a'];globalThis.pwned=1;['",
	'a"];globalThis.pwned=1;["',
	"a`+(globalThis.pwned=1)+`",
	"${globalThis.pwned=1}",
	"a\\",
	"a\n globalThis.pwned=1",
	"a\u2028globalThis.pwned=1",
	"a*/globalThis.pwned=1/*",
	"__proto__",
	"naïve",
	"a\u0000",
];

for (const name of HOSTILE) {
	for (const [where, text] of [
		["a core module's import", relay(name, "n")],
		["a core export", relay("m", name)],
		["a lifted function", relay("m", "n", name)],
	] as const)
		test(`the name ${JSON.stringify(name)} of ${where} is refused`, async () => {
			await assert.rejects(
				transpile(await component(text), SYNC),
				(fault) => fault instanceof Fault && fault.code === "COMPONENT_INVALID",
			);
			assert.ok(!("pwned" in globalThis));
		});
}

const ELSEWHERE = ["url=<https://example.org/a.wasm>", "unlocked-dep=<a:b>", "locked-dep=<a:b/c@1.0.0>"];

for (const name of ELSEWHERE)
	test(`an import '${name}' is refused`, async () => {
		await assert.rejects(
			transpile(await component(`(component (import "${name}" (component)))`), SYNC),
			(fault) => fault instanceof Fault && fault.code === "COMPONENT_INVALID",
		);
	});

test("no name that is taken changes the code", { timeout: 120_000 }, async () => {
	const plain = skeleton(await scriptOf("marker", "marker"));
	const character = fc.constantFrom(...Array.from("marker/*+-=[](){}<>'\"`\\$.:;#@,!?~^%&| \n\u2028_0é"));
	const name = fc.string({ unit: character, minLength: 1, maxLength: 12 });
	await fc.assert(
		fc.asyncProperty(name, name, async (module, field) => {
			const script = await scriptOf(module, field).catch((error: unknown) => {
				assert.ok(error instanceof Fault && error.code === "COMPONENT_INVALID");
				return undefined;
			});
			if (script !== undefined) assert.equal(skeleton(script), plain);
		}),
		{ numRuns: 12 },
	);
});

async function scriptOf(module: string, field: string): Promise<string> {
	return (await transpile(await component(relay(module, field)), SYNC)).script;
}

/**
 * The script with every string empty and every name of a property gone: what is left is its code. Comments and strings are
 * read as JavaScript does.
 */
function skeleton(script: string): string {
	return script
		.replaceAll(
			/\/\/[^\n]*|\/\*[^]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g,
			(literal) => (literal.startsWith("/") ? "" : "''"),
		)
		.replaceAll(/(?:\.(?=[A-Za-z_$])[\w$]+|\[''\])/g, ".")
		.replaceAll(/(?:''|\b[\w$]+|(?<=\s)[$][\w$]*)(?=:)/g, "");
}

test("a component is transpiled once: the second time it comes from the cache, and runs without its thread", async (t) => {
	const folder = mkdtempSync(join(tmpdir(), "wherry-link-"));
	t.after(() => {
		rmSync(folder, { recursive: true });
	});
	const bytes = await component(relay("m", "n"));
	const said: string[] = [];
	const progress = {
		at: () => {},
		done: () => {},
		damaged: () => void said.push("damaged"),
		notKept: (reason: string) => void said.push(reason),
	};
	const options = {
		...SYNC,
		compile,
		folders: { cache: join(folder, "cache"), data: join(folder, "data") },
	};
	assert.equal(linkCached(bytes, options), undefined);
	await linkByJco(bytes, options, progress);
	const instance = await linkCached(bytes, options)?.instantiate(new Map());
	assert.equal(instance?.call(undefined, "answer", []), 42);
	assert.equal(linkCached(bytes, { ...options, mode: "jspi" }), undefined);
	const [name = ""] = readdirSync(options.folders.cache);
	writeFileSync(join(options.folders.cache, name), "damaged");
	assert.deepEqual(said, []);
	await linkByJco(bytes, options, progress);
	assert.deepEqual(said, ["damaged"]);
	assert.notEqual(linkCached(bytes, options), undefined);
});

test("what is made of a component's text is of the version that names its entries", async () => {
	const { script } = await transpile(await component(relay("m", "n")), SYNC);
	const hash = createHash("sha256").update(script).digest("hex").slice(0, 16);
	// another hash: raise GLUE_VERSION, because entries of the cache are of the old text
	assert.deepEqual([GLUE_VERSION, hash], [4, "b7602ca28a0e90f5"]);
	const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
		devDependencies: Record<string, string>;
	};
	assert.equal(devDependencies["@bytecodealliance/jco-transpile"], TRANSPILER_VERSION);
});

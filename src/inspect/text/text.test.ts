import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import loadWabt from "wabt";
import { Fault } from "../../base/fault.ts";
import { partsOf } from "../programs.ts";
import type { Scan } from "../scan.ts";
import { scanModule } from "../scan-module.ts";
import { encodeUnsigned } from "../../wasm/encode.ts";
import * as build from "../../wasm/module-builder.ts";
import { chooseModule } from "./choose.ts";
import { decompiledLines } from "./decompile.ts";
import { findFunction } from "./find-function.ts";
import { functionLines } from "./function-text.ts";
import { layOut } from "./lines.ts";
import { moduleLines, outlineLines } from "./module-text.ts";

const GUESTS = resolve(import.meta.dirname, "../../../guests");
const PLAIN = { offsets: false, comment: ";;", base: 0, characters_max: 64 * 1024 * 1024 };

const wabt = await loadWabt();

const FEATURES = {
	bulk_memory: true,
	exceptions: true,
	extended_const: true,
	function_references: true,
	gc: true,
	memory64: true,
	multi_memory: true,
	multi_value: true,
	mutable_globals: true,
	reference_types: true,
	relaxed_simd: true,
	sat_float_to_int: true,
	sign_extension: true,
	simd: true,
	tail_call: true,
	threads: true,
};

function assembled(text: string): Uint8Array {
	return new Uint8Array(
		wabt.parseWat("text.wat", text, FEATURES).toBinary({ canonicalize_lebs: true }).buffer,
	);
}

function guest(file: string): Scan {
	return scanModule(readFileSync(join(GUESTS, file)));
}

/** Names and how locals are grouped in lines are no part of what a module does. */
function withoutComments(text: string): string {
	return text
		.replaceAll(/;;.*$/gm, "")
		.replaceAll(/\)\s*\(local/g, " ")
		.replaceAll(/\s+/g, " ");
}

function wholeText(scan: Scan): string {
	return layOut(moduleLines(scan), PLAIN);
}

const FOLDERS = ["wat", "c", "zig", "assemblyscript"];
const MODULES = FOLDERS.flatMap((folder) =>
	readdirSync(join(GUESTS, folder))
		.filter((name) => name.endsWith(".wasm"))
		.map((name) => `${folder}/${name}`),
);

for (const file of MODULES)
	test(`the text of ${file} assembles to the same bodies`, () => {
		const text = wholeText(guest(file));
		assert.equal(withoutComments(wholeText(scanModule(assembled(text)))), withoutComments(text));
	});

const INSTRUCTIONS: readonly (readonly [feature: string, wat: string])[] = [
	[
		"SIMD",
		"(func (param v128) (result v128) local.get 0 v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 255 i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31)",
	],
	[
		"lanes in memory",
		"(memory 1) (func (param v128) i32.const 0 local.get 0 v128.store32_lane offset=4 align=1 3)",
	],
	[
		"threads",
		"(memory 1 1 shared) (func (result i32) i32.const 0 i32.const 1 i32.atomic.rmw8.add_u offset=2 atomic.fence)",
	],
	[
		"memory64 and two memories",
		"(memory i64 1) (memory 1) (func (result i32) i64.const 0 i32.load 0 offset=8589934592 i32.const 1 i32.load8_u 1 i32.add)",
	],
	[
		"bulk",
		'(memory 1) (table 1 funcref) (data "a") (elem func 0) (func i32.const 0 i32.const 0 i32.const 0 memory.init 0 i32.const 0 i32.const 0 i32.const 0 table.init 0 data.drop 0 elem.drop 0 i32.const 0 i32.const 0 i32.const 0 memory.copy)',
	],
	[
		"tail calls",
		"(type (func)) (table 1 funcref) (func return_call 1) (func i32.const 0 return_call_indirect (type 0))",
	],
	["legacy exceptions", "(tag (param i32)) (func try i32.const 1 throw 0 catch 0 drop catch_all end)"],
	[
		"blocks with many results",
		"(func (result i32 i64) i32.const 1 block (param i32) (result i32 i64) i64.const 2 br 0 end)",
	],
	[
		"numbers at the edges",
		"(func (result f32 f64 f32 f64 i64 f64) f32.const nan:0x200001 f64.const -nan f32.const 0x1p-149 f64.const -0 i64.const -9223372036854775808 f64.const inf)",
	],
	["a branch table", "(func (param i32) block block local.get 0 br_table 0 1 2 0 end end)"],
	[
		"references",
		"(table 1 externref) (func (result i32) i32.const 0 ref.null extern table.set 0 i32.const 0 table.get 0 ref.is_null)",
	],
];

for (const [feature, wat] of INSTRUCTIONS)
	test(`text goes to binary and back: ${feature}`, () => {
		const text = wholeText(scanModule(assembled(`(module ${wat})`)));
		assert.doesNotMatch(text, /not shown/);
		assert.equal(wholeText(scanModule(assembled(text))), text);
	});

test("the text of a function for garbage collection is known to its end", () => {
	const scan = guest("kotlin/tour.wasm");
	for (let index = scan.module.importedFunctions; index < scan.module.importedFunctions + 50; index++)
		assert.doesNotMatch(layOut(functionLines(scan, index), PLAIN), /not shown/);
});

test("an outline is short and says what it leaves out", () => {
	const text = layOut(outlineLines(guest("rust/tour.wasm")), PLAIN);
	assert.match(text, /;; and \d+ more lines of functions/);
	assert.ok(text.length < 100_000);
});

test("text is cut where it would be too long, and says so", () => {
	const text = layOut(moduleLines(guest("wat/cat.wasm")), { ...PLAIN, characters_max: 100 });
	assert.match(text, /;; cut here: the text is longer than 100 characters\n$/);
});

test("a function is found by index, export and import", () => {
	const scan = guest("wat/cat.wasm");
	const start = findFunction(scan, "_start");
	assert.equal(findFunction(scan, String(start)), start);
	assert.ok(findFunction(scan, "fd_write") < scan.module.importedFunctions);
});

/** Functions of these names. */
function named(...names: readonly string[]): Uint8Array<ArrayBuffer> {
	return build.wasm(
		build.types(build.functionType([], [])),
		build.functions(...names.map(() => 0)),
		build.code(...names.map(() => [])),
		build.functionNames([...names.entries()]),
	);
}

const NAMES = [
	"app::run::h0123456789abcdef",
	"app::Parser::parse(char const*)",
	"_ZN3app4mainE",
	"_ZN3app4stop17h0123456789abcdefE",
	"_RNvMNtCs7EG80emN7Vk_3app4lineNtB2_6Editor4open.llvm.12",
	"twice::h0000000000000001",
	"twice::h0000000000000002",
];

for (const [at, word] of [
	"app::run",
	"app::Parser::parse",
	"app::main",
	"app::stop",
	"<app::line::Editor>::open",
].entries())
	test(`a function is found by its name without what toolchains add: ${word}`, () => {
		assert.equal(findFunction(scanModule(named(...NAMES)), word), at);
	});

test("several of a name are told by their indices", () => {
	assert.throws(
		() => findFunction(scanModule(named(...NAMES)), "twice"),
		(error) => error instanceof Fault && error.notes.join("").includes("5 (twice::h0000000000000001), 6"),
	);
});

test("in a component, the module is the one that has the function", () => {
	const parts = partsOf(readFileSync(join(GUESTS, "components/fetch.wasm")));
	const { path, scan } = chooseModule(parts, undefined, "wasi:cli/run@0.2.6#run");
	assert.equal(path, "0.1");
	assert.ok(findFunction(scan, "wasi:cli/run@0.2.6#run") >= scan.module.importedFunctions);
	assert.throws(
		() => chooseModule(parts, undefined, "0"),
		(error) => error instanceof Fault && error.helps.join("") === "--in 0.1",
	);
});

test("a function that is not there is told of with what is near", () => {
	assert.throws(
		() => findFunction(guest("wat/cat.wasm"), "_strat"),
		(error) =>
			error instanceof Fault && error.code === "FUNCTION_UNKNOWN" && error.helps.join("").includes("_start"),
	);
});

test("a name of Rust that is nearly right is answered as a person writes it", () => {
	const scan = scanModule(named("_RNvNtCs7EG80emN7Vk_3app4line4open"));
	assert.throws(
		() => findFunction(scan, "app::line::opne"),
		(error) => error instanceof Fault && error.helps.join("") === "did you mean 'app::line::open'?",
	);
	assert.equal(findFunction(scan, "_RNvNtCs7EG80emN7Vk_3app4line4open"), 0);
});

const PSEUDO: readonly (readonly [what: string, wat: string, code: string])[] = [
	[
		"an expression",
		"(func (param i32 i32) (result i32) local.get 0 i32.const 2 i32.mul local.get 1 i32.add)",
		"return (p0 * 2) + p1",
	],
	[
		"a value that a store would change is written down before",
		"(memory 1) (func (result i32) i32.const 0 i32.load i32.const 0 i32.const 7 i32.store)",
		"t0 = memory[0]:i32 memory[0]:i32 = 7 return t0",
	],
	[
		"a local that is read before it is set",
		"(func (param i32) (result i32) local.get 0 i32.const 7 local.set 0)",
		"t0 = p0 p0 = 7 return t0",
	],
	[
		"calls stay in order",
		"(func) (func (result i32) i32.const 1) (func (result i32) call 1 call 0)",
		"t0 = f1() f0() return t0",
	],
	[
		"both values of a select are made, whichever is taken",
		"(func (result i32) i32.const 1) (func (param i32) (result i32) call 0 i32.const 2 local.get 0 select)",
		"t0 = f0() return p0 ? t0 : 2",
	],
	[
		"what waits below the values of a branch is made before it",
		"(func (result i32) i32.const 1) (func (param i32) (result i32) block (result i32) call 0 i32.const 5 local.get 0 br_if 0 drop end)",
		"L0: { t0 = f0() if (p0) { r0 = 5; break L0 } r0 = t0 } return r0",
	],
	[
		"a loop with its condition at the end",
		"(func (param i32) loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end)",
		"do { p0 = p0 - 1 } while (p0)",
	],
	[
		"a loop that is all behind an if",
		"(func (param i32) loop local.get 0 if local.get 0 i32.const 1 i32.sub local.set 0 br 1 end end)",
		"while (p0) { p0 = p0 - 1 }",
	],
	[
		"a loop that does more than what is behind its if",
		"(func (param i32) loop local.get 0 if br 1 end i32.const 7 local.set 0 end)",
		"L0: while (true) { if (p0) { continue L0 } p0 = 7 break }",
	],
	[
		"a loop behind an if with an else",
		"(func (param i32) loop local.get 0 if br 1 else i32.const 7 local.set 0 br 1 end end)",
		"L0: while (true) { if (p0) { continue L0 } else { p0 = 7 continue L0 } break }",
	],
	[
		"a loop that is left in its middle",
		"(func (param i32) block loop local.get 0 br_if 1 br 0 end end)",
		"L0: { while (true) { if (p0) break L0 } }",
	],
	[
		"an if with a result",
		"(func (param i32) (result i32) local.get 0 if (result i32) i32.const 1 else i32.const 2 end)",
		"if (p0) { r0 = 1 } else { r0 = 2 } return r0",
	],
	["what is unsigned", "(func (param i32) (result i32) local.get 0 i32.const 9 i32.lt_u)", "return p0 <u 9"],
	[
		"what is not folded",
		"(tag) (func (param i32) try catch_all end)",
		"// from here on as instructions: what comes is not folded try catch_all end end",
	],
];

for (const [what, wat, code] of PSEUDO)
	test(`decompiled: ${what}`, () => {
		const scan = scanModule(assembled(`(module ${wat})`));
		const last = scan.module.definedFunctions - 1;
		const text = layOut(decompiledLines(scan, last), { ...PLAIN, comment: "//" });
		const body = text.slice(text.indexOf("{\n") + 1, text.lastIndexOf("}"));
		assert.equal(body.replaceAll(/\s+/g, " ").trim(), code);
	});

test("any bytes in a body give text, or a fault, in bounded size", () => {
	const scan = guest("c/sha256.wasm");
	const { importedFunctions } = scan.module;
	fc.assert(
		fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
			const body = new Uint8Array([0, ...bytes]);
			const hostile = {
				...scan,
				bytes: body,
				bodyStart: new Uint32Array([0]),
				bodyEnd: new Uint32Array([body.length]),
			};
			for (const lines of [functionLines, decompiledLines]) {
				const text = layOut(lines(hostile, importedFunctions), PLAIN);
				assert.ok(text.length < 2_000_000);
			}
		}),
		{ numRuns: 2000 },
	);
});

test("a module with any byte changed gives text or a fault", () => {
	const original = readFileSync(join(GUESTS, "wat/cat.wasm"));
	fc.assert(
		fc.property(fc.nat(original.length - 1), fc.nat(255), (at, value) => {
			const bytes = Uint8Array.from(original);
			bytes[at] = value;
			try {
				for (const { scan } of partsOf(bytes)) if (scan !== undefined) wholeText(scan);
			} catch (error) {
				assert.ok(error instanceof Fault);
			}
		}),
		{ numRuns: 1000 },
	);
});

/** Two imports and two functions; the name section calls them what it likes. */
function claiming(names: readonly (readonly [index: number, name: string])[]): Scan {
	return scanModule(
		build.wasm(
			build.types(build.functionType([], [])),
			build.imports(build.importOf("wasi", "path_open", 0, 0), build.importOf("wasi", "log", 0, 0)),
			build.functions(0, 0, 0),
			build.code([0x10, 0, 0x10, 1, 0x10, 3, 0x10, 4], [], []),
			build.functionNames(names),
		),
	);
}

test("an import is called by what it is imported as, whatever the module's names say", () => {
	const scan = claiming([
		[0, "log"],
		[1, "path_open"],
		[3, "wasi.log"],
		[4, "wasi.log"],
	]);
	const code = layOut(decompiledLines(scan, 2), PLAIN);
	assert.deepEqual(code.match(/\S+\(\)$/gm), [
		"wasi.path_open()",
		"wasi.log()",
		"wasi.log#3()",
		"wasi.log#4()",
	]);
	assert.match(layOut(functionLines(scan, 2), PLAIN), /call 0 {2};; wasi\.path_open\n/);
});

test("no two locals and globals of pseudo-code have one name", () => {
	const name = (index: number, text: string) => [index, text.length, ...new TextEncoder().encode(text)];
	const locals = [
		0,
		5,
		...name(0, "x_2"),
		...name(1, "x"),
		...name(2, "x"),
		...name(3, "return"),
		...name(4, "t0"),
	];
	const globals = [1, ...name(0, "x")];
	const scan = scanModule(
		build.wasm(
			build.types(build.functionType([0x7f, 0x7f, 0x7f, 0x7f, 0x7f], [])),
			build.functions(0),
			build.section(6, [1, 0x7f, 1, 0x41, 0, 0x0b]),
			build.code([0x41, 1, 0x24, 0]),
			build.custom("name", [
				2,
				...encodeUnsigned(locals.length + 1),
				1,
				...locals,
				7,
				...encodeUnsigned(globals.length),
				...globals,
			]),
		),
	);
	const code = layOut(decompiledLines(scan, 0), PLAIN);
	const names = [...code.matchAll(/(\w+): i32/g)].map(([, word]) => word);
	const [, global = ""] = /(\w+) = 1$/m.exec(code) ?? [];
	assert.equal(new Set([...names, global]).size, 6);
	assert.ok(!names.includes("return") && !names.includes("t0"));
});

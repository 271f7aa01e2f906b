import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { assembleInto } from "../support/wat.ts";
import { guest } from "../support/wherry.ts";

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const MODULE = [...MAGIC, 1, 0, 0, 0];
const COMPONENT = [...MAGIC, 0x0d, 0, 1, 0];

/** Files that a person might take for a program, each in the state its name says. */
export async function plantFiles(folder: string): Promise<void> {
	plantGuests(folder);
	plantBroken(folder);
	await plantForeign(folder);
}

/** Programs of ours that work. */
function plantGuests(folder: string): void {
	for (const name of ["hello", "exit", "cat", "trap", "loop", "recurse", "reactor", "grow", "unstable"])
		cpSync(guest(`wat/${name}`), join(folder, `${name}.wasm`));
	cpSync(guest("bare/wasicall"), join(folder, "wasicall.wasm"));
	cpSync(guest("components/library"), join(folder, "values.wasm"));
	writeFileSync(join(folder, "hello.wat"), readFileSync(guest("wat/hello").replace(/wasm$/, "wat")));
	mkdirSync(join(folder, "data"));
	writeFileSync(join(folder, "data/note.txt"), "a note\n");
}

function plantBroken(folder: string): void {
	const hello = readFileSync(guest("wat/hello"));
	const files: Readonly<Record<string, Uint8Array | string>> = {
		"empty.wasm": "",
		"letter.wasm": "Dear reader,\nthis is no program.\n",
		"script.sh": "#!/bin/sh\necho hello\n",
		"native.wasm": Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, ...Array.from({ length: 56 }, () => 0)]),
		"archive.wasm": Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
		"zip.wasm": Buffer.from("PK\u0003\u0004rest"),
		"truncated.wasm": hello.subarray(0, hello.length - 20),
		"header-only.wasm": Buffer.from(MODULE),
		"half-header.wasm": Buffer.from(MAGIC),
		"corrupt.wasm": corrupt(hello),
		"newer.wasm": Buffer.from([...MAGIC, 9, 0, 0, 0]),
		"page-size.wasm": Buffer.from([...MODULE, 5, 4, 1, 8, 1, 0]),
		"wide.wasm": Buffer.from([
			...MODULE,
			1,
			4,
			1,
			0x60,
			0,
			0,
			3,
			2,
			1,
			0,
			10,
			7,
			1,
			5,
			0,
			0xfc,
			0x16,
			0x1a,
			0x0b,
		]),
		"stringref.wasm": Buffer.from([...MODULE, 1, 5, 1, 0x60, 1, 0x67, 0]),
		"component.wasm": component("wasi:cli/environment@0.2.6"),
		"component3.wasm": component("wasi:cli/stdout@0.3.0"),
		"unclosed.wat": '(module (func (export "_start") i32.cost 1)',
		"broken.wat": '(module\n  (func (export "_start")\n    (i32.add (i32.const 1))))\n',
	};
	for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
	mkdirSync(join(folder, "folder.wasm"));
	symlinkSync("nowhere", join(folder, "dangling.wasm"));
}

/** A body whose code says what no type allows. */
function corrupt(module: Buffer): Buffer {
	const copy = Buffer.from(module);
	const code = copy.lastIndexOf(Buffer.from([0x41, 0x01])); // i32.const 1
	copy[code] = 0x42; // i64.const 1
	return copy;
}

/** A component that imports one instance and nothing else. */
function component(name: string): Buffer {
	const text = Buffer.from(name);
	const type = [7, 3, 1, 0x42, 0];
	const entry = [1, 0, text.length, ...text, 5, 0];
	return Buffer.from([...COMPONENT, ...type, 10, entry.length, ...entry]);
}

/** Modules for other hosts, as their toolchains' imports give them away. */
async function plantForeign(folder: string): Promise<void> {
	const imports: Readonly<Record<string, readonly (readonly [module: string, name: string])[]>> = {
		"wasm-bindgen.wasm": [
			["./app_bg.js", "__wbindgen_throw"],
			["./app_bg.js", "__wbg_log_1d3ae0273d8f4f8a"],
			["./app_bg.js", "__wbindgen_object_drop_ref"],
		],
		"emscripten.wasm": [
			["env", "emscripten_resize_heap"],
			["env", "__syscall_openat"],
			["env", "_abort_js"],
			["wasi_snapshot_preview1", "fd_write"],
		],
		"go-js.wasm": [
			["gojs", "runtime.wasmExit"],
			["gojs", "syscall/js.valueGet"],
		],
		"assemblyscript.wasm": [["env", "abort"]],
		"near-miss.wasm": [["wasi_snapshot_preview1", "fd_wrote"]],
		"unknown.wasm": [["host", "greet"]],
	};
	for (const [file, wanted] of Object.entries(imports)) {
		const lines = wanted.map(([module, name]) => {
			const type = name === "fd_write" ? "(param i32 i32 i32 i32) (result i32)" : "";
			return `(import "${module}" "${name}" (func ${type}))`;
		});
		await assembleInto(
			folder,
			file,
			`(module ${lines.join("\n")} (memory (export "memory") 1) (func (export "_start")))`,
		);
	}
	await assembleInto(
		folder,
		"library.wasm",
		`(module (func (export "add") (param i32 i32) (result i32) (i32.const 0)))`,
	);
	await assembleInto(
		folder,
		"big-memory.wasm",
		`(module (memory (export "memory") 65536) (func (export "_start")))`,
	);
}

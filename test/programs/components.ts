import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import { ROOT } from "../support/wherry.ts";
import { built, installed } from "./programs.ts";

const JCO = "@bytecodealliance/jco/dist/jco.js";
const JCO_WIT = "@bytecodealliance/jco/lib/wit/builtin";
const SOURCES = join(ROOT, "guests/javascript");

/** The part of wasm-tools that is used here. */
interface WasmTools {
	readonly $init: Promise<void>;
	readonly tools: {
		componentEmbed(options: { binary: Uint8Array; witSource: string }): Uint8Array;
		componentNew(module: Uint8Array, adapters: readonly (readonly [string, Uint8Array])[]): Uint8Array;
	};
}

interface JavaScript {
	/** Files of guests/javascript, the first is where it starts. */
	readonly sources: readonly string[];
	/** A world of guests/javascript/javascript.wit, or of the one for 0.3. */
	readonly world: string;
	/** Of WASI. jco brings 0.2.12 and 0.3.0; anything else is made of 0.2.12. */
	readonly wasi?: "0.2.10" | "0.3.0";
	/** More words for `jco componentize`. */
	readonly flags?: readonly string[];
}

/** A component made of JavaScript or TypeScript by jco: StarlingMonkey, or with the flags for it QuickJS, and the program in it. */
export async function javaScriptComponent(name: string, options: JavaScript): Promise<string> {
	const { sources, world, wasi = "0.2.12", flags = [] } = options;
	const wit = join(SOURCES, wasi === "0.3.0" ? "javascript-0-3.wit" : "javascript.wit");
	const files = sources.map((file) => join(SOURCES, file));
	return await built(`${name}.wasm`, [...files, wit, import.meta.filename], (target) => {
		const work = dirname(target);
		for (const file of files) cpSync(file, join(work, basename(file)));
		writeWit(join(work, "wit"), readFileSync(wit, "utf8"), wasi);
		const entry = join(work, sources[0] ?? "");
		jco(["componentize", entry, "--wit", join(work, "wit"), "--world-name", world, ...flags, "-o", target]);
	});
}

/** A folder of WIT as compilers want it: the worlds, and WASI in this version beside them. */
function writeWit(folder: string, worlds: string, wasi: string): void {
	const brought = wasi === "0.3.0" ? "0.3.0" : "0.2.12";
	mkdirSync(folder);
	writeFileSync(join(folder, "worlds.wit"), worlds.replaceAll("@WASI", `@${wasi}`));
	cpSync(installed(join(JCO_WIT, brought)), join(folder, "deps"), { recursive: true });
	if (brought === wasi) return;
	for (const name of readdirSync(join(folder, "deps"), { recursive: true, encoding: "utf8" }))
		if (name.endsWith(".wit")) inVersion(join(folder, "deps", name), wasi);
}

/** 0.2.10 has all that 0.2.12 has, but for what is unstable there. */
function inVersion(file: string, wasi: string): void {
	const text = readFileSync(file, "utf8").replaceAll("0.2.12", wasi);
	writeFileSync(file, text.replaceAll(/^\s*@unstable\(feature = network-error-code\)\n/gm, ""));
}

/** A command of preview1 as a component, by `jco new` and the adapter that jco brings. */
export async function adapted(module: string): Promise<string> {
	const name = module
		.replace(/\.wasm(?:-\w+)?$/, "")
		.split("/")
		.slice(-2)
		.join("-");
	return await built(`${name}.component.wasm`, [module], (target) => {
		jco(["new", module, "--wasi-command", "-o", target]);
	});
}

/** A component around a core module that has none of its own names for it: `witSource` says its world. */
export async function componentOf(
	name: string,
	module: string,
	witSource: string,
	adapter?: string,
): Promise<string> {
	return await built(`${name}.wasm`, [module, import.meta.filename], async (target) => {
		const wasmTools = installed("@bytecodealliance/jco-transpile/vendor/wasm-tools.js");
		const { $init, tools } = (await import(pathToFileURL(wasmTools).href)) as WasmTools;
		await $init;
		const embedded = tools.componentEmbed({ binary: readFileSync(module), witSource });
		const adapters =
			adapter === undefined ? [] : [["wasi_snapshot_preview1", readFileSync(adapter)] as const];
		writeFileSync(target, tools.componentNew(embedded, adapters));
	});
}

function jco(words: readonly string[]): void {
	const { status, stdout, stderr } = spawnSync(process.execPath, [installed(JCO), ...words], {
		encoding: "utf8",
	});
	assert.equal(status, 0, `jco ${words.join(" ")}\n${stdout}${stderr}`);
}

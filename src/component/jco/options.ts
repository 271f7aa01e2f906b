import type { Mode } from "./transpiled.ts";

/** The version of jco-transpile that package.json names. */
export const TRANSPILER_VERSION = "0.15.0";

/** Of what is made of its text: to be raised whenever that comes out otherwise. */
export const GLUE_VERSION = 4;

/** What of jco's `GenerateOptions` is set. */
export interface GenerateOptions {
	readonly name: string;
	readonly noTypescript: boolean;
	readonly instantiation: { readonly tag: "sync" };
	readonly importBindings: { readonly tag: "js" };
	readonly map: readonly (readonly [string, string])[];
	readonly noNodejsCompat: boolean;
	readonly base64Cutoff: number;
	readonly noComponentErrorWrapping: boolean;
	readonly multiMemory: boolean;
	readonly bindgenEnableWasmExnref: boolean;
	readonly asyncMode:
		| { readonly tag: "sync" }
		| {
				readonly tag: "jspi";
				readonly val: { readonly imports: readonly string[]; readonly exports: readonly string[] };
		  };
}

/** The functions of WASI 0.2 that may wait. Those of 0.3 say so in their types. */
export const MAY_WAIT: readonly string[] = [
	"wasi:io/poll#poll",
	"wasi:io/poll#[method]pollable.block",
	"wasi:io/streams#[method]input-stream.blocking-read",
	"wasi:io/streams#[method]input-stream.blocking-skip",
	"wasi:io/streams#[method]output-stream.blocking-flush",
	"wasi:io/streams#[method]output-stream.blocking-write-and-flush",
	"wasi:io/streams#[method]output-stream.blocking-write-zeroes-and-flush",
	"wasi:io/streams#[method]output-stream.blocking-splice",
];

/**
 * @param imports the component's, with versions: each is asked for under its whole name, so that 0.2 and 0.3 of one
 * interface stay apart
 * @param exports functions as jco names them, `wasi:cli/run@0.2.0#run`: all that may be called
 */
export function generateOptions(
	mode: Mode,
	imports: readonly string[],
	exports: readonly string[],
): GenerateOptions {
	return {
		name: "component",
		noTypescript: true,
		instantiation: { tag: "sync" },
		importBindings: { tag: "js" },
		map: imports.filter((name) => name.includes(":")).map((name) => [name, name]),
		noNodejsCompat: true,
		base64Cutoff: 0,
		noComponentErrorWrapping: false,
		multiMemory: true,
		bindgenEnableWasmExnref: true,
		asyncMode: mode === "sync" ? { tag: "sync" } : { tag: "jspi", val: { imports: MAY_WAIT, exports } },
	};
}

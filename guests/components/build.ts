import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hookTranspiler } from "../../src/cli/component/transpiler-hooks.ts";

/** The part of wasm-tools, as jco-transpile brings it, that is used here. */
interface WasmTools {
	readonly $init: Promise<void>;
	readonly tools: {
		componentEmbed(options: { binary: Uint8Array; witSource: string; world: string }): Uint8Array;
		componentNew(module: Uint8Array, adapters: readonly []): Uint8Array;
	};
}

/** Names of functions are kept: backtraces are part of what these guests are for. */
const FLAGS = [
	"--target=wasm32",
	...["-Wall", "-Wextra", "-Werror"],
	...["-nostdlib", "-ffreestanding", "-mbulk-memory", "-Os"],
	...["-Wl,--no-entry", "-Wl,--strip-debug", "-Wl,-z,stack-size=16384", "-Wl,--stack-first"],
];

/**
 * Compiles one source with Debian's clang-22 and lld-22, and makes it a component of the world in the `.wit` beside it, which
 * bears the source's name; what it needs of WASI is in the `wasi.wit` there.
 */
export async function buildComponent(source: string, target: string): Promise<void> {
	const { $init, tools } = await wasmTools();
	await $init;
	const binary = compile(source, `${target}.core`);
	const witSource = [source.replace(/\.c$/, ".wit"), join(dirname(source), "wasi.wit")]
		.map((file) => readFileSync(file, "utf8"))
		.join("\n");
	const module = tools.componentEmbed({ binary, witSource, world: basename(source, ".c") });
	writeFileSync(target, tools.componentNew(module, []));
}

function compile(source: string, target: string): Buffer {
	const { status, error } = spawnSync("clang-22", [...FLAGS, "-o", target, source], { stdio: "inherit" });
	if (status !== 0) throw new Error(`clang-22 failed on ${source}: ${error?.message ?? `status ${status}`}`);
	try {
		return readFileSync(target);
	} finally {
		rmSync(target);
	}
}

/** By its file: the package does not list it. */
async function wasmTools(): Promise<WasmTools> {
	hookTranspiler();
	const package_ = import.meta.resolve("@bytecodealliance/jco-transpile/component");
	return (await import(new URL("wasm-tools.js", package_).href)) as WasmTools;
}

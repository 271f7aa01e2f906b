import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const resolve = createRequire(import.meta.url).resolve;

/** Compiles one AssemblyScript source with the npm package assemblyscript and its WASI shim. */
export function buildAssemblyScript(source: string, target: string): void {
	const compiler = join(dirname(resolve("assemblyscript/package.json")), "bin/asc.js");
	// the compiler takes the names inside this file as relative to its working directory
	const config = "./node_modules/@assemblyscript/wasi-shim/asconfig.json";
	const words = [compiler, source, "--config", config, "-O3", "-o", target];
	const guests = join(import.meta.dirname, "..");
	const { status, error } = spawnSync(process.execPath, words, { cwd: guests, stdio: "inherit" });
	if (status !== 0) throw new Error(`asc failed for ${source}`, { cause: error });
}

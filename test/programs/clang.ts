import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";

import { run, type Ended } from "../support/wherry.ts";
import { built, installed } from "./programs.ts";

const LLVM = "@yowasp/clang/gen/llvm.core.wasm";
const LIBRARIES = ["-L/usr/lib/wasm32-unknown-wasip1", "-L/usr/lib/wasm32-wasip1"];
const START = "/usr/lib/wasm32-wasip1/crt1-command.o";
const BUILTINS = "/usr/lib/wasm32-unknown-wasip1/libclang_rt.builtins.a";

/** wasi-libc's and libc++'s headers and libraries, as a directory to mount at `/usr`. */
export async function sysroot(): Promise<string> {
	return await built("sysroot", [], (path) => {
		mkdirSync(path);
		const tar = installed("@yowasp/clang/gen/llvm-resources.tar");
		assert.equal(spawnSync("tar", ["-xf", tar, "-C", path]).status, 0, "tar failed");
	});
}

/** Runs one of LLVM's programs in the sandbox: it may read the sysroot and write in `folder`, as `/work`. */
export async function llvm(folder: string, words: readonly string[]): Promise<Ended> {
	const grants = ["-v", `${await sysroot()}:/usr:ro`, "-v", `${folder}:/work`, "-w", "/work"];
	return run(["run", ...grants, installed(LLVM), ...words]);
}

/** Compiles `folder`/`source` to `folder`/`object`. Throws with the compiler's words when it refuses. */
export async function compile(
	folder: string,
	words: readonly string[],
	source: string,
	object: string,
): Promise<void> {
	const compiler = source.endsWith(".cpp") ? "clang++" : "clang";
	succeeded(await llvm(folder, [compiler, "-c", ...words, source, "-o", object]));
}

/** Links objects of `folder` to the command `folder`/`target`. */
export async function link(folder: string, objects: readonly string[], target: string): Promise<void> {
	const words = ["-m", "wasm32", "-s", ...LIBRARIES, START, ...objects];
	succeeded(await llvm(folder, ["wasm-ld", ...words, "-lc++", "-lc++abi", "-lc", BUILTINS, "-o", target]));
}

function succeeded(ended: Ended): void {
	assert.equal(ended.status, 0, ended.stderr);
}

import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";

type Tree = { readonly [name: string]: Tree | string | Uint8Array };
type Command = (words: readonly string[], files: Tree) => Promise<Tree>;

/** Compiles one C source with clang and wasi-libc out of @yowasp/clang, which are wasm themselves. */
export async function buildC(source: string, target: string): Promise<void> {
	await compile("clang", ["-std=gnu17", "-Wall", "-Wextra", "-Werror", "-O2"], source, target);
}

/** Compiles one C++ source. Its runtime has no exceptions. */
export async function buildCpp(source: string, target: string): Promise<void> {
	await compile("clang++", ["-std=c++20", "-Wall", "-Wextra", "-Os", "-fno-exceptions"], source, target);
}

async function compile(
	compiler: "clang" | "clang++",
	flags: readonly string[],
	source: string,
	target: string,
): Promise<void> {
	const name = basename(source);
	const { commands } = (await import("@yowasp/clang")) as { commands: Record<string, Command> };
	const words = [...flags, "-s", name, "-o", "out.wasm"];
	const made = await commands[compiler]?.(words, { [name]: readFileSync(source) });
	const module = made?.["out.wasm"];
	if (!(module instanceof Uint8Array)) throw new Error(`${compiler} made nothing of ${source}`);
	writeFileSync(target, module);
}

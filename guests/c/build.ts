import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";

type Tree = { readonly [name: string]: Tree | string | Uint8Array };
type Command = (words: readonly string[], files: Tree) => Promise<Tree>;

const FLAGS = ["-std=gnu17", "-Wall", "-Wextra", "-Werror", "-O2", "-s"];

/** Compiles one C source with clang, lld and wasi-libc out of @yowasp/clang, which are wasm themselves. */
export async function buildC(source: string, target: string): Promise<void> {
	const name = basename(source);
	const { commands } = (await import("@yowasp/clang")) as { commands: { clang: Command } };
	const made = await commands.clang([...FLAGS, name, "-o", "out.wasm"], { [name]: readFileSync(source) });
	const module = made["out.wasm"];
	if (!(module instanceof Uint8Array)) throw new Error(`clang made nothing of ${source}`);
	writeFileSync(target, module);
}

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { isComponent } from "./assemble.ts";
import type { Finder, OptimiseFor } from "./toolchain.ts";

/**
 * Lets binaryen's wasm-opt work on a module.
 *
 * @param work an existing folder
 * @throws Fault TOOLCHAIN_MISSING, BUILD_FAILED; FLAG_INVALID for a component, which wasm-opt cannot read
 */
export async function optimise(
	wasm: Uint8Array,
	profile: OptimiseFor,
	work: string,
	find: Finder,
	signal: AbortSignal,
): Promise<Uint8Array> {
	if (isComponent(wasm))
		throw new Fault("FLAG_INVALID", "cannot optimise a component", {
			note: "asked for by --opt; wasm-opt works on modules",
			help: "leave --opt out",
		});
	const command = findOptimiser(find);
	const [before, after] = [join(work, "before.wasm"), join(work, "after.wasm")];
	writeFileSync(before, wasm);
	const words = [...command.words, profile === "size" ? "-Oz" : "-O3", ...FEATURES, before, "-o", after];
	const status = await ended(command.program, words, signal);
	if (status === 0) return new Uint8Array(readFileSync(after));
	throw new Fault("BUILD_FAILED", "wasm-opt could not optimise the program", {
		note: [`it ended with ${status}`, "asked for by --opt"],
		help: "leave --opt out, or install a newer binaryen",
	});
}

/** What compilers of today use without asking: wasm-opt takes nothing for granted. Known to binaryen since 2021. */
const FEATURES = [
	"--enable-bulk-memory",
	"--enable-sign-ext",
	"--enable-mutable-globals",
	"--enable-nontrapping-float-to-int",
	"--enable-multivalue",
	"--enable-reference-types",
];

function findOptimiser(find: Finder): { program: string; words: readonly string[] } {
	const program = find.program("wasm-opt");
	if (program !== undefined) return { program, words: [] };
	const script = find.npm("binaryen/bin/wasm-opt");
	if (script !== undefined) return { program: find.node, words: [script] };
	throw new Fault("TOOLCHAIN_MISSING", "cannot find wasm-opt, which --opt asks for", {
		note: "neither is it on the PATH, nor is the npm package binaryen installed",
		help: ["apt-get install binaryen", "npm install --save-dev binaryen    (104 MB)"],
	});
}

async function ended(
	program: string,
	words: readonly string[],
	signal: AbortSignal,
): Promise<number | string> {
	return await new Promise((settle) => {
		const child = spawn(program, words, { stdio: ["ignore", 2, 2], signal });
		child.on("error", (error) => settle(error.message));
		child.on("close", (status, name) => settle(status ?? `signal ${name}`));
	});
}

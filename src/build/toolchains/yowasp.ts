import { dirname, join } from "node:path";
import type { Finder, Mounted, Plan, PlanOptions, Step } from "../toolchain.ts";
import { isCpp } from "./c-sources.ts";
import { STACK_PROTECTOR } from "./stack-protector.ts";

const LLVM = "@yowasp/clang/gen/llvm.core.wasm";
const LIBRARIES = ["-L/usr/lib/wasm32-unknown-wasip1", "-L/usr/lib/wasm32-wasip1"];
const START = "/usr/lib/wasm32-wasip1/crt1-command.o";
const BUILTINS = "/usr/lib/wasm32-unknown-wasip1/libclang_rt.builtins.a";

/**
 * clang and lld as wasm in our own sandbox. The compiler sees its headers and libraries, the sources,
 * both read-only, and a folder for objects; no other file, variable, clock or network. It cannot start
 * programs, so that each source and the linking are a run of their own.
 */
export function yowaspPlan(
	sources: readonly string[],
	compileWords: readonly string[],
	options: PlanOptions,
	find: Finder,
): Plan | undefined {
	const module = find.npm(LLVM);
	if (module === undefined) return undefined;
	const archive = join(dirname(module), "llvm-resources.tar");
	const sysroot = join(options.work, "sysroot");
	const mounts: readonly Mounted[] = [
		{ host: sysroot, guest: "/usr", access: "ro" },
		{ host: options.folder, guest: "/src", access: "ro" },
		{ host: options.work, guest: "/out", access: "rw" },
	];
	const run = (words: readonly string[]): Step => ({
		type: "sandbox",
		module,
		words,
		mounts,
		workdir: "/src",
		epoch_s: options.epoch_s,
	});
	const compile = (source: string, index: number) =>
		run([
			isCpp(source) ? "clang++" : "clang",
			...compileWords.filter((word) => !word.startsWith("-ffile-prefix-map")).map(insideWord),
			...options.flags,
			"-c",
			source,
			"-o",
			`/out/${index}.o`,
		]);
	// wasi-libc takes the first name of a relative path for a mount where one is called so: src/a.c
	const all = [...sources.map((source) => `/src/${source}`), "/out/stack-protector.c"];
	const strip = options.profile === "size" ? "--strip-all" : "--strip-debug";
	const link = ["-m", "wasm32", "--stack-first", "-z", "stack-size=1048576", strip, ...LIBRARIES, START];
	const objects = all.map((_, index) => `/out/${index}.o`);
	return {
		steps: [
			{ type: "unpack", archive, path: sysroot },
			{ type: "write", path: join(options.work, "stack-protector.c"), text: STACK_PROTECTOR },
			...all.map(compile),
			run([
				"wasm-ld",
				...link,
				...objects,
				"-lc++",
				"-lc++abi",
				"-lc",
				BUILTINS,
				"-o",
				`/out/${options.name}.wasm`,
			]),
		],
		outputs: [join(options.work, `${options.name}.wasm`)],
	};
}

function insideWord(word: string): string {
	return word.replace(/^-I(?!\/)/, "-I/src/");
}

import { join } from "node:path";
import type { Finder, Listing, Missing, Plan, PlanOptions, Toolchain } from "../toolchain.ts";
import { cSources, isCpp } from "./c-sources.ts";
import { STACK_PROTECTOR } from "./stack-protector.ts";
import { yowaspPlan } from "./yowasp.ts";

/** C and C++ by whichever compiler is there: a wasi-sdk, clang with wasi-libc, zig, or clang as wasm. */
export const C: Toolchain = {
	name: "clang",
	language: "C, C++",
	marks: "*.c, *.cpp, *.cc or *.cxx at the top or below src/",
	detect: (listing) => (cSources(listing).length > 0 ? "sources" : undefined),
	plan(listing, options, find) {
		const sources = options.sources.length > 0 ? options.sources : cSources(listing);
		for (const candidate of [sdkCompiler, debianCompiler, zigCompiler]) {
			const compiler = candidate(find, sources.some(isCpp));
			if (compiler !== undefined) return nativePlan(compiler, sources, listing, options);
		}
		return (
			yowaspPlan(sources, [PROTECT, ...compileWords(sources, listing, options)], options, find) ?? MISSING
		);
	},
};

/** The compiler that is wasm itself, also where there is another: a build that reaches nothing but its sources. */
export const YOWASP: Toolchain = {
	name: "yowasp",
	language: "C, C++",
	marks: "*.c or *.cpp, when wherry.toml names this toolchain",
	detect: () => undefined,
	plan(listing, options, find) {
		const sources = options.sources.length > 0 ? options.sources : cSources(listing);
		const plan = yowaspPlan(sources, [PROTECT, ...compileWords(sources, listing, options)], options, find);
		const [install = ""] = MISSING.install;
		return plan ?? { missing: "the npm package @yowasp/clang was not found", install: [install] };
	},
};

const MISSING: Missing = {
	missing:
		"neither a wasi-sdk (WASI_SDK_PATH, /opt/wasi-sdk), nor clang with wasi-libc, nor zig, nor the npm package @yowasp/clang was found",
	install: [
		"npm install --save-dev @yowasp/clang    (101 MB; a compiler that is itself wasm and runs in wherry's sandbox)",
		"apt-get install clang lld wasi-libc libclang-rt-dev-wasm32 libc++-dev-wasm32    (Debian 13; 12: clang-16 lld-16 wasi-libc libclang-rt-16-dev-wasm32)",
		"export WASI_SDK_PATH=/opt/wasi-sdk    where one from github.com/WebAssembly/wasi-sdk is unpacked",
	],
};

export interface Compiler {
	readonly program: string;
	/** What makes it one for wasm. */
	readonly words: readonly string[];
	/** Whether it takes our layout of memory and protects the stack, or does all that its own way. */
	readonly isPlain: boolean;
}

/** A function that overran a buffer on the stack traps when it returns. */
export const PROTECT = "-fstack-protector-strong";

/** The stack below the data traps when it runs over, where else it would overwrite them. 1 MiB as in Rust. */
export const LINK_WORDS = ["-Wl,--stack-first", "-Wl,-z,stack-size=1048576"];

function sdkCompiler(find: Finder, cpp: boolean): Compiler | undefined {
	for (const folder of [find.variable("WASI_SDK_PATH"), "/opt/wasi-sdk"]) {
		if (folder === undefined) continue;
		const program = join(folder, "bin", cpp ? "clang++" : "clang");
		if (!find.exists(program)) continue;
		const isNew = find.exists(join(folder, "share/wasi-sysroot/lib/wasm32-wasip1"));
		return { program, words: [`--target=wasm32-wasi${isNew ? "p1" : ""}`], isPlain: true };
	}
	return undefined;
}

const CLANGS = [
	"clang",
	...["22", "21", "20", "19", "18", "17", "16", "15", "14"].map((version) => `clang-${version}`),
];

/** Debian and others keep wasi-libc in /usr under the target's old name, of which newer clangs complain. */
export function debianCompiler(find: Finder, cpp: boolean): Compiler | undefined {
	if (!find.exists("/usr/lib/wasm32-wasi/libc.a")) return undefined;
	for (const name of CLANGS) {
		const program = find.program(cpp ? name.replace("clang", "clang++") : name);
		if (program !== undefined)
			return { program, words: ["--target=wasm32-wasi", "-Wno-deprecated"], isPlain: true };
	}
	return undefined;
}

/** zig puts 1 MiB of stack first by itself, knows no word for it, and has no stack protector for wasm. */
function zigCompiler(find: Finder, cpp: boolean): Compiler | undefined {
	const program = find.program("zig");
	if (program === undefined) return undefined;
	return { program, words: [cpp ? "c++" : "cc", "--target=wasm32-wasi"], isPlain: false };
}

function nativePlan(
	{ program, words, isPlain }: Compiler,
	sources: readonly string[],
	listing: Listing,
	options: PlanOptions,
): Plan {
	const shim = join(options.work, "stack-protector.c");
	const output = join(options.work, `${options.name}.wasm`);
	const strip = options.profile === "size" ? "-Wl,--strip-all" : "-Wl,--strip-debug";
	const compile = [...words, ...compileWords(sources, listing, options)];
	const all = isPlain ? [...compile, PROTECT, ...LINK_WORDS, strip] : [...compile, strip];
	const inputs = sourceWords(isPlain ? [...sources, shim] : sources);
	const step = {
		type: "spawn",
		program,
		words: [...all, ...inputs, ...options.flags, "-o", output],
	} as const;
	return {
		steps: isPlain ? [{ type: "write", path: shim, text: STACK_PROTECTOR }, step] : [step],
		outputs: [output],
		...makefileNote(listing),
	};
}

/** clang++ takes a .c for C++, unless it is told each time. */
function sourceWords(sources: readonly string[]): readonly string[] {
	const cpp = sources.filter(isCpp);
	const c = sources.filter((source) => !isCpp(source));
	return cpp.length === 0 || c.length === 0 ? sources : [...cpp, "-x", "c", ...c, "-x", "none"];
}

/** What all compilers are told alike. The folder's name must not end up in the program: see docs/build.md. */
function compileWords(sources: readonly string[], listing: Listing, options: PlanOptions): readonly string[] {
	return [
		options.profile === "size" ? "-Os" : "-O2",
		`-ffile-prefix-map=${options.folder}=.`,
		...(sources.some(isCpp) ? ["-fno-exceptions"] : []),
		...(listing.files.some((path) => path.startsWith("include/")) ? ["-Iinclude"] : []),
	];
}

const MAKEFILES = ["Makefile", "CMakeLists.txt", "meson.build", "configure"];

function makefileNote({ files }: Listing): { notes?: readonly string[] } {
	const makefile = MAKEFILES.find((name) => files.includes(name));
	if (makefile === undefined) return {};
	return {
		notes: [`${makefile} is not followed: all sources become one program; wherry.toml can name a command`],
	};
}

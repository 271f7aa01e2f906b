import { join } from "node:path";
import { atTop } from "../listing.ts";
import type { Listing, Toolchain } from "../toolchain.ts";
import { debianCompiler, LINK_WORDS } from "./c.ts";

/** D without its runtime (betterC): LDC compiles, clang with wasi-libc links. */
export const D: Toolchain = {
	name: "ldc",
	language: "D",
	marks: "*.d at the top or below source/",
	detect: (listing) => (sourcesOf(listing).length > 0 ? "sources" : undefined),
	plan(listing, options, find) {
		const program = find.program("ldc2");
		const linker = debianCompiler(find, false);
		if (program === undefined || linker === undefined)
			return {
				missing:
					program === undefined
						? "no program 'ldc2' is on the PATH"
						: "clang with wasi-libc, which links, was not found",
				install: [
					"apt-get install ldc clang lld wasi-libc libclang-rt-dev-wasm32    (Debian 12: clang-16 lld-16 libclang-rt-16-dev-wasm32)",
				],
			};
		const object = join(options.work, "all.o");
		const output = join(options.work, `${options.name}.wasm`);
		const level = options.profile === "size" ? "-Os" : "-O2";
		const words = [
			"-betterC",
			level,
			"-mtriple=wasm32-unknown-wasi",
			"-c",
			`-of=${object}`,
			...options.flags,
		];
		const strip = options.profile === "size" ? "-Wl,--strip-all" : "-Wl,--strip-debug";
		return {
			steps: [
				{ type: "spawn", program, words: [...words, ...sourcesOf(listing)] },
				{
					type: "spawn",
					program: linker.program,
					words: [...linker.words, ...LINK_WORDS, strip, object, "-o", output],
				},
			],
			outputs: [output],
		};
	},
};

function sourcesOf(listing: Listing): readonly string[] {
	const below = listing.files.filter((path) => /^source\/.*\.d$/.test(path));
	return [...atTop(listing, ".d"), ...below];
}

import { join } from "node:path";
import { atTop, firstOf } from "../listing.ts";
import type { Listing, Toolchain } from "../toolchain.ts";

/** Zig, by its build.zig or from one file. */
export const ZIG: Toolchain = {
	name: "zig",
	language: "Zig",
	marks: "build.zig, or main.zig, src/main.zig or one *.zig at the top",
	detect(listing) {
		if (listing.files.includes("build.zig")) return "project";
		return mainFile(listing) === undefined ? undefined : "sources";
	},
	plan(listing, options, find) {
		const program = find.program("zig");
		if (program === undefined)
			return {
				missing: "no program 'zig' is on the PATH",
				install: ["install Zig from https://ziglang.org/download, and put its folder on the PATH"],
			};
		const mode = options.profile === "size" ? "ReleaseSmall" : "ReleaseFast";
		const caches = ["--cache-dir", join(options.work, "cache")];
		if (listing.files.includes("build.zig")) {
			const prefix = join(options.work, "out");
			const words = ["build", "-Dtarget=wasm32-wasi", `-Doptimize=${mode}`, "--prefix", prefix, ...caches];
			const outputs = [join(prefix, "bin", `${options.name}.wasm`), join(prefix, "bin/*.wasm")];
			return { steps: [{ type: "spawn", program, words: [...words, ...options.flags] }], outputs };
		}
		const output = join(options.work, `${options.name}.wasm`);
		const words = ["build-exe", mainFile(listing) ?? "main.zig", "-target", "wasm32-wasi", "-O", mode];
		// what -fstrip leaves out names the folder
		const all = [...words, "-fstrip", `-femit-bin=${output}`, ...caches];
		return { steps: [{ type: "spawn", program, words: [...all, ...options.flags] }], outputs: [output] };
	},
};

function mainFile(listing: Listing): string | undefined {
	const sources = atTop(listing, ".zig");
	return firstOf(listing, ["main.zig", "src/main.zig"]) ?? (sources.length === 1 ? sources[0] : undefined);
}

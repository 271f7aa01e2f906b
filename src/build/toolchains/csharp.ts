import { basename, join } from "node:path";
import { atTop } from "../listing.ts";
import type { Toolchain } from "../toolchain.ts";

/** C# by .NET's wasi target. */
export const CSHARP: Toolchain = {
	name: "dotnet",
	language: "C#",
	marks: "one *.csproj at the top",
	detect: (listing) => (atTop(listing, ".csproj").length === 1 ? "project" : undefined),
	plan(listing, options, find) {
		const program = find.program("dotnet");
		if (program === undefined)
			return {
				missing: "no program 'dotnet' is on the PATH",
				install: [
					"install .NET from https://dotnet.microsoft.com/download, then: dotnet workload install wasi-experimental",
				],
			};
		const [project = "app.csproj"] = atTop(listing, ".csproj");
		const name = basename(project, ".csproj");
		const words = ["publish", project, "-c", "Release", "-r", "wasi-wasm", "-p:WasmSingleFileBundle=true"];
		const size = options.profile === "size" ? ["-p:OptimizationPreference=Size"] : [];
		const made = join(options.folder, "bin/Release/*/wasi-wasm");
		return {
			steps: [
				{ type: "spawn", program, words: [...words, "-p:Deterministic=true", ...size, ...options.flags] },
			],
			outputs: [join(made, "AppBundle", `${name}.wasm`), join(made, "publish", `${name}.wasm`)],
		};
	},
};

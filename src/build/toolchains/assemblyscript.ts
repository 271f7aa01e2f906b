import { join, relative } from "node:path";
import { atTop, firstOf } from "../listing.ts";
import type { Listing, Toolchain } from "../toolchain.ts";
import { dependsOn } from "./package-json.ts";

/** AssemblyScript, with the shim that gives it WASI. */
export const ASSEMBLYSCRIPT: Toolchain = {
	name: "assemblyscript",
	language: "AssemblyScript",
	marks: "asconfig.json, or package.json that depends on assemblyscript",
	detect: isAssemblyScript,
	plan(listing, options, find) {
		const compiler = find.npm("assemblyscript/bin/asc.js");
		const shim = find.npm("@assemblyscript/wasi-shim/asconfig.json");
		if (compiler === undefined || (shim === undefined && !listing.files.includes("asconfig.json")))
			return {
				missing: `the npm package ${compiler === undefined ? "assemblyscript" : "@assemblyscript/wasi-shim"} is not installed`,
				install: ["npm install --save-dev assemblyscript @assemblyscript/wasi-shim"],
			};
		const output = join(options.work, `${options.name}.wasm`);
		// asc takes the names inside the file as relative to where it runs, if the file itself is named so
		const config = listing.files.includes("asconfig.json")
			? "asconfig.json"
			: `./${relative(options.folder, shim ?? "")}`;
		const words = [compiler, entryOf(listing), "--config", config, "--optimizeLevel", "3"];
		const level = options.profile === "size" ? "2" : "0";
		return {
			steps: [
				{
					type: "spawn",
					program: find.node,
					words: [...words, "--shrinkLevel", level, ...options.flags, "--outFile", output],
				},
			],
			outputs: [output],
		};
	},
};

function isAssemblyScript(listing: Listing): "project" | undefined {
	const isOne = listing.files.includes("asconfig.json") || dependsOn(listing, "assemblyscript");
	return isOne ? "project" : undefined;
}

function entryOf(listing: Listing): string {
	const [first = "assembly/index.ts"] = atTop(listing, ".ts");
	return firstOf(listing, ["assembly/index.ts", "index.ts", "main.ts", "src/index.ts"]) ?? first;
}

import { join } from "node:path";
import { firstOf } from "../listing.ts";
import type { Listing, Toolchain } from "../toolchain.ts";
import { dependsOn, packageJson } from "./package-json.ts";

/** JavaScript and TypeScript as a component, with its engine in it. */
export const JAVASCRIPT: Toolchain = {
	name: "jco",
	language: "JavaScript, TypeScript",
	marks: "package.json and wit/, not depending on assemblyscript",
	detect(listing) {
		const hasWit = listing.files.some((path) => /^wit\/.*\.wit$/.test(path));
		const isOne = hasWit && listing.files.includes("package.json") && !dependsOn(listing, "assemblyscript");
		return isOne ? "project" : undefined;
	},
	plan(listing, options, find) {
		const compiler =
			find.npm("@bytecodealliance/jco/dist/jco.js") ?? find.npm("@bytecodealliance/jco/src/jco.js");
		if (compiler === undefined)
			return {
				missing: "the npm package @bytecodealliance/jco, which drives componentize-js, is not installed",
				install: ["npm install --save-dev @bytecodealliance/jco @bytecodealliance/componentize-js"],
			};
		const output = join(options.work, `${options.name}.wasm`);
		const words = [
			compiler,
			"componentize",
			entryOf(listing),
			"--wit",
			"wit",
			...options.flags,
			"-o",
			output,
		];
		return { steps: [{ type: "spawn", program: find.node, words }], outputs: [output] };
	},
};

function entryOf(listing: Listing): string {
	const main = packageJson(listing)?.["main"];
	const named = typeof main === "string" ? main.replace(/^\.\//, "") : "";
	const usual = [
		"index.js",
		"index.ts",
		"main.js",
		"main.ts",
		"app.js",
		"app.ts",
		"src/index.js",
		"src/index.ts",
	];
	return firstOf(listing, [named, ...usual]) ?? "index.js";
}

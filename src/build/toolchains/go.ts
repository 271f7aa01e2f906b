import { join } from "node:path";
import { atTop } from "../listing.ts";
import type { Listing, SpawnStep, Toolchain } from "../toolchain.ts";

/** Go's own compiler, 1.21 or newer. */
export const GO: Toolchain = {
	name: "go",
	language: "Go",
	marks: "go.mod, or *.go at the top",
	detect: detectGo,
	plan(listing, options, find) {
		const program = find.program("go");
		if (program === undefined)
			return {
				missing: "no program 'go' is on the PATH",
				install: [
					"install Go 1.21 or newer from https://go.dev/dl    (Debian 13: apt-get install golang-go)",
				],
			};
		const output = join(options.work, `${options.name}.wasm`);
		// -w leaves the names of functions: a trap tells them
		const linker = options.profile === "size" ? "-s -w -buildid=" : "-w -buildid=";
		const words = ["build", "-trimpath", "-buildvcs=false", `-ldflags=${linker}`, ...options.flags];
		return { steps: [goStep(program, [...words, "-o", output], listing)], outputs: [output] };
	},
};

/** TinyGo, 0.35 or newer: a tenth of the size, not all of the library. */
export const TINYGO: Toolchain = {
	name: "tinygo",
	language: "Go",
	marks: "go.mod, when wherry.toml names this toolchain",
	detect: () => undefined,
	plan(listing, options, find) {
		const program = find.program("tinygo");
		if (program === undefined)
			return {
				missing: "no program 'tinygo' is on the PATH",
				install: ["install TinyGo from https://tinygo.org/getting-started/install; it needs Go as well"],
			};
		const output = join(options.work, `${options.name}.wasm`);
		const words = ["build", `-opt=${options.profile === "size" ? "z" : "2"}`, "-no-debug", ...options.flags];
		return { steps: [goStep(program, [...words, "-o", output], listing)], outputs: [output] };
	},
};

function detectGo(listing: Listing): "project" | "sources" | undefined {
	if (listing.files.includes("go.mod")) return "project";
	return atTop(listing, ".go").length > 0 ? "sources" : undefined;
}

function goStep(program: string, words: readonly string[], listing: Listing): SpawnStep {
	return {
		type: "spawn",
		program,
		words: [...words, ...mainPackage(listing)],
		env: { GOOS: "wasip1", GOARCH: "wasm", CGO_ENABLED: "0" },
	};
}

/** The package at the top when it has files, else that of cmd/ which bears the module's name, or the first. */
function mainPackage(listing: Listing): readonly string[] {
	const top = atTop(listing, ".go").filter((path) => !path.endsWith("_test.go"));
	if (!listing.files.includes("go.mod")) return top;
	if (top.length > 0) return ["."];
	const name = moduleName(listing) ?? "";
	const commands = listing.files.flatMap((path) => /^cmd\/([^/]+)\/[^/]+\.go$/.exec(path)?.[1] ?? []);
	const command = commands.includes(name) ? name : commands[0];
	return [command === undefined ? "." : `./cmd/${command}`];
}

/** The last part of the module's path that is no version. */
function moduleName(listing: Listing): string | undefined {
	return /^module\s+"?\S*?([\w.-]+)(?:\/v\d+)?"?\s*$/m.exec(listing.text("go.mod") ?? "")?.[1];
}

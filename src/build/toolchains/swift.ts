import { join } from "node:path";
import type { Toolchain } from "../toolchain.ts";

/** Swift 6.2 or newer, with the SDK for wasm that swift.org brings. */
export const SWIFT: Toolchain = {
	name: "swift",
	language: "Swift",
	marks: "Package.swift",
	detect: ({ files }) => (files.includes("Package.swift") ? "project" : undefined),
	plan(_listing, options, find) {
		const program = find.program("swift");
		const sdk = program === undefined ? undefined : wasmSdk(find.answer(program, ["sdk", "list"]));
		if (program === undefined || sdk === undefined)
			return {
				missing:
					program === undefined
						? "no program 'swift' is on the PATH"
						: "Swift's SDK for wasm is not installed",
				install: [
					"install Swift from https://www.swift.org/install, then its SDK: swift sdk install URL-OF-THE-wasm-ARTIFACTBUNDLE",
				],
			};
		const words = ["build", "--configuration", "release", "--swift-sdk", sdk];
		const size = options.profile === "size" ? ["-Xswiftc", "-Osize"] : [];
		const made = join(options.folder, ".build/release");
		return {
			steps: [{ type: "spawn", program, words: [...words, ...size, ...options.flags] }],
			outputs: [join(made, `${options.name}.wasm`), join(made, "*.wasm")],
		};
	},
};

/** Of those installed the first for wasm that is not the embedded dialect's. */
function wasmSdk(list: string | undefined): string | undefined {
	return list?.split("\n").find((line) => line.endsWith("_wasm") || line.endsWith("-wasm32-unknown-wasi"));
}

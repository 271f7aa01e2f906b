import type { Explanation } from "../explanations.ts";

/** The error codes of building. */
export const BUILDING_EXPLANATIONS = {
	PROJECT_UNKNOWN: {
		means: "The folder holds nothing that wherry knows how to build.",
		why: "A project is known by its files: Cargo.toml, go.mod, build.zig, a Dockerfile FROM scratch, C sources, a .wasm, and more.",
		remedy: "Name the language or the command in wherry.toml, or give the folder that holds the project.",
		example: "wherry build -t app ./app",
	},
	TOOLCHAIN_MISSING: {
		means: "The program that compiles this language is not installed.",
		why: "wherry drives the toolchain of the language; it brings none itself, but for what it can run in its own sandbox.",
		remedy: "Install what the help names, or build the .wasm elsewhere and give wherry the file.",
		example: "wherry build -t app ./app.wasm",
	},
	BUILD_FILE_INVALID: {
		means: "The Dockerfile or wherry.toml cannot be followed.",
		why: "A Dockerfile must be FROM scratch and may COPY and describe, for there is no base image in which a RUN could run.",
		remedy: "Put right the line that the error names.",
		example: "wherry build -t app .",
	},
	BUILD_FAILED: {
		means: "The compiler ended with an error.",
		why: "Most often the mistake is in the sources: what the compiler said stands above.",
		remedy: "Put right what it names, and build again.",
		example: "wherry build -t app .",
	},
} as const satisfies Record<string, Explanation>;

import { join } from "node:path";
import { atTop } from "../listing.ts";
import type { Step, Toolchain } from "../toolchain.ts";

/** Kotlin by its project's own Gradle. */
export const GRADLE: Toolchain = {
	name: "gradle",
	language: "Kotlin",
	marks: "build.gradle.kts or build.gradle that says wasmWasi",
	detect(listing) {
		const scripts = ["build.gradle.kts", "build.gradle"];
		return scripts.some((name) => /\bwasmWasi\b/.test(listing.text(name) ?? "")) ? "project" : undefined;
	},
	plan(listing, options, find) {
		const wrapper = listing.files.includes("gradlew") ? join(options.folder, "gradlew") : undefined;
		const program = wrapper ?? find.program("gradle");
		if (program === undefined)
			return {
				missing: "the project has no gradlew, and no program 'gradle' is on the PATH",
				install: ["gradle wrapper    where Gradle is installed: https://gradle.org/install; it needs a JDK"],
			};
		const words = ["--console=plain", "compileProductionExecutableKotlinWasmWasiOptimize", ...options.flags];
		const made = join(options.folder, "build/compileSync/wasmWasi/main/productionExecutable");
		return {
			steps: [{ type: "spawn", program, words }],
			outputs: [join(made, "optimized/*.wasm"), join(made, "kotlin/*.wasm")],
		};
	},
};

/** Kotlin from its sources alone, by the compiler that npm has. */
export const KOTLINC: Toolchain = {
	name: "kotlinc",
	language: "Kotlin",
	marks: "*.kt at the top, without Gradle",
	detect: (listing) => (atTop(listing, ".kt").length > 0 ? "sources" : undefined),
	plan(listing, options, find) {
		const compiler = find.npm("kotlin-compiler/bin/kotlinc-wasm");
		const library = find.npm("kotlin-compiler/lib/kotlin-stdlib-wasm-wasi.klib");
		const java = find.program("java");
		if (compiler === undefined || library === undefined || java === undefined)
			return {
				missing:
					java === undefined
						? "no program 'java' is on the PATH"
						: "the npm package kotlin-compiler is not installed",
				install: ["npm install --save-dev kotlin-compiler    (94 MB; it needs a Java, 17 or newer)"],
			};
		const { name, work } = options;
		const common = [compiler, "-Xwasm-target=wasm-wasi", "-libraries", library, ...options.flags];
		const run = (words: readonly string[]): Step => ({
			type: "spawn",
			program: "bash",
			words: [...common, ...words],
		});
		const named = ["-ir-output-name", name];
		const klib = join(work, `${name}.klib`);
		return {
			steps: [
				run(["-ir-output-dir", work, ...named, ...atTop(listing, ".kt")]),
				run([
					"-Xir-produce-js",
					"-Xir-dce",
					`-Xinclude=${klib}`,
					"-ir-output-dir",
					join(work, "bin"),
					...named,
				]),
			],
			outputs: [join(work, "bin", `${name}.wasm`)],
		};
	},
};

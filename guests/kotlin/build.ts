import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Compiles one Kotlin source with the npm package kotlin-compiler, which needs a JVM: first to a library, then to wasm. */
export function buildKotlin(source: string, target: string): void {
	const work = mkdtempSync(join(tmpdir(), "wherry-kotlin-"));
	kotlin(["-ir-output-dir", work, "-ir-output-name", "guest", source]);
	const whole = ["-Xir-produce-js", "-Xir-dce", `-Xinclude=${work}/guest.klib`];
	kotlin([...whole, "-ir-output-dir", join(work, "out"), "-ir-output-name", "guest"]);
	copyFileSync(join(work, "out/guest.wasm"), target);
	rmSync(work, { recursive: true });
}

function kotlin(words: readonly string[]): void {
	const package_ = dirname(createRequire(import.meta.url).resolve("kotlin-compiler/package.json"));
	const library = join(package_, "lib/kotlin-stdlib-wasm-wasi.klib");
	const common = [join(package_, "bin/kotlinc-wasm"), "-Xwasm-target=wasm-wasi", "-libraries", library];
	const { status, error } = spawnSync("bash", [...common, ...words], { stdio: "inherit" });
	if (status !== 0) throw new Error(`kotlinc-wasm ${words.join(" ")} failed`, { cause: error });
}

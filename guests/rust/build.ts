import { spawnSync } from "node:child_process";

const FLAGS = ["--edition", "2021", "-C", "opt-level=s", "-C", "lto", "-C", "panic=abort", "-C", "linker=wasm-ld-14", "-C", "strip=symbols"];

/** Compiles one Rust source with Debian's rustc; RUSTC names another one. */
export function buildRust(source: string, target: string): void {
	const rustc = process.env["RUSTC"] ?? "/usr/bin/rustc";
	const words = [...FLAGS, "--target", "wasm32-wasi", "-o", target, source];
	const { status, error } = spawnSync(rustc, words, { stdio: "inherit" });
	if (status !== 0) throw new Error(`${rustc} failed for ${source}`, { cause: error });
}

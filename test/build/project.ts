import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { temporaryDirectory } from "../support/temporary.ts";
import { type Ended, run } from "../support/wherry.ts";

/** Contents, by path; a text `-> x` is a link to x. A name that ends in `*` is executable. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A folder to build, and a person's home of its own. */
export interface Project {
	readonly folder: string;
	readonly store: string;
	readonly wherry: (words: readonly string[], env?: NodeJS.ProcessEnv) => Ended;
	readonly write: (files: Files) => void;
}

export function project(context: TestContext, files: Files, name = "project"): Project {
	const top = temporaryDirectory(context);
	const folder = join(top, name);
	const write = (more: Files) =>
		Object.entries(more).forEach(([path, content]) => plant(folder, path, content));
	mkdirSync(folder);
	write(files);
	return {
		folder,
		store: join(top, "home/.local/share/wherry/images"),
		wherry: (words, env = {}) =>
			run(words, { cwd: folder, env: { PATH: process.env["PATH"], HOME: join(top, "home"), ...env } }),
		write,
	};
}

function plant(folder: string, path: string, content: string | Uint8Array): void {
	const full = join(folder, path.replace(/\*$/, ""));
	mkdirSync(dirname(full), { recursive: true });
	if (typeof content === "string" && content.startsWith("-> ")) symlinkSync(content.slice(3), full);
	else writeFileSync(full, content);
	if (path.endsWith("*")) chmodSync(full, 0o755);
}

/** An image's manifest or config as skopeo reads it out of our store. */
export function inspect(
	store: string,
	name: string,
	what: "--raw" | "--config",
): Readonly<Record<string, unknown>> {
	const { status, stdout, stderr } = spawnSync("skopeo", ["inspect", what, `oci:${store}:${name}`], {
		encoding: "utf8",
	});
	if (status !== 0) throw new Error(`skopeo: ${stderr}`);
	return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
}

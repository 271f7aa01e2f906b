import { join } from "node:path";
import { Context, type Take } from "./context.ts";
import { smallText } from "./small-text.ts";
import type { Listing } from "./toolchain.ts";

/** Folders that hold what others made: no project is known by what is in them. */
const LEFT_OUT: ReadonlySet<string> = new Set([
	".git",
	".hg",
	".svn",
	"node_modules",
	"target",
	"zig-cache",
	".zig-cache",
	"zig-out",
	"bin",
	"obj",
	"build",
	"dist",
	".build",
	".gradle",
	".dub",
	".venv",
	"venv",
	"__pycache__",
]);

const BOUNDS = { entries: 50_000, depth: 32 };

/** Reads what a folder holds, for detection. @throws Fault BUILD_FILE_INVALID, FILE_UNREADABLE */
export function listFolder(folder: string): Listing {
	const take: Take = (path, isFolder) =>
		isFolder && LEFT_OUT.has(path.slice(path.lastIndexOf("/") + 1)) ? "out" : "in";
	const context = new Context(folder, take, BOUNDS);
	const files = [...context.entries].filter(({ kind }) => kind === "file").map(({ path }) => path);
	const known = new Set(files);
	return { files, text: (path) => (known.has(path) ? smallText(join(folder, path)) : undefined) };
}

/** Files at the folder's top whose names end so. */
export function atTop(listing: Listing, ending: string): readonly string[] {
	return listing.files.filter((path) => !path.includes("/") && path.endsWith(ending));
}

/** The first of these files that is there. */
export function firstOf(listing: Listing, paths: readonly string[]): string | undefined {
	return paths.find((path) => listing.files.includes(path));
}

import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Scan } from "../../inspect/scan.ts";
import { namesImage } from "../image-words.ts";

/** Larger maps are left alone. */
const MAP_BYTES_MAX = 64 * 1024 * 1024;

/**
 * The source map that a module names, where a plain file of that name lies beside it. Nothing is fetched, and a name that leads elsewhere
 * is not followed.
 */
export function mapBeside(file: string, { debug }: Scan): string | undefined {
	const name = debug.sourceMap?.replace(/^\.\//, "");
	if (file === "-" || namesImage(file)) return undefined;
	if (name === undefined || !/^[\w.-]{1,200}$/.test(name)) return undefined;
	const path = join(dirname(file), name);
	try {
		const stat = statSync(path);
		return stat.isFile() && stat.size <= MAP_BYTES_MAX ? readFileSync(path, "utf8") : undefined;
	} catch {
		return undefined;
	}
}

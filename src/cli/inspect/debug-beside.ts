import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Fault } from "../../base/fault.ts";
import type { Scan } from "../../inspect/scan.ts";
import type { Beside } from "../../inspect/text/source.ts";
import { readSections } from "../../wasm/sections.ts";
import { namesImage } from "../image-words.ts";

/** Larger files are left alone. */
const MAP_BYTES_MAX = 64 * 1024 * 1024;
const DWARF_BYTES_MAX = 512 * 1024 * 1024;

/**
 * The source map and the DWARF that a module names, where plain files of those names lie beside it. Nothing is fetched, and a name that leads
 * elsewhere is not followed.
 */
export function debugBeside(file: string, { debug }: Scan): Beside {
	if (file === "-" || namesImage(file)) return {};
	const dwarf = fileBeside(file, debug.external, DWARF_BYTES_MAX);
	return {
		map: fileBeside(file, debug.sourceMap, MAP_BYTES_MAX)?.toString("utf8"),
		dwarf: dwarf === undefined ? undefined : sectionsOf(dwarf),
	};
}

function fileBeside(file: string, named: string | undefined, bytes_max: number): Buffer | undefined {
	const name = named?.replace(/^\.\//, "");
	if (name === undefined || !/^[\w.-]{1,200}$/.test(name)) return undefined;
	const path = join(dirname(file), name);
	try {
		const stat = statSync(path);
		return stat.isFile() && stat.size <= bytes_max ? readFileSync(path) : undefined;
	} catch {
		return undefined;
	}
}

/** What is no module has no lines to tell. */
function sectionsOf(bytes: Uint8Array): Beside["dwarf"] {
	try {
		return { bytes, module: { sections: readSections(bytes, true) } };
	} catch (error) {
		if (error instanceof Fault) return undefined;
		throw error;
	}
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LAYOUT_FILE } from "./layout.ts";
import { invalidStore } from "./refusals.ts";

/** @throws Fault STORE_INVALID when the folder is a layout of another version, or none */
export function checkLayout(folder: string): void {
	const file = join(folder, LAYOUT_FILE);
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") return; // made by the first who writes
		throw invalidStore(folder, `cannot read '${file}': ${(cause as Error).message}`, `ls -ld ${folder}`);
	}
	const version = layoutVersion(text);
	if (version?.startsWith("1.") === true) return;
	throw invalidStore(
		folder,
		version === undefined
			? `its file ${LAYOUT_FILE} is not what the OCI image-spec says`
			: `it is an image layout of version '${version}', and this wherry knows version 1`,
		version === undefined ? `mv ${folder} ${folder}.broken` : "npm install -g wherry@latest",
	);
}

function layoutVersion(text: string): string | undefined {
	try {
		const { imageLayoutVersion } = JSON.parse(text) as { imageLayoutVersion?: unknown };
		return typeof imageLayoutVersion === "string" ? imageLayoutVersion : undefined;
	} catch {
		return undefined;
	}
}

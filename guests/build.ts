/**
 * Builds the committed guests again from their sources: `node guests/build.ts [FOLDER|FOLDER/NAME]...`
 * Each `guests/FOLDER/NAME.SOURCE` becomes `guests/FOLDER/NAME.wasm` beside it. README.md says which
 * toolchains are needed and where they are looked for.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { buildAssemblyScript } from "./assemblyscript/build.ts";
import { buildBare } from "./bare/build.ts";
import { buildC } from "./c/build.ts";
import { buildComponent } from "./components/build.ts";
import { buildKotlin } from "./kotlin/build.ts";
import { buildRust } from "./rust/build.ts";
import { buildWat } from "./wat/build.ts";
import { buildZig } from "./zig/build.ts";

interface Language {
	/** How the sources' names end. */
	readonly ending: string;
	build(source: string, target: string): Promise<void> | void;
}

const LANGUAGES: Readonly<Record<string, Language>> = {
	assemblyscript: { ending: ".ts", build: buildAssemblyScript },
	bare: { ending: ".c", build: buildBare },
	c: { ending: ".c", build: buildC },
	components: { ending: ".c", build: buildComponent },
	"components/p3": { ending: ".c", build: buildComponent },
	kotlin: { ending: ".kt", build: buildKotlin },
	rust: { ending: ".rs", build: buildRust },
	wat: { ending: ".wat", build: buildWat },
	zig: { ending: ".zig", build: buildZig },
};

const SIZE_BYTES_MAX = 300_000;
const wanted = process.argv.slice(2);

for (const [folder, language] of Object.entries(LANGUAGES))
	for (const name of namesIn(folder, language.ending))
		if (isWanted(folder, name)) await build(folder, name, language);

async function build(folder: string, name: string, language: Language): Promise<void> {
	const stem = join(import.meta.dirname, folder, name);
	await language.build(`${stem}${language.ending}`, `${stem}.wasm`);
	const size_bytes = statSync(`${stem}.wasm`).size;
	process.stdout.write(`${folder}/${name}.wasm ${size_bytes}\n`);
	if (size_bytes > SIZE_BYTES_MAX) throw new Error(`${folder}/${name}.wasm is over ${SIZE_BYTES_MAX} bytes`);
}

function namesIn(folder: string, ending: string): string[] {
	return readdirSync(join(import.meta.dirname, folder))
		.filter((file) => file.endsWith(ending) && file !== `build${ending}`)
		.map((file) => file.slice(0, -ending.length))
		.sort();
}

function isWanted(folder: string, name: string): boolean {
	return wanted.length === 0 || wanted.includes(folder) || wanted.includes(`${folder}/${name}`);
}

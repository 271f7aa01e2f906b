import { Fault } from "../base/fault.ts";
import { nearMisses, orList } from "../base/near.ts";
import type { Listing, Mark, Toolchain } from "./toolchain.ts";
import { TOOLCHAINS } from "./toolchains.ts";
import { BUILD_FILE } from "./wherry-toml.ts";

/**
 * The toolchain of a folder: the one that wherry.toml names, else the one whose project file is there,
 * else the one of the sources that are there.
 *
 * @param folder as the person named it
 * @throws Fault PROJECT_UNKNOWN for none, or for several; BUILD_FILE_INVALID for a name that is none
 */
export function chooseToolchain(listing: Listing, named: string | undefined, folder: string): Toolchain {
	if (named !== undefined) return toolchainNamed(named);
	for (const mark of ["project", "sources"] satisfies Mark[]) {
		const found = TOOLCHAINS.filter((toolchain) => toolchain.detect(listing) === mark);
		const [first, ...others] = withoutReady(found);
		if (first === undefined) continue;
		if (others.length === 0) return first;
		throw ambiguous(folder, [first, ...others]);
	}
	throw unknown(folder);
}

/** A program that is compiled already counts where nothing is that it may come from. */
function withoutReady(found: readonly Toolchain[]): readonly Toolchain[] {
	return found.length > 1 ? found.filter(({ name }) => name !== "wasm") : found;
}

function toolchainNamed(name: string): Toolchain {
	const toolchain = TOOLCHAINS.find((candidate) => candidate.name === name);
	if (toolchain !== undefined) return toolchain;
	const names = TOOLCHAINS.map((candidate) => candidate.name);
	const near = nearMisses(name, names);
	throw new Fault("BUILD_FILE_INVALID", `there is no toolchain '${name}'`, {
		note: [`asked for in ${BUILD_FILE}`, `there are ${orList(names, "and")}`],
		help: near.length > 0 ? near.map((one) => `toolchain = "${one}"`) : undefined,
	});
}

function ambiguous(folder: string, found: readonly Toolchain[]): Fault {
	return new Fault("PROJECT_UNKNOWN", `cannot tell what to build in '${folder}'`, {
		note: found.map(({ language, marks }) => `it looks like ${language}: ${marks}`),
		help: found.map(({ name }) => `printf '[build]\\ntoolchain = "${name}"\\n' > ${BUILD_FILE}`),
	});
}

function unknown(folder: string): Fault {
	const known = TOOLCHAINS.filter(({ marks }) => !marks.includes(BUILD_FILE));
	return new Fault("PROJECT_UNKNOWN", `found nothing to build in '${folder}'`, {
		note: [
			"a project is known by what lies in its folder:",
			...known.map(({ language, marks }) => `${language}: ${marks}`),
			"and a Dockerfile that is FROM scratch",
		],
		help: [
			"wherry build -t app ./project",
			`printf '[build]\\ncommand = ["make", "app.wasm"]\\noutput = "app.wasm"\\n' > ${BUILD_FILE}`,
		],
	});
}

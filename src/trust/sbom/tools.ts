import { type Producer, readProducers } from "../../wasm/customs.ts";
import type { Binary } from "../../wasm/nested.ts";
import { packageUrl, type Part, short } from "./part.ts";

/** What the producers sections say: by whom a program was made. Anyone can write anything there, or nothing. */
export interface Makers {
	readonly tools: readonly Part[];
	/** `Rust 1.90`. */
	readonly languages: readonly string[];
	/** Go's own library, whose version is the compiler's. */
	readonly standardLibraries: readonly Part[];
}

export function readMakers(binaries: readonly Binary[]): Makers {
	const producers = binaries.flatMap((binary) => readProducers(binary.bytes, binary));
	const languages = producers
		.filter(({ field }) => field === "language")
		.map(({ name, version }) => short(`${name} ${version}`.trim()));
	return {
		tools: producers.filter(({ field }) => field !== "language").map(toolOf),
		languages: [...new Set(languages)].sort(),
		standardLibraries: producers.flatMap(goLibrary),
	};
}

function toolOf({ field, name, version }: Producer): Part {
	return {
		kind: "tool",
		name: short(name),
		version: version === "" ? undefined : short(version),
		purl: undefined,
		evidence: "declared",
		origin: "producers",
		properties: { "wasm:producer": short(field) },
		dependsOn: undefined,
	};
}

/** Scanners look for holes of Go's library under this name. */
function goLibrary({ name, version }: Producer): readonly Part[] {
	const release = /^go(\d[\w.]*)/.exec(version)?.[1];
	if (!/^Go\b/.test(name) || release === undefined) return [];
	return [
		{
			kind: "library",
			name: "stdlib",
			version: release,
			purl: packageUrl("golang", "stdlib", release),
			evidence: "declared",
			origin: "producers",
			properties: {},
			dependsOn: undefined,
		},
	];
}

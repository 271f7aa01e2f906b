/** "declared": whoever built the program wrote it down. "inferred": a trace that was found in its data. */
export type Evidence = "declared" | "inferred";

/** Where it was read. */
export type Origin =
	| "go-modinfo"
	| "cargo-auditable"
	| "producers"
	| "custom-sections"
	| "panic-paths"
	| "package-metadata";

/** Something that a program is made of, or was made by. */
export interface Part {
	/** "tool": it made the program, and is not in it. */
	readonly kind: "library" | "tool";
	readonly name: string;
	readonly version: string | undefined;
	/** Package URL (github.com/package-url/purl-spec), where there is a type for it. */
	readonly purl: string | undefined;
	readonly evidence: Evidence;
	readonly origin: Origin;
	/** What else is known, by name. */
	readonly properties: Readonly<Record<string, string>>;
	/** Keys (`keyOf`) of those that it uses itself; undefined when that is not known. */
	readonly dependsOn: readonly string[] | undefined;
}

/** What a program says of itself. */
export interface About {
	readonly name?: string;
	readonly version?: string;
	readonly description?: string;
	readonly authors?: string;
	readonly licenses?: string;
	/** Where its source is. */
	readonly source?: string;
	readonly homepage?: string;
	readonly revision?: string;
	/** What else is known: build settings, languages, interfaces. */
	readonly properties: readonly (readonly [name: string, value: string])[];
}

/** What is in one wasm binary, as far as it tells. */
export interface Inventory {
	readonly about: About;
	/** Each key once, in order of keys. */
	readonly parts: readonly Part[];
	/** The libraries that are in it: all of them, some, or nothing is known. */
	readonly libraries: "complete" | "incomplete" | "unknown";
}

/** No program has more parts; what is over is left out. */
export const PARTS_MAX = 10_000;
/** Names and versions that are longer are cut off. */
const CHARACTERS_MAX = 500;

/** What tells parts apart. */
export function keyOf({
	purl,
	kind,
	name,
	version,
}: Pick<Part, "purl" | "kind" | "name" | "version">): string {
	return purl ?? `${kind}:${name}${version === undefined ? "" : `@${version}`}`;
}

/** `pkg:TYPE/NAME@VERSION`; slashes in the name stay. */
export function packageUrl(type: string, name: string, version: string | undefined): string {
	const path = name.split("/").map(encodePart).join("/");
	return `pkg:${type}/${path}${version === undefined ? "" : `@${encodePart(version)}`}`;
}

/** As encodeURIComponent, which throws at half of a surrogate pair; purl leaves ':' as it is. */
function encodePart(text: string): string {
	return encodeURIComponent(text.toWellFormed()).replaceAll("%3A", ":");
}

/** Text of others, bounded. */
export function short(text: string): string {
	return text.length > CHARACTERS_MAX ? text.slice(0, CHARACTERS_MAX) : text;
}

/** Each key once: what is declared stands before what is inferred, and otherwise the first. In order of keys. */
export function distinct(parts: readonly Part[]): readonly Part[] {
	const byKey = new Map<string, Part>();
	for (const part of parts) {
		const before = byKey.get(keyOf(part));
		if (before === undefined || (before.evidence === "inferred" && part.evidence === "declared"))
			byKey.set(keyOf(part), part);
	}
	const sorted = [...byKey].sort(([one], [other]) => (one < other ? -1 : 1));
	return sorted.map(([, part]) => part).slice(0, PARTS_MAX);
}

import { packageUrl, type Part, PARTS_MAX, short } from "./part.ts";

/** What Rust's panic messages give away: the paths of the sources that they come from. */
export interface PanicTraces {
	/** Only crates that can panic, and were not built with paths trimmed: never all. */
	readonly crates: readonly Part[];
	/** The commit of the compiler, from `/rustc/COMMIT/`. */
	readonly rustc: string | undefined;
}

/** NAME-VERSION behind the folder of a registry: cargo's own (`registry/src/HOST-HASH/`) or Debian's (`cargo/registry/`). */
const CRATE =
	/(?:\/registry\/src\/[^/\0]{1,100}|\/cargo\/registry)\/([A-Za-z][\w-]{0,63})-(\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][\w.+-]{1,40})?)\//y;
const REGISTRIES = ["/registry/src/", "/cargo/registry/"];
const COMPILER = /\/rustc\/([0-9a-f]{40})\//y;

/** Looks through a module's data, as text of one character a byte. */
export function readPanicTraces(data: string): PanicTraces {
	const names = new Set<string>();
	// on Windows cargo writes backslashes
	const text = data.includes("\\registry\\src\\") ? data.replaceAll("\\", "/") : data;
	for (const registry of REGISTRIES)
		for (const match of matchesAt(text, registry, CRATE)) names.add(`${match[1]} ${match[2]}`);
	const [compiler] = matchesAt(text, "/rustc/", COMPILER);
	return {
		crates: [...names].map((name) => crateOf(...(name.split(" ") as [string, string]))),
		rustc: compiler?.[1],
	};
}

/** Where `word` stands and the pattern fits from there: a search for plain text is the fastest there is. */
function* matchesAt(text: string, word: string, pattern: RegExp): Generator<RegExpExecArray> {
	let found = 0;
	for (let at = text.indexOf(word); at >= 0 && found < PARTS_MAX; at = text.indexOf(word, at + 1)) {
		pattern.lastIndex = at;
		const match = pattern.exec(text);
		if (match === null) continue;
		found += 1;
		yield match;
	}
}

function crateOf(name: string, version: string): Part {
	return {
		kind: "library",
		name: short(name),
		version: short(version),
		purl: packageUrl("cargo", name, version),
		evidence: "inferred",
		origin: "panic-paths",
		properties: {},
		dependsOn: undefined,
	};
}

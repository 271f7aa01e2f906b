/**
 * How a component and its host speak: JavaScript values in the conventions of jco
 * (https://bytecodealliance.github.io/jco/wit-type-representations.html), whoever does the lifting and lowering.
 *
 * Records are objects with camelCase keys, variants `{tag, val}`, enums their kebab-case names, flags objects of
 * booleans, options `undefined` or the value (`{tag: "some" | "none", val}` where they are nested), results are returned or thrown
 * (a thrown `ComponentError` carries the error in `payload`; as a value inside others `{tag: "ok" | "err", val}`),
 * lists arrays (`Uint8Array` and its like for numbers), u64 and s64 BigInt, resources instances of the classes
 * that the host gave. A function that may wait returns a promise.
 */

/** The functions (camelCase) and resource classes (PascalCase) of one interface. Without a prototype. */
export type HostInterface = Readonly<Record<string, unknown>>;

/**
 * All interfaces that the host has for one guest, by name and track: `wasi:cli/environment@0.2`,
 * `wasi:http/types@0.3`. Patch versions are one track; the newest is what we implement.
 */
export type Host = ReadonlyMap<string, HostInterface>;

/**
 * The track that an interface's name belongs to, the key of a Host: versions that are compatible with each other share
 * one, as the component model says (`0.2.6` -> `0.2`, `1.4.0` -> `1`, `0.0.7` alone). A pre-release is compatible with
 * itself only: `wasi:keyvalue/store@0.2.0-draft` is its own track, and so is a name without a version.
 */
export function trackOf(name: string): string {
	const at = name.lastIndexOf("@");
	const match = /^(\d+)\.(\d+)\.\d+(?:\+[0-9A-Za-z.-]+)?$/.exec(at === -1 ? "" : name.slice(at + 1));
	if (match === null) return name;
	const [, major = "", minor = ""] = match;
	if (major !== "0") return name.slice(0, at + 1) + major;
	return minor === "0" ? name : `${name.slice(0, at + 1)}0.${minor}`;
}

/** What a host function throws for the error of a `result`. */
export class ComponentError extends Error {
	readonly payload: unknown;

	constructor(payload: unknown) {
		super("the error of a result");
		this.name = "ComponentError";
		this.payload = payload;
	}
}

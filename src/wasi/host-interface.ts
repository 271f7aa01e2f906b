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

/** What a host function throws for the error of a `result`. */
export class ComponentError extends Error {
	readonly payload: unknown;

	constructor(payload: unknown) {
		super(
			`the error of a result: ${JSON.stringify(payload, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value))}`,
		);
		this.name = "ComponentError";
		this.payload = payload;
	}
}

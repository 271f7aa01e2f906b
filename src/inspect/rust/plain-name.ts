import { legacyName } from "./legacy-name.ts";
import { V0Name } from "./v0-name.ts";

/** Longer names are not looked into. */
const MANGLED_CHARACTERS_MAX = 20_000;

/**
 * The name that a person wrote in Rust for what its compiler calls `_ZN…17h0123456789abcdefE` or `_R…`: without hashes,
 * which each build changes, and what optimisers put behind it. Any other name is answered as it is.
 */
export function plainName(name: string): string {
	if (!name.startsWith("_") || name.length > MANGLED_CHARACTERS_MAX) return name;
	const mangled = withoutSuffix(name);
	if (mangled.startsWith("_R")) return new V0Name(mangled).text ?? name;
	return mangled.startsWith("_ZN") ? (legacyName(mangled) ?? name) : name;
}

/**
 * What a plain name has in common in both forms: `<a::S>::f::{closure#0}` of the newer is `a::S::f::{{closure}}` in the
 * older.
 */
export function commonName(plain: string): string {
	return plain.replace(/^<([^<>]*)>(?=::)/, "$1").replaceAll(/\{closure#\d+\}/g, "{{closure}}");
}

/** LLVM adds `.llvm.123`, `.cold` and the like to what it takes apart or makes visible; Rust's newer form has no dots. */
function withoutSuffix(name: string): string {
	if (name.startsWith("_R")) return name.split(".", 1)[0] ?? name;
	const hash = /17h[0-9a-f]{16}E(?=\.|$)/.exec(name);
	return hash === null ? name : name.slice(0, hash.index + hash[0].length);
}

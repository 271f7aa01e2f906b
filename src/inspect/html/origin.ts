import { lengthWords } from "../rust/legacy-name.ts";

const ORIGIN_CHARACTERS_MAX = 60;
const PREFIX_CHARACTERS_MAX = 24;
const NAME_CHARACTERS_MAX = 1000;

/** The origin of functions whose names do not tell one. */
export const UNTOLD = "code";

/**
 * The crate of Rust, the package of Go or the namespace of C++ that a function's name tells; `UNTOLD` where it does not.
 *
 * @param name with Rust's mangling undone
 */
export function originOf(name: string): string {
	const found = mangledOrigin(name) ?? pathOrigin(name.slice(0, NAME_CHARACTERS_MAX));
	return found?.slice(0, ORIGIN_CHARACTERS_MAX) ?? UNTOLD;
}

/** `_ZN` of C++. */
function mangledOrigin(name: string): string | undefined {
	const path = /^_ZNK?/.exec(name)?.[0];
	if (path === undefined) return undefined;
	const rest = name.slice(path.length);
	return rest.startsWith("St") ? "std" : lengthWords(rest).words[0];
}

function pathOrigin(name: string): string | undefined {
	const path =
		/^(?:[<&*([\s]|dyn |mut )*([A-Za-z0-9_]+)::/.exec(name) ??
		/^<.*? as ([A-Za-z0-9_]+)::/.exec(name) ??
		/^([A-Za-z0-9_/.-]*[A-Za-z0-9_-])\.[A-Za-z(]/.exec(name);
	return path?.[1] ?? (name.includes("::") ? templateOrigin(name) : undefined);
}

/** A function made from a template has its result before its name: `void std::sort<int*>(int*, int*)`. */
function templateOrigin(name: string): string | undefined {
	let depth = 0;
	let word = "";
	for (const letter of name.replaceAll("(anonymous namespace)::", "")) {
		if (letter === "<") depth += 1;
		else if (letter === ">") depth -= 1;
		else if (depth > 0) continue;
		else if (letter === "(") break;
		else word = letter === " " ? "" : word + letter;
	}
	return /^[*&]*([A-Za-z0-9_]+)::/.exec(word)?.[1];
}

/** What a name of C begins with, by which its authors tell their functions apart: `rb_`, `PyUnicode_`; empty where there is none. */
export function prefixOf(name: string): string {
	const found = /^_*[A-Za-z][A-Za-z0-9]+_/.exec(name.slice(0, PREFIX_CHARACTERS_MAX));
	return found?.[0] ?? "";
}

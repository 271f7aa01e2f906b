import type { Scan } from "../scan.ts";
import type { Body } from "./body.ts";
import { functionName, globalNames, localNames } from "./names.ts";

/** Names in code are shorter than this; what is longer is cut. */
const NAME_CHARACTERS_MAX = 80;
/** Locals that are told of at the head; more have their names alone. */
const DECLARED_MAX = 200;

/** Names of a function's parts as words of code, whatever characters a module's own names have. */
export class CodeNames {
	readonly #scan: Scan;
	readonly #types: readonly string[];
	readonly #params: number;
	readonly #locals: ReadonlyMap<number, string>;
	readonly #globals: ReadonlyMap<number, string>;
	readonly #functions = new Map<number, string>();
	readonly #takenWords = new Set<string>();

	constructor(scan: Scan, functionIndex: number, { type, locals }: Body) {
		this.#scan = scan;
		this.#params = type?.params.length ?? 0;
		this.#types = [...(type?.params ?? []), ...locals];
		const seen = new Set<string>();
		this.#locals = distinct(localNames(scan, functionIndex), seen);
		this.#globals = distinct(globalNames(scan), seen);
		for (let index = 0; index < scan.module.importedFunctions; index++) this.function(index);
	}

	local(index: number): string {
		return this.#locals.get(index) ?? `${index < this.#params ? "p" : "v"}${index}`;
	}

	global(index: number): string {
		return this.#globals.get(index) ?? `g${index}`;
	}

	/** No two functions have one name: what a module calls its own functions must not look like an import. */
	function(index: number): string {
		const known = this.#functions.get(index);
		if (known !== undefined) return known;
		const name = functionName(this.#scan, index);
		let own = name === undefined || name === "" ? `f${index}` : word(name);
		if (this.#takenWords.has(own) || (OURS.test(own) && own !== `f${index}`)) own = `${own}#${index}`;
		this.#takenWords.add(own);
		this.#functions.set(index, own);
		return own;
	}

	/** `p0: i32, p1: i64` */
	parameters(): string {
		return this.#declared(0, this.#params);
	}

	locals(): string {
		return this.#declared(this.#params, this.#types.length);
	}

	#declared(start: number, end: number): string {
		const shown = this.#types.slice(start, Math.min(end, start + DECLARED_MAX));
		const texts = shown.map((type, at) => `${this.local(start + at)}: ${type}`);
		if (end - start > DECLARED_MAX) texts.push(`and ${end - start - DECLARED_MAX} more`);
		return texts.join(", ");
	}
}

/** What could be read as code, or moves a terminal, is replaced. */
function word(name: string): string {
	return name.slice(0, NAME_CHARACTERS_MAX).replaceAll(/[^\w.$:<>~&*@-]/g, "_");
}

/** Names that are ours, as temporaries have them, and words of the code itself. */
const OURS =
	/^(?:[aprtvgfL]\d+|(?:memory|table)\d*|if|else|do|while|break|continue|switch|case|default|return|unreachable|var|true|inf|nan)$/;

/** Each name once: a second one of the same letters, or one that could be ours, gets its index. */
function distinct(names: ReadonlyMap<number, string>, seen: Set<string>): ReadonlyMap<number, string> {
	const words = new Map<number, string>();
	for (const [index, name] of names) {
		if (name === "") continue;
		const plain = word(name).replaceAll(/[^\w$]/g, "_");
		let own = OURS.test(plain) ? `${plain}_${index}` : plain;
		while (seen.has(own)) own = `${own}_${index}`;
		seen.add(own);
		words.set(index, own);
	}
	return words;
}

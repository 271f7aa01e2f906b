import { Fault } from "../base/fault.ts";
import { nearMisses } from "../base/near.ts";
import { shellWord } from "../base/shell.ts";
import type { FunctionType, Module } from "../wasm/module.ts";
import { functionTypeOf } from "../wasm/function-type.ts";

type Value = number | bigint;

/** What `--invoke` was given. */
export interface InvokeWords extends Invoked {
	readonly words: readonly string[];
}

interface Invoked {
	/** An export's. */
	readonly name: string;
	/** What was typed for the module, for the words of help. */
	readonly file: string;
}

/**
 * The arguments of `--invoke NAME ARGS`, from words to wasm values: i32 and i64 in decimal or hex,
 * signed or unsigned; f32 and f64 as JavaScript writes numbers, and `nan` and `inf`.
 *
 * @throws Fault ENTRY_MISSING, INVOKE_INVALID
 */
export function parseArguments(
	bytes: Uint8Array,
	module: Module,
	{ name, words, file }: InvokeWords,
): Value[] {
	const type = typeOfExport(bytes, module, { name, file });
	const invalid = (what: string) =>
		new Fault("INVOKE_INVALID", `cannot invoke '${name}': ${what}`, {
			note: `its type is (${type.params.join(" ")}) -> (${type.results.join(" ")})`,
			help: exampleCall(bytes, module, { name, file }),
		});
	if (words.length !== type.params.length) {
		throw invalid(`it takes ${type.params.length} arguments and was given ${words.length}`);
	}
	return type.params.map((param, index) => parseValue(param, words[index] ?? "", invalid));
}

/** Results as the shell likes them: one a line, integers signed. */
export function formatResults(results: readonly unknown[]): string {
	return results.map((result) => `${String(result)}\n`).join("");
}

function typeOfExport(bytes: Uint8Array, module: Module, { name, file }: Invoked): FunctionType {
	const type = exportedType(bytes, module, name);
	if (type !== undefined) return type;
	const names = module.exports.filter(({ kind }) => kind === "function").map((entry) => entry.name);
	const [near = names.find((one) => !one.startsWith("_"))] = nearMisses(name, names);
	throw new Fault("ENTRY_MISSING", `cannot invoke '${name}': the module exports no such function`, {
		note: names.length === 0 ? "it exports no functions at all" : `it exports ${list(names)}`,
		help:
			near === undefined
				? "build it as a library: one whose functions are exported"
				: exampleCall(bytes, module, { name: near, file }),
	});
}

function exportedType(bytes: Uint8Array, module: Module, name: string): FunctionType | undefined {
	const found = module.exports.find((entry) => entry.name === name && entry.kind === "function");
	return found === undefined ? undefined : functionTypeOf(bytes, module, found.index);
}

/** What to type to call an export. */
export function exampleCall(bytes: Uint8Array, module: Module, { name, file }: Invoked): string {
	const params = exportedType(bytes, module, name)?.params ?? [];
	return ["wherry run --invoke", shellWord(name), shellWord(file), ...params.map(() => "1")].join(" ");
}

function parseValue(param: string, word: string, invalid: (what: string) => Fault): Value {
	if (param === "i32" || param === "i64") {
		const value = parseInteger(word, param === "i32" ? 32 : 64);
		if (value !== undefined) return param === "i32" ? Number(value) : value;
	} else if (param === "f32" || param === "f64") {
		const value = parseFloat64(word);
		if (value !== undefined) return value;
	} else throw invalid(`a value of type ${param} cannot be written on the command line`);
	throw invalid(`'${word}' is no ${param}`);
}

function parseInteger(word: string, bits: 32 | 64): bigint | undefined {
	if (!/^[+-]?(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(word)) return undefined;
	const negative = word.startsWith("-");
	const magnitude = BigInt(word.replace(/^[+-]/, ""));
	const value = negative ? -magnitude : magnitude;
	if (value < -(1n << BigInt(bits - 1)) || value >= 1n << BigInt(bits)) return undefined;
	return BigInt.asIntN(bits, value);
}

function parseFloat64(word: string): number | undefined {
	if (/^[+-]?nan$/i.test(word)) return Number.NaN;
	if (/^[+-]?inf(inity)?$/i.test(word)) return word.startsWith("-") ? -Infinity : Infinity;
	return /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/i.test(word) ? Number(word) : undefined;
}

const NAMED_MAX = 8;

export function list(names: readonly string[]): string {
	const shown = names.slice(0, NAMED_MAX).map((name) => `'${name}'`);
	return shown.join(", ") + (names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : "");
}

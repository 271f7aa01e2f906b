import { Fault } from "../../base/fault.ts";
import { nearMisses, orList } from "../../base/near.ts";
import { shellWord } from "../../base/shell.ts";
import { lengthWords } from "../rust/legacy-name.ts";
import { plainName } from "../rust/plain-name.ts";
import type { Scan } from "../scan.ts";
import { functionName, importedFunction, shownName } from "./names.ts";

const SHOWN_MAX = 5;

/**
 * The function that a word names: by index, by the name of an export, by the name section's, by an import's `MODULE.NAME`; else by a
 * name without what toolchains put behind it, a hash or parameters.
 *
 * @param file for the help: what the person called the program
 * @returns its index, functions that are imported counted
 * @throws Fault FUNCTION_UNKNOWN, with near misses or the several that have this name
 */
export function findFunction(scan: Scan, word: string, file = "FILE"): number {
	const functions = countOf(scan);
	if (isIndex(word)) return demandIndex(Number(word), functions);
	const found = candidates(scan, word);
	const [only] = found;
	if (only !== undefined && found.length === 1) return only;
	throw only === undefined ? notFound(scan, word, file) : ambiguous(scan, word, found);
}

/** Whether the module defines a function of this name; indices are in every module. */
export function hasFunction(scan: Scan, word: string): boolean {
	return !isIndex(word) && candidates(scan, word).some((index) => index >= scan.module.importedFunctions);
}

function isIndex(word: string): boolean {
	return /^\d{1,9}$/.test(word);
}

function countOf({ module }: Scan): number {
	return module.importedFunctions + module.definedFunctions;
}

/** The functions of this name, one more than are told of at most. */
function candidates(scan: Scan, word: string): number[] {
	const functions = countOf(scan);
	const exported = scan.module.exports.find(({ kind, name }) => kind === "function" && name === word);
	if (exported !== undefined && exported.index < functions) return [exported.index];
	const wanted = word.startsWith("$") ? word.slice(1) : word;
	const collect = (isIt: (index: number) => boolean) => {
		const found: number[] = [];
		for (let index = 0; index < functions && found.length <= SHOWN_MAX; index++)
			if (isIt(index)) found.push(index);
		return found;
	};
	const named = collect((index) => isNamed(scan, index, wanted));
	return named.length > 0 ? named : collect((index) => shortName(scan.names.get(index) ?? "") === wanted);
}

/** `parser::parse` of `parser::parse::h0123456789abcdef`, of `parser::parse(char const*)` and of `_ZN6parser5parseEPKc`. */
function shortName(full: string): string {
	const name = plainName(full);
	if (name.startsWith("_ZN")) {
		const { words } = lengthWords(name.slice("_ZN".length));
		if (words.length > 0) return words.join("::");
	}
	const withoutHash = name.replace(/::h[0-9a-f]{16}$/, "");
	const opening = withoutHash.indexOf("(", 1);
	return opening > 0 && withoutHash.includes("::") ? withoutHash.slice(0, opening) : withoutHash;
}

function isNamed(scan: Scan, index: number, name: string): boolean {
	if (scan.names.get(index) === name) return true;
	const imported = importedFunction(scan.module, index);
	return imported !== undefined && (imported.name === name || functionName(scan, index) === name);
}

function demandIndex(index: number, functions: number): number {
	if (index < functions) return index;
	throw new Fault("FUNCTION_UNKNOWN", `there is no function '${index}'`, {
		note:
			functions === 0
				? "the module has none"
				: `the module has functions 0 to ${functions - 1}, imported ones first`,
	});
}

function ambiguous(scan: Scan, word: string, found: readonly number[]): Fault {
	const shown = found
		.slice(0, SHOWN_MAX)
		.map((index) => {
			const name = functionName(scan, index);
			return name === undefined || name === word ? String(index) : `${index} (${shownName(name)})`;
		})
		.join(", ");
	return new Fault("FUNCTION_UNKNOWN", `several functions are called '${shownName(word)}'`, {
		note: `they are ${shown}${found.length > SHOWN_MAX ? " and more" : ""}`,
		help: `name it by its index: ${found[0]}`,
	});
}

function notFound(scan: Scan, word: string, file: string): Fault {
	const functions = countOf(scan);
	const near = nearNames(scan, word, functions).map(shownName);
	return new Fault("FUNCTION_UNKNOWN", `there is no function '${shownName(word)}'`, {
		note: scan.names.count === 0 ? "the module's names of functions are stripped" : undefined,
		help:
			near.length === 0
				? `wherry wat ${shellWord(file)}    shows which there are`
				: `did you mean ${orList(near)}?`,
	});
}

/** Slips first, then names that have the word in them, the shortest first. */
function nearNames(scan: Scan, word: string, functions: number): string[] {
	const names = new Set(namesOf(scan, functions));
	const slips = nearMisses(word, names);
	if (slips.length > 0) return slips;
	const lower = word.toLowerCase();
	const holding: string[] = [];
	for (const name of names) if (word.length >= 3 && name.toLowerCase().includes(lower)) holding.push(name);
	return holding.toSorted((a, b) => a.length - b.length).slice(0, SHOWN_MAX);
}

function* namesOf(scan: Scan, functions: number): Generator<string> {
	for (const { kind, name } of scan.module.exports) if (kind === "function") yield name;
	for (let index = 0; index < functions; index++) {
		const name = scan.names.get(index);
		if (name !== undefined) yield plainName(name);
	}
}

/** An imported function has no body. @throws Fault FUNCTION_UNKNOWN */
export function demandBody(scan: Scan, index: number): void {
	const found = importedFunction(scan.module, index);
	if (found === undefined) return;
	throw new Fault("FUNCTION_UNKNOWN", `function ${index} has no text: it is imported`, {
		note: `it is '${shownName(found.name)}' of '${shownName(found.module)}', which the host gives`,
	});
}

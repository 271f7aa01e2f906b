import { Fault } from "../../base/fault.ts";
import type { Part } from "../programs.ts";
import { plural } from "../phrases.ts";
import type { Scan } from "../scan.ts";
import { hasFunction } from "./find-function.ts";
import { shownName } from "./names.ts";

const SHOWN_MAX = 20;

/** A core module of a program. */
export interface Chosen {
	readonly path: string;
	readonly scan: Scan;
	/** Of its first byte, from the program's. */
	readonly start: number;
}

/**
 * The core module that is meant: the one of this path, the only one there is, or the only one that defines a function of this name.
 *
 * @param path as in an inspection's report, `0.2`; undefined: the only one
 * @param word names the function that is looked for
 * @throws Fault FUNCTION_UNKNOWN with the paths there are
 */
export function chooseModule(parts: readonly Part[], path: string | undefined, word?: string): Chosen {
	const modules = parts.flatMap((part) =>
		part.scan === undefined ? [] : [{ path: part.path, scan: part.scan, start: part.start }],
	);
	const fitting = path === undefined ? modules : modules.filter((module) => module.path === path);
	const [only] = fitting;
	if (only !== undefined && fitting.length === 1) return only;
	const defining = word === undefined ? [] : fitting.filter(({ scan }) => hasFunction(scan, word));
	const [defines] = defining;
	if (defines !== undefined && defining.length === 1) return defines;
	throw new Fault("FUNCTION_UNKNOWN", messageOf(modules, path, word), {
		note: modules.slice(0, SHOWN_MAX).map(described),
		help: (defines === undefined ? modules : defining).slice(0, 1).map((module) => `--in ${module.path}`),
	});
}

function messageOf(modules: readonly Chosen[], path: string | undefined, word: string | undefined): string {
	if (path !== undefined) return `there is no core module '${shownName(path)}'`;
	if (modules.length === 0) return "there is no core module in it that can be read";
	return word === undefined
		? "cannot tell which core module of the component is meant"
		: `cannot tell which core module of the component has the function '${shownName(word)}'`;
}

function described({ path, scan }: Chosen): string {
	return `${path} is a module of ${plural(scan.module.definedFunctions, "function")}, ${scan.bytes.length} bytes`;
}

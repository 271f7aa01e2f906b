import { Fault } from "../../base/fault.ts";
import type { Part } from "../programs.ts";
import type { Scan } from "../scan.ts";

const SHOWN_MAX = 20;

/** A core module of a program. */
export interface Chosen {
	readonly path: string;
	readonly scan: Scan;
	/** Of its first byte, from the program's. */
	readonly start: number;
}

/**
 * The core module that is meant: the one of this path, or the only one there is.
 *
 * @param path as in an inspection's report, `0.2`; undefined: the only one
 * @throws Fault FUNCTION_UNKNOWN with the paths there are
 */
export function chooseModule(parts: readonly Part[], path: string | undefined): Chosen {
	const modules = parts.flatMap((part) =>
		part.scan === undefined ? [] : [{ path: part.path, scan: part.scan, start: part.start }],
	);
	const fitting = path === undefined ? modules : modules.filter((module) => module.path === path);
	const [only] = fitting;
	if (only !== undefined && fitting.length === 1) return only;
	const message =
		path === undefined
			? "the component has several core modules, or none"
			: `there is no core module '${path}'`;
	throw new Fault("FUNCTION_UNKNOWN", message, {
		note: modules.slice(0, SHOWN_MAX).map(described),
		help: modules.slice(0, 1).map((module) => `--in ${module.path}`),
	});
}

function described({ path, scan }: Chosen): string {
	return `${path} is a module of ${scan.module.definedFunctions} functions, ${scan.bytes.length} bytes`;
}

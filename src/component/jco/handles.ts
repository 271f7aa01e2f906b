import { Fault } from "../../base/fault.ts";
import { HANDLES_MAX } from "../direct/handles.ts";

/**
 * jco's tables of handles with a limit: a guest that opens resources, streams or tasks and closes none would otherwise
 * grow the host (wasmtime's GHSA-852m-cvvp-9p4w). And without a set of all numbers that were ever given, which nothing reads.
 *
 * @throws Fault BUG where version 0.15.0 would have it, and it is not found
 */
export function limitedHandles(text: string): string {
	let result = text;
	for (const [holder, pattern, replacement] of CHANGES) {
		if (!result.includes(holder)) continue;
		if (!pattern.test(result))
			throw new Fault("BUG", `cannot find the beginning of '${holder}' in what the transpiler made`, {
				note: "it is another version than wherry knows",
			});
		result = result.replace(pattern, replacement);
	}
	return result;
}

/** Waitable sets, subtasks, the ends of streams and futures: each is several objects, some kB. */
const WAITABLES_MAX = 1 << 16;

const TRAP = "throw new WebAssembly.RuntimeError('too many handles are open')";

const CHANGES: readonly (readonly [holder: string, pattern: RegExp, replacement: string])[] = [
	[
		"function rscTableCreateOwn(",
		/(function rscTableCreateOwn\(table, rep\) \{\n)([^]*?)\n *table\._createdReps\.add\(rep\);/,
		`$1if (table.length >= ${2 * HANDLES_MAX}) { ${TRAP}; }\n$2`,
	],
	[
		"class RepTable {",
		/(class RepTable \{[^]*?\n *insert\(val\) \{\n)/,
		`$1if (this.#size >= ${WAITABLES_MAX}) { ${TRAP}; }\n`,
	],
];

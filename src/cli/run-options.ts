import type { Grants } from "../capability/grants.ts";
import type { Limits } from "../capability/limits.ts";

/** How results and errors are written: for people, or one JSON object each. */
export type Format = "text" | "json";

/** What the words of `wherry run` come to. Values only: of the run itself nothing has been opened. */
export interface RunOptions {
	/** The module: a path to a .wasm or .wat file, or "-" for standard input. */
	readonly file: string;
	/** What the guest sees as argv[1...]; with `invoke`, the function's arguments. */
	readonly args: readonly string[];
	/** What the guest sees as argv[0]; undefined: the module's file name. */
	readonly argv0: string | undefined;
	readonly grants: Grants;
	readonly limits: Limits;
	/** Call this export instead of `_start`. */
	readonly invoke: string | undefined;
	/** Print each call of WASI on standard error. */
	readonly traceWasi: boolean;
	/** "auto": the second wall where the machine has it; "strict": or refuse to run; "none": without. */
	readonly isolation: "auto" | "strict" | "none";
	/** What an import that nobody provides does: refuse to start, or trap when it is called. */
	readonly unknownImports: "refuse" | "trap";
	/** Print stack traces of our own. */
	readonly debug: boolean;
	readonly format: Format;
}

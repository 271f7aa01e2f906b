import type { Grants } from "../capability/grants.ts";
import type { Limits } from "../capability/limits.ts";
import type { Learning } from "./learn/journal.ts";

/** How results and errors are written: for people, or one JSON object each. */
export type Format = "text" | "json";

/** What the words of `wherry run` come to. Values only: of the run itself nothing has been opened. */
export interface RunOptions {
	/** The module: a path to a .wasm or .wat file, "-" for standard input, or the name of an image. */
	readonly file: string;
	/** What the guest sees as argv[1...]; with `invoke`, the function's arguments. */
	readonly args: readonly string[];
	/** What the guest sees as argv[0]; undefined: the module's file name. */
	readonly argv0: string | undefined;
	/** What is asked of the image, where `file` names one. */
	readonly image: ImageOptions;
	readonly grants: Grants;
	readonly limits: Limits;
	/** Files of certificates that are trusted beside the usual ones, in PEM. */
	readonly tlsCa: readonly string[];
	/** Call this export instead of `_start`. */
	readonly invoke: string | undefined;
	/** Print each call of WASI on standard error. */
	readonly traceWasi: boolean;
	/** "auto": the second wall where the machine has it; "strict": or refuse to run; "none": without. */
	readonly isolation: "auto" | "strict" | "none";
	/** What an import that nobody provides does: refuse to start, or trap when it is called. */
	readonly unknownImports: "refuse" | "trap";
	/** Takes down what is used, for `--learn`. */
	readonly learning?: Learning | undefined;
	/** Print stack traces of our own. */
	readonly debug: boolean;
	readonly format: Format;
}

export interface ImageOptions {
	/** Runs this file of the image, instead of what it says itself. */
	readonly entrypoint: string | undefined;
	/** Whether a registry is asked: when the image is not here, in any case, or not at all. */
	readonly pull: "missing" | "always" | "never";
	/** `OS/ARCHITECTURE`, to choose from an image that has several. */
	readonly platform: string | undefined;
	/** The policy files of the run. */
	readonly policies: readonly string[];
	/** Flags that grant files, network or variables beyond what those do. */
	readonly beyond: readonly string[];
	/** Only what wherry.lock names, as it names it. */
	readonly locked: boolean;
	/** Instead of the user's own. */
	readonly trustPolicy: string | undefined;
	/** Registries, `HOST[:PORT]`, that are reached without TLS. */
	readonly insecure: readonly string[];
	/** No progress of a pull. */
	readonly quiet: boolean;
	/** The root that the image gives cannot be written. */
	readonly readOnly: boolean;
}

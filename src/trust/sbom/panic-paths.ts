import { type Pattern, textBytes } from "../../wasm/kernel/patterns.ts";
import { packageUrl, type Part, PARTS_MAX, short } from "./part.ts";

/** What Rust's panic messages give away: the paths of the sources that they come from. */
export interface PanicTraces {
	/** Only crates that can panic, and were not built with paths trimmed: never all. */
	readonly crates: readonly Part[];
	/** The commit of the compiler, from `/rustc/COMMIT/`. */
	readonly rustc: string | undefined;
}

/** NAME-VERSION behind the folder of a registry: cargo's own (`registry/src/HOST-HASH/`) or Debian's (`cargo/registry/`). */
const CRATE =
	/^(?:\/registry\/src\/[^/\0]{1,100}|\/cargo\/registry)\/([A-Za-z][\w-]{0,63})-(\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][\w.+-]{1,40})?)\//;
const COMPILER = /^\/rustc\/([0-9a-f]{40})\//;
/** No path that fits is longer. */
const PATH_BYTES_MAX = 300;
/** Of real programs one in ten is a path of a crate's; what repeats the words alone is not read to its end. */
const LOOKS_MAX = 10 * PARTS_MAX;

export type PanicTrace = Pattern & { readonly of: "crate" | "compiler" };

// on Windows cargo writes backslashes
export const PANIC_TRACES: readonly PanicTrace[] = [
	...["/registry/src/", "/cargo/registry/", "\\registry\\src\\", "\\cargo\\registry\\"].map((text) => ({
		bytes: textBytes(text),
		of: "crate" as const,
	})),
	...["/rustc/", "\\rustc\\"].map((text) => ({ bytes: textBytes(text), of: "compiler" as const })),
];

/** Gathers what the traces in a module's data lead to. */
export class PanicPaths {
	readonly #data: Uint8Array;
	readonly #names = new Set<string>();
	#rustc: string | undefined;
	#looks = 0;

	constructor(data: Uint8Array) {
		this.#data = data;
	}

	found(of: PanicTrace["of"], at: number): void {
		this.#looks += 1;
		if (this.#looks > LOOKS_MAX) return;
		if (of === "compiler") this.#rustc ??= COMPILER.exec(pathAt(this.#data, at))?.[1];
		if (of === "compiler" || this.#names.size === PARTS_MAX) return;
		const crate = CRATE.exec(pathAt(this.#data, at));
		if (crate !== null) this.#names.add(`${crate[1]} ${crate[2]}`);
	}

	all(): PanicTraces {
		const crates = [...this.#names].map((name) => crateOf(...(name.split(" ") as [string, string])));
		return { crates, rustc: this.#rustc };
	}
}

/** As text of one character a byte. */
function pathAt(data: Uint8Array, at: number): string {
	return String.fromCharCode(...data.subarray(at, at + PATH_BYTES_MAX)).replaceAll("\\", "/");
}

function crateOf(name: string, version: string): Part {
	return {
		kind: "library",
		name: short(name),
		version: short(version),
		purl: packageUrl("cargo", name, version),
		evidence: "inferred",
		origin: "panic-paths",
		properties: {},
		dependsOn: undefined,
	};
}

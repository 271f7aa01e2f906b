/**
 * What `wherry inspect` says of a program: the JSON form (docs/inspect-report.schema.json) and what the other views are
 * made of. Fields are added, never changed, under one `version`.
 */
export interface Report {
	readonly version: 1;
	readonly file: string;
	/** `sha256:...` of the program's bytes. */
	readonly digest: string;
	readonly size_bytes: number;
	readonly kind: "module" | "component";
	/** In a sentence: what it is, as far as can be told. */
	readonly is: string;
	/** The worlds and versions it is made for: `wasi preview1`, `wasi 0.2.6`, `emscripten`, `wasm-bindgen`. */
	readonly hosts: readonly string[];
	/** Outermost first. */
	readonly binaries: readonly BinaryReport[];
	readonly needs: readonly Need[];
	readonly findings: readonly Finding[];
	readonly madeBy: readonly MadeBy[];
	readonly dependencies: readonly Dependency[];
}

/** A core module or component, the program's own or nested. */
export interface BinaryReport {
	/** `0` is the program itself; `0.2` its third nested one. */
	readonly path: string;
	readonly kind: "module" | "component";
	readonly start: number;
	readonly size_bytes: number;
	readonly sections: readonly {
		readonly name: string;
		/** A custom one, whatever it is called. */
		readonly custom: boolean;
		readonly start: number;
		readonly size_bytes: number;
	}[];
	readonly imports: readonly {
		readonly module: string;
		readonly name: string;
		readonly kind: string;
		readonly type?: string;
	}[];
	readonly exports: readonly { readonly name: string; readonly kind: string; readonly type?: string }[];
	/** Of modules. */
	readonly memories: readonly {
		readonly minimum_bytes: number;
		readonly maximum_bytes: number | undefined;
		readonly imported: boolean;
		readonly shared: boolean;
		readonly is64: boolean;
	}[];
	readonly tables: readonly {
		readonly minimum: number;
		readonly maximum: number | undefined;
		readonly imported: boolean;
		readonly exported: readonly string[];
	}[];
	/** Those that are defined in it. */
	readonly globals: readonly {
		readonly type: string;
		readonly mutable: boolean;
		/** In decimal, where it is a constant number. */
		readonly initial: string | undefined;
		readonly exported: readonly string[];
	}[];
	/** Element segments, and the references to functions in them. */
	readonly elements: { readonly segments: number; readonly functions: number };
	/** How often each instruction occurs, the most frequent first. */
	readonly histogram: readonly { readonly name: string; readonly count: number }[];
	readonly functions: {
		readonly imported: number;
		readonly defined: number;
		readonly named: number;
		readonly code_bytes: number;
		readonly instructions: number;
	};
	readonly data: { readonly segments: number; readonly bytes: number };
	readonly features: readonly string[];
	readonly debug: {
		readonly dwarf: boolean;
		readonly names: boolean;
		readonly sourceMap: string | undefined;
	};
}

export type Capability =
	| "files"
	| "environment"
	| "standard streams"
	| "network"
	| "http"
	| "clocks"
	| "randomness"
	| "processes"
	| "threads"
	| "machine learning"
	| "key-value stores"
	| "configuration"
	| "logging"
	| "javascript"
	| "another host"
	| "its own interfaces";

/** One thing that the program can ask of a host: nothing outside of this list can be asked. */
export interface Need {
	readonly capability: Capability;
	/** In plain words: `reads and writes files`. */
	readonly says: string;
	/** The imports that it stands for, `module name` or `interface#function`. */
	readonly imports: readonly string[];
	/**
	 * Shortest ways: from each export that can reach it, certain ones first, then to each further import. Empty: nothing that can be
	 * called from outside leads there, as far as calls tell.
	 */
	readonly reached: readonly Reach[];
	/** All that can reach it, to a limit. */
	readonly reachedFrom: readonly ReachedFrom[];
	/** The flag that grants it in `wherry run`, if one does. */
	readonly grant: string | undefined;
}

/** Where code begins to run: an exported function, the start function, or one whose reference others can take, out of a table or otherwise. */
export type Root = "export" | "start" | "table";

export interface ReachedFrom {
	readonly binary: string;
	/** Name of the function, or of what the reference is taken from; empty for the start function. */
	readonly export: string;
	readonly from: Root;
	/** Only by a call through a table that may lead there. */
	readonly possible: boolean;
}

/** A way from an export to an import. */
export interface Reach {
	readonly binary: string;
	readonly export: string;
	readonly from: Root;
	readonly import: string;
	/**
	 * Functions on the way, export first. `possible`: a call by table that may lead there, or into another module of the
	 * component that may be behind an import: then `binary` says which.
	 */
	readonly path: readonly {
		readonly binary?: string;
		readonly function: number;
		readonly name: string | undefined;
		readonly possible: boolean;
	}[];
	/** So many functions in the middle of a long way are not told. */
	readonly leftOut?: number;
}

/** Something worth a look; never a verdict. */
export interface Finding {
	/** kebab-case: `crypto-constants`, `embedded-url`, `stack-above-data`. */
	readonly id: string;
	readonly title: string;
	/** A sentence: why it matters. */
	readonly why: string;
	readonly level: "info" | "notice" | "warning";
	readonly evidence: readonly Evidence[];
	/** More pieces of evidence than are listed. */
	readonly more: number;
}

export interface Evidence {
	readonly binary: string;
	readonly function: number | undefined;
	readonly functionName: string | undefined;
	/** From the program's first byte. */
	readonly offset: number | undefined;
	/** Hex of a few bytes, or the text found, shortened; no key or token is shown whole. */
	readonly shows: string;
	/** Hex of the first bytes at the offset, where `shows` does not have them. */
	readonly bytes?: string;
}

export interface MadeBy {
	readonly field: "language" | "tool" | "sdk";
	readonly name: string;
	readonly version: string;
	readonly source: "declared" | "inferred";
}

export interface Dependency {
	readonly name: string;
	readonly version: string | undefined;
	readonly ecosystem: string;
	readonly licence: string | undefined;
	readonly source: "declared" | "inferred";
	/** Ids of advisories that match, where an advisory file was given. */
	readonly advisories: readonly string[];
	/** What those advisories say, in their order. */
	readonly vulnerabilities: readonly Vulnerability[];
}

export interface Vulnerability {
	readonly id: string;
	/** Other names of the same: `CVE-2024-24783`. */
	readonly aliases: readonly string[];
	/** The advisory's own words, shortened. */
	readonly summary: string | undefined;
	/** The lowest version above this one that is said to have it no more. */
	readonly fixed: string | undefined;
}

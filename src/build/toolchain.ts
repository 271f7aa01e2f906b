/** What drives one compiler: every file of toolchains/ holds such a value, and nothing in them runs anything. */

/** What a folder holds, as plain data: who reads it decides by names and a few small texts. */
export interface Listing {
	/** Files relative to the folder, `/` between names, sorted. Bounded, and without what no build looks at. */
	readonly files: readonly string[];
	/** The text of a file that is small; undefined where it is none, too large, or not in `files`. */
	readonly text: (path: string) => string | undefined;
}

/** What a machine has: asked for by name, so that planning needs no machine. */
export interface Finder {
	/** The path of a program on the PATH. */
	readonly program: (name: string) => string | undefined;
	/** A variable of the environment; undefined when it is empty. */
	readonly variable: (name: string) => string | undefined;
	readonly exists: (path: string) => boolean;
	/** A path inside an npm package: of the project, of those installed globally, of wherry's own. */
	readonly npm: (path: string) => string | undefined;
	/** What a program prints; undefined when it fails. For what takes no time. */
	readonly answer: (program: string, words: readonly string[]) => string | undefined;
	/** The Node that runs compilers written in JavaScript. */
	readonly node: string;
}

export type OptimiseFor = "size" | "speed";

/** What a build was asked for, by flags and wherry.toml. */
export interface PlanOptions {
	readonly profile: OptimiseFor;
	/** Words for the compiler, behind the toolchain's own. */
	readonly flags: readonly string[];
	/** The sources of a C or C++ program; empty: those that were found. */
	readonly sources: readonly string[];
	/** What the program is to be called where wherry chooses: the folder's name must not show in the image. */
	readonly name: string;
	/** The project's folder, absolute. */
	readonly folder: string;
	/** The one time that everything bears, in seconds: src/build/epoch.ts. */
	readonly epoch_s: number;
	/** An empty folder for what is made on the way, absolute; removed afterwards. */
	readonly work: string;
}

/** One program of the host to run, without a shell. */
export interface SpawnStep {
	readonly type: "spawn";
	/** Its path, or a name on the PATH. */
	readonly program: string;
	readonly words: readonly string[];
	/** Added to the environment. */
	readonly env?: Readonly<Record<string, string>>;
	/** Where it runs; absent: in the project's folder. */
	readonly folder?: string;
}

/** One wasm program to run in our own sandbox: it reaches these folders and nothing else. */
export interface SandboxStep {
	readonly type: "sandbox";
	/** The path of the .wasm. */
	readonly module: string;
	/** Beginning with the name it is to be called by. */
	readonly words: readonly string[];
	/** `HOST:GUEST[:ro]`, as `wherry run -v` reads them. */
	readonly mounts: readonly Mounted[];
	readonly workdir: string;
	/** What its clock says all the time, in seconds. Its random numbers are always the same. */
	readonly epoch_s: number;
}

export interface Mounted {
	readonly host: string;
	readonly guest: string;
	readonly access: "ro" | "rw";
}

/** A file that a step needs and that wherry writes. */
export interface WriteStep {
	readonly type: "write";
	readonly path: string;
	readonly text: string;
}

/** An archive that must lie unpacked; kept between builds under `path`. */
export interface UnpackStep {
	readonly type: "unpack";
	readonly archive: string;
	readonly path: string;
}

export type Step = SpawnStep | SandboxStep | WriteStep | UnpackStep;

/** How a project becomes a program. */
export interface Plan {
	readonly steps: readonly Step[];
	/**
	 * Where the program may be afterwards, absolute, the first that is there counts. A `*` stands for
	 * any one name, where that is the toolchain's choice.
	 */
	readonly outputs: readonly string[];
	/** Of an interpreter: what lies beside it, and how it is started. */
	readonly image?: PlannedImage;
	/** What is true and may surprise. */
	readonly notes?: readonly string[];
}

/** Files and words around a program that is an interpreter. */
export interface PlannedImage {
	/** Where the program lies in the image. */
	readonly program: string;
	/** Files of the project that go along, relative; they keep their names below `to`. */
	readonly files: readonly string[];
	readonly to: string;
	readonly entrypoint: readonly string[];
	readonly env: ReadonlyMap<string, string>;
	readonly workdir: string;
}

/** What a plan lacks. */
export interface Missing {
	/** One clause: `no program 'cargo' is on the PATH`. */
	readonly missing: string;
	/** The very words to type, best first. */
	readonly install: readonly string[];
}

/** How strongly a folder looks like a toolchain's: a project file of its own, or only sources. */
export type Mark = "project" | "sources";

export interface Toolchain {
	/** As `toolchain = "..."` in wherry.toml and the plan name it. */
	readonly name: string;
	readonly language: string;
	/** What marks such a project, for people. */
	readonly marks: string;
	/** Undefined: no such project, or one that must be asked for by the toolchain's name. */
	readonly detect: (listing: Listing) => Mark | undefined;
	readonly plan: (listing: Listing, options: PlanOptions, find: Finder) => Plan | Missing;
}

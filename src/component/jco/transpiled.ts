import type { CompiledCore } from "../linked.ts";

/** What a transpiler made of a component: everything but the component's own core modules, which lie in it. */
export interface Transpiled {
	readonly mode: Mode;
	/** A script whose value is a `Glue`. */
	readonly script: string;
	/** In no order; by the names that the glue asks for. */
	readonly cores: readonly CoreModule[];
	/** What the glue asks of its host. */
	readonly needs: readonly Need[];
	/** Full names, in the component's order. */
	readonly exports: readonly string[];
}

/** "sync": no call waits but by sleeping. "jspi": calls that wait leave the thread to others. */
export type Mode = "sync" | "jspi";

export interface CoreModule {
	readonly name: string;
	/** Where it lies in the component, or its bytes where the transpiler made it. */
	readonly code: { readonly start: number; readonly end: number } | Uint8Array<ArrayBuffer>;
}

/** What of one imported interface is used. */
export interface Need {
	/** As the component names it: `wasi:io/streams@0.2.6`; "$root" for functions of the world itself. */
	readonly interface: string;
	/** `poll`, `[method]descriptor.stat`: in WIT's words. */
	readonly functions: readonly string[];
	/** In JavaScript's: `Descriptor`. */
	readonly classes: readonly string[];
}

type InstantiateCore = (
	module: CompiledCore,
	imports?: Readonly<Record<string, Readonly<Record<string, WebAssembly.ImportValue>>>>,
) => { readonly exports: WebAssembly.Exports };

/** One call makes one instance of the component: what it exports, by name. It has no other state. */
export type Glue = (
	getCoreModule: (name: string) => CompiledCore,
	imports: Readonly<Record<string, unknown>>,
	instantiateCore: InstantiateCore,
	componentError: new (payload: unknown) => Error,
) => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;

import type { Host } from "../wasi/host-interface.ts";

/** A core module that is ready to be instantiated. */
export interface CompiledCore {
	readonly module: WebAssembly.Module;
	/** To be called with an instance's exports before anything of it is called: lets its profile take hold. */
	readonly engage?: (exports: WebAssembly.Exports) => void;
}

/** A component that is ready to be instantiated, any number of times. */
export interface Linked {
	/** Full names, with versions: `wasi:cli/run@0.2.6`; plain names of functions. */
	readonly exports: readonly string[];
	/**
	 * A new instance with state of its own. `host` is per instance.
	 *
	 * @throws Fault IMPORT_UNKNOWN, and what a start function of the guest's throws
	 */
	instantiate(host: Host): ComponentInstance | Promise<ComponentInstance>;
}

export interface ComponentInstance {
	/**
	 * Calls an export: `interfaceName` as in `Linked.exports`, or undefined for a function of the world itself; `name` in
	 * kebab-case. Throws ComponentError for the error of a result, and what a trap throws.
	 */
	call(interfaceName: string | undefined, name: string, values: readonly unknown[]): unknown;
	/** All its memories. */
	memories(): ReadonlySet<WebAssembly.Memory>;
	/** The size of them all, in bytes. */
	memorySize(): number;
}

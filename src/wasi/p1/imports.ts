import { bind, type Context, type HostFunction } from "./function.ts";
import { traced, type TraceSink } from "./trace.ts";

/** One import of a module that a host function answers. */
export interface Wanted {
	readonly module: string;
	readonly name: string;
	readonly host: HostFunction;
}

/**
 * The import object for a module: only the functions it asks for, on objects without a prototype.
 *
 * V8 looks an import up as a property: on an ordinary object a module that imports `constructor` or
 * `__proto__` is handed JavaScript's own functions. Here there is nothing to find but what was wanted.
 */
export function importObject(
	wanted: readonly Wanted[],
	context: Context,
	trace: TraceSink | undefined,
): WebAssembly.Imports {
	const modules: Record<string, Record<string, WebAssembly.ImportValue>> = Object.create(null);
	for (const { module, name, host } of wanted) {
		const functions = (modules[module] ??= Object.create(null) as Record<string, WebAssembly.ImportValue>);
		functions[name] ??= bind(trace === undefined ? host : traced(host, trace), context);
	}
	return modules;
}

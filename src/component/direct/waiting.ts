/** JSPI (engine.md §4): functions that stop a guest until a promise is settled, and calls that answer with one. */
import type { CoreFunction } from "./lower.ts";

/** What the types of WebAssembly do not know yet. */
interface Jspi {
	readonly Suspending: new (call: CoreFunction) => CoreFunction;
	readonly promising: (call: CoreFunction) => CoreFunction;
}

function jspi(): Jspi {
	return WebAssembly as unknown as Jspi;
}

/** An import that may answer with a promise. Only for core modules to import: it cannot be called. */
export function suspending(call: CoreFunction): CoreFunction {
	return new (jspi().Suspending)(call);
}

/** An export of a core module that answers with a promise. */
export function promising(call: CoreFunction): CoreFunction {
	return jspi().promising(call);
}

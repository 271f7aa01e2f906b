/** The worker from its sources, as tests use it: jco's imports of its shim are answered as in dist/. */
import { registerHooks } from "node:module";

registerHooks({
	resolve: (specifier, context, next) =>
		specifier.startsWith("@bytecodealliance/preview2-shim/")
			? { url: new URL("./transpiler-host.ts", import.meta.url).href, shortCircuit: true }
			: next(specifier, context),
});

await import("./transpiler-worker.ts");

import { registerHooks } from "node:module";

/** What jco's transpiler imports of its shim is answered by our host, as in dist/: for tests, which run from sources. */
export function hookTranspiler(): void {
	registerHooks({
		resolve: (specifier, context, next) =>
			specifier.startsWith("@bytecodealliance/preview2-shim/")
				? { url: new URL("./transpiler-host.ts", import.meta.url).href, shortCircuit: true }
				: next(specifier, context),
	});
}

/**
 * Builds dist/transpiler/: the thread that transpiles components, with jco's transpiler in it, which is a component that
 * jco transpiled. What that imports of jco's shim is answered by a host of ours that lends nothing.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";

const HOST = resolve(import.meta.dirname, "../src/cli/component/transpiler-host.ts");

/** The core modules that the two parts of jco's package read from beside them. */
const CORES = [
	"js-component-bindgen-component.core.wasm",
	"js-component-bindgen-component.core2.wasm",
	"wasm-tools.core.wasm",
	"wasm-tools.core2.wasm",
];

export async function bundleTranspiler(folder: string): Promise<void> {
	mkdirSync(folder, { recursive: true });
	const own: Plugin = {
		name: "own-host",
		setup(bundler) {
			bundler.onResolve({ filter: /^@bytecodealliance\/preview2-shim\// }, () => ({ path: HOST }));
		},
	};
	await build({
		entryPoints: ["src/cli/component/transpiler-worker.ts"],
		outfile: join(folder, "worker.mjs"),
		bundle: true,
		format: "esm",
		platform: "node",
		target: "node24",
		minify: true,
		legalComments: "none",
		plugins: [own],
		logLevel: "warning",
	});
	const vendor = join(dirname(import.meta.dirname), "node_modules/@bytecodealliance/jco-transpile");
	for (const name of CORES) copyFileSync(join(vendor, "vendor", name), join(folder, name));
	copyFileSync(join(vendor, "LICENSE"), join(folder, "LICENSE"));
}

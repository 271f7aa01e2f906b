import { adapted } from "../programs/components.ts";
import { installed } from "../programs/programs.ts";
import { wasmToolsComponent } from "../programs/wasm-tools.ts";
import { guest } from "../support/wherry.ts";

const JCO = "@bytecodealliance/jco-transpile/vendor";

/** A real program: the name of its golden file, and where it is. */
type Input = readonly [name: string, path: () => string | Promise<string>];

/** Core modules as npm brings them: of many makers, for many hosts. The path is one inside the packages of test/programs. */
export const MODULES: readonly Input[] = (
	[
		["ruby", "@ruby/3.4-wasm-wasi/dist/ruby+stdlib.wasm"],
		["esbuild, Go for WASI", "@esbuild/wasi-preview1/esbuild.wasm"],
		["esbuild, Go for JavaScript", "esbuild-wasm/esbuild.wasm"],
		["sql.js, minified", "sql.js/dist/sql-wasm.wasm"],
		["sql.js, for debugging", "sql.js/dist/sql-wasm-debug.wasm"],
		["argon2 by emscripten", "argon2-browser/dist/argon2.wasm"],
		["tree-sitter, a shared library", "web-tree-sitter/web-tree-sitter.wasm"],
		["resvg by wasm-bindgen", "@resvg/resvg-wasm/index_bg.wasm"],
		["oxc, a threaded addon", "oxc-parser-wasm32-wasi/parser.wasm32-wasi.wasm"],
		["core of jco's wasm-tools", `${JCO}/wasm-tools.core.wasm`],
		["core of jco's bindgen", `${JCO}/js-component-bindgen-component.core.wasm`],
		["jco's adapter", "@bytecodealliance/jco/lib/wasi_snapshot_preview1.command.wasm"],
		["jco's StarlingMonkey", "@bytecodealliance/componentize-js/lib/starlingmonkey_embedding.wasm"],
	] as const
).map(([name, path]) => [name, () => installed(path)]);

export const COMPONENTS: readonly Input[] = [
	["component of jco's wasm-tools", wasmToolsComponent],
	["component of C, by jco's adapter", () => adapted(guest("c/tour"))],
];

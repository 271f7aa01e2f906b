import { customSection, type Module } from "./module.ts";

/** Who made a module that asks for more than WASI, and what its user can do. */
export interface Maker {
	/** A short name, such as `emscripten`. */
	readonly name: string;
	/** One sentence: what the module is, and what it expects around it. */
	readonly note: string;
	/** What to do or to type instead. */
	readonly help: string;
}

/**
 * Recognises, by what a module imports, exports and carries, the toolchain or host that it was made for;
 * undefined for a plain WASI module, and for one that nothing gives away. For the message about imports that
 * nobody provides.
 */
export function whoMadeIt(module: Module): Maker | undefined {
	const evidence = new Evidence(module);
	return MAKERS.find(({ shows }) => shows(evidence))?.maker;
}

/** What can be seen of a module's maker. */
class Evidence {
	readonly #module: Module;

	constructor(module: Module) {
		this.#module = module;
	}

	/** Imports something of a module of this name, or of one that matches. */
	from(pattern: RegExp): boolean {
		return this.#module.imports.some((entry) => pattern.test(entry.module));
	}

	/** Imports a name that matches from a module of this name. */
	imports(module: string, pattern: RegExp): boolean {
		return this.#module.imports.some((entry) => entry.module === module && pattern.test(entry.name));
	}

	importsMemory(shared: boolean): boolean {
		return this.#module.imports.some(({ type }) => type.kind === "memory" && type.shared === shared);
	}

	exports(pattern: RegExp): boolean {
		return this.#module.exports.some(({ name }) => pattern.test(name));
	}

	carries(section: string): boolean {
		return customSection(this.#module, section) !== undefined;
	}

	/** Every import has a name of one or two letters: the mark of a minifier. */
	isMinified(): boolean {
		const { imports } = this.#module;
		return imports.length > 0 && imports.every(({ module, name }) => module === "a" && name.length <= 2);
	}
}

interface Recogniser {
	readonly shows: (evidence: Evidence) => boolean;
	readonly maker: Maker;
}

/** From the surest sign to the vaguest. */
const MAKERS: readonly Recogniser[] = [
	{
		shows: (it) =>
			it.carries("linking") && it.imports("env", /^__linear_memory$|^__indirect_function_table$/),
		maker: {
			name: "object file",
			note: "it is an object file of a compiler, not linked yet",
			help: "link it: clang --target=wasm32-wasi FILE.o -o FILE.wasm",
		},
	},
	{
		shows: (it) => it.carries("dylink.0") || it.carries("dylink"),
		maker: {
			name: "shared library",
			note: "it is a shared library (dylink), which the program that loads it has to place in its memory",
			help: "link it statically into the program",
		},
	},
	{
		shows: (it) => it.from(/^rb-js-abi-host$/),
		maker: {
			name: "ruby.wasm",
			note: "it is ruby.wasm built with the bridge to JavaScript (rb-js-abi-host), which has no JavaScript to talk to here",
			help: "--unknown-imports trap starts it: the imports fail only if Ruby calls them",
		},
	},
	{
		shows: (it) => it.from(/^(?:wbg|__wbindgen_.*|\.\/.*_bg(?:\.js|\.wasm)?)$/) || it.exports(/^__wbindgen_/),
		maker: {
			name: "wasm-bindgen",
			note: "it was made by wasm-bindgen (Rust) for JavaScript: it imports functions of a web page or of Node",
			help: "build the crate for WASI, without wasm-bindgen: cargo build --target wasm32-wasip1",
		},
	},
	{
		shows: (it) => it.from(/^(?:gojs|go)$/),
		maker: {
			name: "Go for JavaScript",
			note: "it was made by Go for JavaScript (GOOS=js) and expects wasm_exec.js around it",
			help: "build it for WASI: GOOS=wasip1 GOARCH=wasm go build -o FILE.wasm",
		},
	},
	{
		shows: (it) => it.imports("env", /^napi_/) || it.from(/^(?:napi|emnapi)$/),
		maker: {
			name: "napi-rs",
			note: "it is an addon for Node (Node-API, napi-rs or emnapi), which calls into the JavaScript engine",
			help: "load it from Node, by the npm package that it came in",
		},
	},
	{
		shows: (it) => it.from(/^(?:wasix_32v1|wasix_64v1)$/),
		maker: {
			name: "WASIX",
			note: "it was made for WASIX, Wasmer's own extension of WASI with threads, fork and sockets",
			help: "build it with a WASI toolchain (wasm32-wasip1) in place of wasm32-wasmer-wasi",
		},
	},
	{
		shows: (it) => it.imports("wasi", /^thread-spawn$/),
		maker: {
			name: "wasi-threads",
			note: "it starts threads (wasi-threads), which wherry does not have",
			help: "build it without threads: the target wasm32-wasip1 in place of wasm32-wasip1-threads",
		},
	},
	{
		shows: (it) => it.from(/^(?:wasi_ephemeral_nn|wasi_nn)$/),
		maker: {
			name: "wasi-nn",
			note: "it asks the host to run neural networks (wasi-nn), which wherry does not do",
			help: "run it where wasi-nn is, such as wasmtime -S nn",
		},
	},
	{
		shows: (it) => it.from(/^wasi_ephemeral_/) || it.from(/^wasi_experimental_/),
		maker: {
			name: "an experimental WASI",
			note: "it uses an experimental interface of WASI that no released version has",
			help: "build it with a current toolchain for wasm32-wasip1",
		},
	},
	{
		shows: (it) => it.from(/^fastly_/),
		maker: {
			name: "Fastly Compute",
			note: "it was made for Fastly Compute and imports that platform's functions (fastly_*)",
			help: "run it with Fastly's own tool: fastly compute serve",
		},
	},
	{
		shows: (it) => it.from(/^(?:spin_|fermyon)|^wasi-outbound-http$|^wasi_experimental_http$/),
		maker: {
			name: "Spin",
			note: "it was made for Spin and imports that platform's functions",
			help: "run it with Spin: spin up",
		},
	},
	{
		shows: (it) => it.from(/^extism:host/),
		maker: {
			name: "Extism",
			note: "it is an Extism plug-in, which the program that uses it calls",
			help: "load it with an Extism host SDK: extism call FILE.wasm FUNCTION --wasi",
		},
	},
	{
		shows: (it) => it.imports("env", /^proxy_/) && it.exports(/^proxy_/),
		maker: {
			name: "proxy-wasm",
			note: "it is a filter for a proxy (proxy-wasm: Envoy, Istio)",
			help: "load it in the proxy that it was made for",
		},
	},
	{
		shows: (it) => it.from(/^(?:cm32p2|.*:.*\/.*)/),
		maker: {
			name: "component's core",
			note: "it is the core of a component: its imports are interfaces of WASI 0.2 or later, or of a world of its own",
			help: "build it for preview1: --target wasm32-wasip1 in place of wasm32-wasip2",
		},
	},
	{
		shows: (it) => it.from(/^wasm:js-string$|^wasm:text-/),
		maker: {
			name: "JavaScript host",
			note: "it uses JavaScript's strings (wasm:js-string), as modules made for browsers do",
			help: "build it for WASI: for Kotlin the target wasmWasi in place of wasmJs",
		},
	},
	{
		shows: (it) =>
			it.exports(/^startUnitTests$|^__Kotlin|^kotlin\./) ||
			it.from(/^js_code$|^\.\/.*\.uninstantiated\.mjs$/),
		maker: {
			name: "Kotlin for JavaScript",
			note: "it was made by Kotlin for JavaScript (wasmJs) and expects its .mjs file around it",
			help: "build it for WASI: the target wasmWasi in place of wasmJs",
		},
	},
	{
		shows: (it) =>
			it.imports(
				"env",
				/^(?:_?emscripten_|invoke_[vijfd]|_embind_|_emval_|__syscall_|_?asm_const|__cxa_throw$)/,
			) || it.from(/^GOT\.(?:mem|func)$|^asm2wasm$/),
		maker: {
			name: "emscripten",
			note: "it was made by emscripten for JavaScript: it expects the .js file that was written beside it",
			help: "build it for WASI: clang --target=wasm32-wasi, or emcc -sSTANDALONE_WASM -o FILE.wasm for programs that need no browser",
		},
	},
	{
		shows: (it) => it.isMinified(),
		maker: {
			name: "emscripten",
			note: "it imports by names of one letter, as emscripten's optimised builds for JavaScript do",
			help: "build it for WASI: clang --target=wasm32-wasi, or emcc -sSTANDALONE_WASM -o FILE.wasm for programs that need no browser",
		},
	},
	{
		shows: (it) =>
			it.imports("env", /^(?:abort|seed|trace|console\.log|Date\.now|Math\.)/) && !it.importsMemory(true),
		maker: {
			name: "AssemblyScript",
			note: "it looks made by AssemblyScript for JavaScript: it imports env.abort and the like",
			help: "npm i @assemblyscript/wasi-shim, then asc FILE.ts --config ./node_modules/@assemblyscript/wasi-shim/asconfig.json -o FILE.wasm",
		},
	},
	{
		shows: (it) => it.importsMemory(true),
		maker: {
			name: "threads",
			note: "it imports a shared memory, as programs built for threads do",
			help: "build it without threads",
		},
	},
	{
		shows: (it) => it.importsMemory(false),
		maker: {
			name: "JavaScript host",
			note: "it imports its memory, as modules made for a host of their own do",
			help: "build it for WASI, with a memory of its own (for wasm-ld: without --import-memory)",
		},
	},
];

import assert from "node:assert/strict";
import { test } from "node:test";
import {
	custom,
	exports,
	functions,
	functionType,
	I32,
	importOf,
	imports,
	limits,
	types,
	wasm,
} from "./module-builder.ts";
import { readModule } from "./read-module.ts";
import { whoMadeIt } from "./toolchain.ts";

type Names = readonly (readonly [module: string, name: string])[];

const MEMORY = [2, ...limits({ minimum: 1 })];
const SHARED_MEMORY = [2, ...limits({ minimum: 1, maximum: 2, shared: true })];
const FUNCTION = [0, 0];

function importing(names: Names, ...more: readonly (readonly number[])[]): Uint8Array {
	const entries = names.map(([module, name]) =>
		importOf(module, name, ...(name === "memory" ? MEMORY : name === "shared" ? SHARED_MEMORY : FUNCTION)),
	);
	return wasm(types(functionType([I32], [])), imports(...entries), ...more);
}

const WASI = ["wasi_snapshot_preview1", "fd_write"] as const;

const CASES: readonly (readonly [title: string, bytes: Uint8Array, maker: string | undefined])[] = [
	["plain WASI", importing([WASI]), undefined],
	["plain WASI of old", importing([["wasi_unstable", "fd_write"]]), undefined],
	["nothing at all", wasm(), undefined],
	["emscripten", importing([WASI, ["env", "emscripten_resize_heap"]]), "emscripten"],
	["emscripten with longjmp", importing([["env", "invoke_vii"]]), "emscripten"],
	["emscripten's system calls", importing([["env", "__syscall_openat"]]), "emscripten"],
	[
		"emscripten, minified",
		importing([
			["a", "a"],
			["a", "bc"],
		]),
		"emscripten",
	],
	["wasm-bindgen", importing([["wbg", "__wbg_log_1"]]), "wasm-bindgen"],
	["wasm-bindgen before its own tool", importing([["__wbindgen_placeholder__", "x"]]), "wasm-bindgen"],
	["wasm-bindgen for bundlers", importing([["./hello_bg.js", "__wbg_alert_1"]]), "wasm-bindgen"],
	["Go for JavaScript", importing([["gojs", "runtime.wasmExit"]]), "Go for JavaScript"],
	["Go for JavaScript, before 1.21", importing([["go", "debug"]]), "Go for JavaScript"],
	["AssemblyScript", importing([["env", "abort"]]), "AssemblyScript"],
	["ruby", importing([WASI, ["rb-js-abi-host", "eval-js"]]), "ruby.wasm"],
	[
		"wasi-threads",
		importing([
			["wasi", "thread-spawn"],
			["env", "shared"],
		]),
		"wasi-threads",
	],
	[
		"napi-rs",
		importing([
			["env", "napi_create_function"],
			["env", "shared"],
		]),
		"napi-rs",
	],
	["wasi-nn", importing([["wasi_ephemeral_nn", "load"]]), "wasi-nn"],
	["WASIX", importing([["wasix_32v1", "thread_spawn_v2"]]), "WASIX"],
	["Fastly", importing([WASI, ["fastly_http_req", "send"]]), "Fastly Compute"],
	["Extism", importing([["extism:host/env", "input_length"]]), "Extism"],
	["a component's core", importing([["wasi:cli/stdout@0.2.0", "get-stdout"]]), "component's core"],
	[
		"proxy-wasm",
		importing([["env", "proxy_log"]], functions(), exports(["proxy_on_memory_allocate", 0, 0])),
		"proxy-wasm",
	],
	["js-string builtins", importing([["wasm:js-string", "length"]]), "JavaScript host"],
	["an object file", importing([["env", "__linear_memory"]], custom("linking", [2])), "object file"],
	["a shared library", wasm(custom("dylink.0", [])), "shared library"],
	["a shared memory", importing([["env", "shared"]]), "threads"],
	["a memory of the host's", importing([["env", "memory"]]), "JavaScript host"],
	["something of its own", importing([["trealla", "host-call"]]), undefined],
	["names like those of Object.prototype", importing([["__proto__", "constructor"]]), undefined],
];

for (const [title, bytes, maker] of CASES)
	test(`who made it: ${title}`, () => assert.equal(whoMadeIt(readModule(bytes))?.name, maker));

test("every maker comes with a sentence and a way out", () => {
	for (const [title, bytes, name] of CASES) {
		if (name === undefined) continue;
		const maker = whoMadeIt(readModule(bytes));
		assert.match(maker?.note ?? "", /^it .*[^.]$/, title);
		assert.ok((maker?.help ?? "").length > 10, title);
	}
});

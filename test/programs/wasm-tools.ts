import { readFileSync } from "node:fs";
import { join } from "node:path";

import { componentOf } from "./components.ts";
import { installed } from "./programs.ts";

const MODULE = "@bytecodealliance/jco-transpile/vendor/wasm-tools.core.wasm";
const ADAPTER = "@bytecodealliance/jco/lib/wasi_snapshot_preview1.reactor.wasm";

/** jco's own wasm-tools (in Rust), which npm brings as the core module that its component holds, put together again. */
export async function wasmToolsComponent(): Promise<string> {
	const wit = readFileSync(join(import.meta.dirname, "wasm-tools.wit"), "utf8");
	return await componentOf("wasm-tools", installed(MODULE), wit, installed(ADAPTER));
}

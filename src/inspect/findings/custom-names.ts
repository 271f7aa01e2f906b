import { words } from "./words.ts";
/** Custom sections whose meaning is known: tool conventions, WIT tools, Rust, Go, signatures. */
const NAMES: ReadonlySet<string> = new Set(
	words(`
	name producers target_features linking dylink dylink.0 sourceMappingURL external_debug_info
	build_id .dep-v0 signature signature_delimiter registry-metadata version description licenses
	source homepage authors revision go:buildid go.buildid component-name __wasm_bindgen_unstable
	core corestack coremodules package-docs wit-component-encoding emscripten_metadata
	wasm-features
`),
);
const BEGINNINGS = [".debug_", "reloc.", "metadata.code.", "component-type", "name-", ".llvm"];

export function isKnownCustom(name: string): boolean {
	return NAMES.has(name) || BEGINNINGS.some((beginning) => name.startsWith(beginning));
}

import { join } from "node:path";
import { atTop } from "../listing.ts";
import type { Listing, Toolchain } from "../toolchain.ts";

/** What is compiled already, or is WebAssembly's own text. */
export const READY: Toolchain = {
	name: "wasm",
	language: "any, already compiled",
	marks: "one *.wasm or *.wat at the top",
	detect: (listing) => (readyFile(listing) === undefined ? undefined : "sources"),
	plan: (listing, { folder }) => ({ steps: [], outputs: [join(folder, readyFile(listing) ?? "*.wasm")] }),
};

/** A .wat that was assembled beside itself is the older of the two. */
function readyFile(listing: Listing): string | undefined {
	const texts = atTop(listing, ".wat");
	const files = texts.length > 0 ? texts : atTop(listing, ".wasm");
	return files.length === 1 ? files[0] : undefined;
}

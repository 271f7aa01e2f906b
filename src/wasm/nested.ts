import { Fault } from "../base/fault.ts";
import { malformed } from "./cursor.ts";
import type { Section } from "./module.ts";
import { HEADER_BYTES, readSections } from "./sections.ts";

/** A module or component: the file's own, or one that lies in a component. */
export interface Binary {
	readonly kind: "module" | "component";
	readonly bytes: Uint8Array;
	/** Offsets count from this binary's first byte. */
	readonly sections: readonly Section[];
}

/** Section ids of a component that hold another binary (Component Model, Binary.md). */
const CORE_MODULE = 1;
const COMPONENT = 4;

/** More than any real component has. */
const BINARIES_MAX = 1000;
const DEPTH_MAX = 16;
const MAGIC = [0x00, 0x61, 0x73, 0x6d];

/**
 * The binary itself, and all that are nested in it, outermost first. A nested one that cannot be read is
 * left out.
 *
 * @throws Fault MODULE_INVALID, MODULE_TOO_LARGE when the outermost cannot be read
 */
export function binariesIn(bytes: Uint8Array): readonly Binary[] {
	const outermost = binaryOf(bytes);
	const found = [outermost];
	collect(outermost, found, DEPTH_MAX);
	return found;
}

function collect(outer: Binary, found: Binary[], depth: number): void {
	if (outer.kind === "module" || depth === 0) return;
	for (const { id, contents, end } of outer.sections) {
		if (id !== CORE_MODULE && id !== COMPONENT) continue;
		const inner = readable(outer.bytes.subarray(contents, end));
		if (inner === undefined) continue;
		if (found.length >= BINARIES_MAX) return;
		found.push(inner);
		collect(inner, found, depth - 1);
	}
}

function readable(bytes: Uint8Array): Binary | undefined {
	try {
		return binaryOf(bytes);
	} catch (error) {
		if (error instanceof Fault) return undefined;
		throw error;
	}
}

function binaryOf(bytes: Uint8Array): Binary {
	if (bytes.length < HEADER_BYTES || MAGIC.some((byte, index) => bytes[index] !== byte))
		throw malformed("something else than wasm begins", 0);
	// bytes 6 and 7 are the layer: 0 for modules, 1 for components
	const kind = bytes[6] === 1 ? "component" : "module";
	return { kind, bytes, sections: readSections(bytes, false) };
}

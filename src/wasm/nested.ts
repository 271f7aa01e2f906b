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
	/** Binaries directly in it that are not told: they cannot be read, nest too deep, or are too many. */
	readonly unread: readonly Section[];
}

/** Section ids of a component that hold another binary (Component Model, Binary.md). */
const CORE_MODULE = 1;
const COMPONENT = 4;

/** More than any real component has. */
const BINARIES_MAX = 1000;
const DEPTH_MAX = 16;
/** Of all of them together: what is told of each is much larger than it is. */
const SECTIONS_MAX = 50_000;
const MAGIC = [0x00, 0x61, 0x73, 0x6d];

/**
 * The binary itself, and all that are nested in it, outermost first. A nested one that cannot be read is
 * left out, and noted as `unread` in the one that it is in.
 *
 * @throws Fault MODULE_INVALID, MODULE_TOO_LARGE when the outermost cannot be read
 */
export function binariesIn(bytes: Uint8Array): readonly Binary[] {
	const outermost = binaryOf(bytes);
	const found = { binaries: [outermost], sections: outermost.sections.length };
	collect(outermost, found, DEPTH_MAX);
	return found.binaries;
}

/** What was found so far. */
interface Found {
	readonly binaries: Opened[];
	sections: number;
}

function collect(outer: Opened, found: Found, depth: number): void {
	if (outer.kind === "module") return;
	for (const section of outer.sections) {
		if (section.id !== CORE_MODULE && section.id !== COMPONENT) continue;
		const hasRoom = depth > 0 && found.binaries.length < BINARIES_MAX && found.sections < SECTIONS_MAX;
		const inner = hasRoom ? readable(outer.bytes.subarray(section.contents, section.end)) : undefined;
		if (inner === undefined) {
			outer.unread.push(section);
			continue;
		}
		found.sections += inner.sections.length;
		found.binaries.push(inner);
		collect(inner, found, depth - 1);
	}
}

interface Opened extends Binary {
	readonly unread: Section[];
}

function readable(bytes: Uint8Array): Opened | undefined {
	try {
		return binaryOf(bytes);
	} catch (error) {
		if (error instanceof Fault) return undefined;
		throw error;
	}
}

function binaryOf(bytes: Uint8Array): Opened {
	if (bytes.length < HEADER_BYTES || MAGIC.some((byte, index) => bytes[index] !== byte))
		throw malformed("something else than wasm begins", 0);
	// bytes 6 and 7 are the layer: 0 for modules, 1 for components
	const kind = bytes[6] === 1 ? "component" : "module";
	return { kind, bytes, sections: readSections(bytes, false), unread: [] };
}

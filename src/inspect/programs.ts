import { Fault } from "../base/fault.ts";
import { type Binary, binariesIn } from "../wasm/nested.ts";
import type { Scan } from "./scan.ts";
import { scanModule } from "./scan-module.ts";

/** A core module or component of a program, with the place that it has in it. */
export interface Part {
	/** As in `BinaryReport.path`. */
	readonly path: string;
	readonly binary: Binary;
	/** Of its first byte, from the program's. */
	readonly start: number;
	/** Undefined for components, and for modules whose framing is broken. */
	readonly scan: Scan | undefined;
}

/**
 * All binaries of a program, scanned, outermost first.
 *
 * @throws Fault NOT_WASM, MODULE_INVALID, MODULE_TOO_LARGE where the outermost cannot be read
 */
export function partsOf(bytes: Uint8Array): Part[] {
	return binariesIn(bytes).map((binary, index) => ({
		path: index === 0 ? "0" : `0.${index}`,
		binary,
		start: binary.bytes.byteOffset - bytes.byteOffset,
		scan: binary.kind === "module" ? scanned(binary, index === 0) : undefined,
	}));
}

function scanned({ bytes }: Binary, isOutermost: boolean): Scan | undefined {
	try {
		return scanModule(bytes);
	} catch (error) {
		if (isOutermost || !(error instanceof Fault)) throw error;
		return undefined;
	}
}

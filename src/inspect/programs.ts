import { Fault } from "../base/fault.ts";
import { demandBinary } from "../wasm/input.ts";
import { demandFewLocals } from "../wasm/locals.ts";
import { type Binary, binariesIn } from "../wasm/nested.ts";
import { readModule } from "../wasm/read-module.ts";
import { demandValid } from "../wasm/validity.ts";
import type { Scan } from "./scan.ts";
import { scanModule } from "./scan-module.ts";

/** A core module or component of a program, with the place that it has in it. */
export interface Part {
	/** As in `BinaryReport.path`. */
	readonly path: string;
	readonly binary: Binary;
	/** Of its first byte, from the program's. */
	readonly start: number;
	/** Undefined for components, and for modules that are refused. */
	readonly scan: Scan | undefined;
	/** Why a module can neither be read nor run. */
	readonly refused?: Fault | undefined;
}

/**
 * All binaries of a program, scanned, outermost first. A core module is looked into when the engine has found it valid.
 *
 * @param file to name in messages
 * @throws Fault NOT_WASM, MODULE_INVALID, MODULE_TOO_LARGE, FEATURE_MISSING where the outermost cannot be read
 */
export function partsOf(bytes: Uint8Array, file = "this file"): Part[] {
	demandBinary(bytes, file, "inspect");
	return binariesIn(bytes).map((binary, index) => {
		const path = index === 0 ? "0" : `0.${index}`;
		const start = binary.bytes.byteOffset - bytes.byteOffset;
		if (binary.kind === "component") return { path, binary, start, scan: undefined };
		const found = scanned(binary, file, index === 0);
		return found instanceof Fault
			? { path, binary, start, scan: undefined, refused: found }
			: { path, binary, start, scan: found };
	});
}

/** The fault, where a nested module is refused. */
function scanned({ bytes }: Binary, file: string, isOutermost: boolean): Scan | Fault {
	try {
		// what is wrong with its framing is said better by its own reader
		const module = readModule(bytes, file);
		demandFewLocals(bytes, module);
		demandValid(bytes, `inspect '${file}'`);
		return scanModule(bytes, module);
	} catch (refused) {
		if (isOutermost || !(refused instanceof Fault)) throw refused;
		return refused;
	}
}

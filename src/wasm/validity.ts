import { Fault } from "../base/fault.ts";

/**
 * Demands that the engine takes the module: of one that it refuses, nothing that a reader tells can be relied on.
 *
 * @param doing what cannot be done otherwise: `inspect 'app.wasm'`
 * @throws Fault MODULE_INVALID, FEATURE_MISSING with the engine's reason
 */
export function demandValid(bytes: Uint8Array, doing: string): void {
	const source = bytes as Uint8Array<ArrayBuffer>;
	if (!WebAssembly.validate(source)) throw compileFault(reasonOf(source), doing);
}

/** Only compiling says why; where even that may not be tried, as on a page's main thread, nothing does. */
function reasonOf(bytes: Uint8Array<ArrayBuffer>): WebAssembly.CompileError {
	try {
		void new WebAssembly.Module(bytes);
	} catch (cause) {
		if (cause instanceof WebAssembly.CompileError) return cause;
	}
	return new WebAssembly.CompileError("no more than that it is not valid");
}

/** What V8 says of a feature that is off, or that it knows nothing of: page sizes, wide arithmetic. */
const FEATURE_MISSING = /enable with --|experimental|memory limits flags 0x[89a-f]|invalid numeric opcode/;

/**
 * What to throw where V8 refused to compile a module.
 *
 * @param doing what cannot be done then: `run 'app.wasm'`
 * @returns a Fault FEATURE_MISSING or MODULE_INVALID; what was thrown, where it was something else
 */
export function compileFault(cause: unknown, doing: string): unknown {
	if (!(cause instanceof WebAssembly.CompileError)) return cause;
	const reason = cause.message.replace(/^WebAssembly\.\w+\(\): /, "");
	if (FEATURE_MISSING.test(reason)) {
		return new Fault(
			"FEATURE_MISSING",
			`cannot ${doing}: it needs a WebAssembly feature that V8 does not have on`,
			{
				note: `V8 says: ${reason}`,
				help: "build it without that feature (wherry explain FEATURE_MISSING lists what runs)",
				cause,
			},
		);
	}
	return new Fault("MODULE_INVALID", `cannot ${doing}: it is not a valid WebAssembly module`, {
		note: [`V8 says: ${reason}`, "the file is damaged or cut off, or a faulty toolchain made it"],
		help: "copy or build the file again",
		cause,
	});
}

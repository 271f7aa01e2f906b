import { Fault } from "../base/fault.ts";
import { describeInput, demandModule } from "../wasm/input.ts";

/**
 * Lets modules and components through, whole ones as far as their framing tells.
 *
 * @throws Fault NOT_WASM, MODULE_INVALID, MODULE_TOO_LARGE
 */
export function demandProgram(bytes: Uint8Array, file: string): void {
	if (describeInput(bytes).form === "component") return;
	demandModule(bytes, file);
	// V8 says whether it is valid; what it does not know yet it may run elsewhere
	if (WebAssembly.validate(bytes)) return;
	throw new Fault("MODULE_INVALID", `cannot build an image of '${file}': the module is not valid`, {
		note: "its framing is right, what is in it is not; or it uses what this Node's V8 does not know",
		help: `wherry run ${file}    says where`,
	});
}

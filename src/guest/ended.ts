import { Fault } from "../base/fault.ts";
import { End } from "../wasi/end.ts";
import type { Guest } from "../wasi/guest.ts";
import type { Outcome } from "./outcome.ts";
import { trapOf } from "./trap.ts";

/** What a value that was thrown through a guest says of its end. What its code said comes first; only then is it an ending that it chose. */
export function ended(guest: Pick<Guest, "end">, cause: unknown): Outcome {
	if (guest.end !== undefined) return guest.end.how;
	if (cause instanceof Fault) throw cause;
	return cause instanceof End ? cause.how : outOfMemory(cause) ? noRoom(cause) : trapOf(cause);
}

/** V8 could not make the instance's memory: the machine's limit, not the guest's. */
function outOfMemory(cause: unknown): cause is RangeError {
	return cause instanceof RangeError && cause.message.includes("WebAssembly.Instance()");
}

function noRoom(cause: RangeError): never {
	throw new Fault("MEMORY_LIMIT", "cannot make the module's memory", {
		note: `V8 says: ${cause.message}`,
		cause,
	});
}

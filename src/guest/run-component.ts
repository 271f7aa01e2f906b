import type { ComponentInstance, Linked } from "../component/linked.ts";
import type { ComponentGuest } from "../wasi/component-guest.ts";
import { ComponentError, type Host } from "../wasi/host-interface.ts";
import { ended } from "./ended.ts";
import type { Outcome } from "./outcome.ts";

/** A call of one of a component's exports. */
export interface ComponentCall {
	/** As in `Linked.exports`; undefined for a function of the world itself. */
	readonly interfaceName: string | undefined;
	readonly name: string;
	readonly values: readonly unknown[];
	/** What the error of a result comes to: of a program it is its exit status, 1. */
	readonly failed: (payload: unknown) => Outcome;
}

export interface ComponentRequest extends ComponentCall {
	/**
	 * Called when nothing of the guest has run yet and all of the host is ready: raises the second wall.
	 * `memorySize` tells the size of all its memories from then on, in bytes.
	 */
	readonly beforeGuest: (memorySize: () => number) => void;
}

/**
 * Runs one call of a component to its end: instantiation, and then the export. A promise only where the
 * linker was told that calls may wait.
 *
 * @throws Fault IMPORT_UNKNOWN and what else keeps it from starting; a trap is an outcome, not a throw
 */
export function runComponent(
	linked: Linked,
	guest: ComponentGuest,
	host: Host,
	request: ComponentRequest,
): Outcome | Promise<Outcome> {
	let instance: ComponentInstance | undefined;
	request.beforeGuest(() => instance?.memorySize() ?? 0);
	const call = (made: ComponentInstance): unknown => {
		instance = made;
		return made.call(request.interfaceName, request.name, request.values);
	};
	try {
		const made = linked.instantiate(host);
		const answer = made instanceof Promise ? made.then(call) : call(made);
		if (!(answer instanceof Promise)) return returned(answer);
		return answer.then(returned, (cause: unknown) => failed(guest, request, cause));
	} catch (cause) {
		return failed(guest, request, cause);
	}
}

function returned(value: unknown): Outcome {
	return { type: "returned", results: value === undefined ? [] : [value] };
}

function failed(guest: ComponentGuest, request: ComponentRequest, cause: unknown): Outcome {
	const isError = cause instanceof ComponentError && guest.end === undefined;
	return isError ? request.failed(cause.payload) : ended(guest, cause);
}

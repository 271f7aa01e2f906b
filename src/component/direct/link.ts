import type { Host } from "../../wasi/host-interface.ts";
import { readDefinitions } from "../../wasm/component/read-definitions.ts";
import { elaborate, type Elaborated } from "../elaborate.ts";
import type { Linked } from "../linked.ts";
import { DirectInstance } from "./instance.ts";
import { type DirectOptions, planOf } from "./plan.ts";
import { Unsupported } from "./trap.ts";

export interface LinkedDirectly extends Linked {
	instantiate(host: Host): DirectInstance;
}

/**
 * A component by a canonical ABI of our own, without any generated code. Undefined where it uses what only jco's glue has:
 * async functions, streams, futures, threads, values passed at instantiation, imported core modules.
 *
 * Core modules are validated by `compile`. Memory64 and shared memories trap when values are passed in them.
 *
 * @throws Fault COMPONENT_INVALID, and what `compile` throws
 */
export function linkDirect(
	component: Uint8Array | Elaborated,
	options: DirectOptions,
): LinkedDirectly | undefined {
	const elaborated = component instanceof Uint8Array ? elaborate(readDefinitions(component)) : component;
	if (elaborated.unsupported !== undefined) return undefined;
	try {
		const plan = planOf(elaborated, options);
		return {
			exports: plan.exports,
			instantiate: (host) => new DirectInstance(plan, host),
		};
	} catch (error) {
		if (error instanceof Unsupported) return undefined;
		throw error;
	}
}

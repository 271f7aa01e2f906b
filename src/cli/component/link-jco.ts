import { Script } from "node:vm";
import { linkWithJco } from "../../component/jco/link.ts";
import type { Glue } from "../../component/jco/transpiled.ts";
import type { Linked } from "../../component/linked.ts";
import type { LinkOptions } from "./link-component.ts";
import { transpile } from "./transpiler.ts";

/**
 * A component by jco's glue, which is made where the cache does not have it.
 *
 * @throws Fault COMPONENT_INVALID, LIMIT_REACHED, and what `compile` throws
 */
export async function linkByJco(component: Uint8Array<ArrayBuffer>, options: LinkOptions): Promise<Linked> {
	const transpiled = await transpile(component, options);
	return linkWithJco(component, transpiled, {
		compile: options.compile,
		evaluate: (script) => new Script(script, { filename: "wherry:component" }).runInThisContext() as Glue,
	});
}

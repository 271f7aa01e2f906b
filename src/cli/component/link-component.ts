import { Script } from "node:vm";
import { type JcoOptions, linkWithJco } from "../../component/jco/link.ts";
import type { Glue, Mode, Transpiled } from "../../component/jco/transpiled.ts";
import type { Linked } from "../../component/linked.ts";
import { transpile } from "./transpiler.ts";

export interface LinkOptions extends Pick<JcoOptions, "compile"> {
	/** As errors name it. */
	readonly file: string;
	readonly mode: Mode;
	/** Called each second while it is transpiled. */
	readonly onProgress?: ((elapsed_s: number) => void) | undefined;
}

/**
 * A component by jco's glue, which is made where the cache does not have it.
 *
 * @throws Fault COMPONENT_INVALID, LIMIT_REACHED, and what `compile` throws
 */
export async function linkComponent(
	component: Uint8Array<ArrayBuffer>,
	options: LinkOptions,
): Promise<Linked> {
	const transpiled = await transpile(component, options);
	return link(component, transpiled, options);
}

function link(component: Uint8Array<ArrayBuffer>, transpiled: Transpiled, { compile }: LinkOptions): Linked {
	return linkWithJco(component, transpiled, {
		compile,
		evaluate: (script) => new Script(script, { filename: "wherry:component" }).runInThisContext() as Glue,
	});
}

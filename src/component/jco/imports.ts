import { Fault } from "../../base/fault.ts";
import { type Host, type HostInterface, trackOf } from "../../wasi/host-interface.ts";
import { hostFunction, hostNameOf } from "../direct/host-function.ts";
import type { Need } from "./transpiled.ts";

/**
 * The imports that the glue is given, by the names it asks for. All that it will use is there, and is the host's own:
 * nothing of `Object.prototype`.
 *
 * @throws Fault IMPORT_UNKNOWN
 */
export function importsFor(needs: readonly Need[], host: Host): Readonly<Record<string, HostInterface>> {
	const imports = Object.create(null) as Record<string, HostInterface>;
	for (const need of needs) {
		for (const name of need.functions) hostFunction(hostNameOf(originOf(need, name)), host);
		const found = host.get(trackOf(need.interface)) ?? {};
		for (const name of need.classes)
			if (!Object.hasOwn(found, name) || typeof found[name] !== "function") throw unknownClass(need, name);
		imports[need.interface] = found;
	}
	return imports;
}

/** A function of the world itself is an interface of its own, with one function. */
function originOf({ interface: from }: Need, name: string) {
	return name === WORLD_FUNCTION && !from.includes(":")
		? { interface: undefined, name: from, imported: true }
		: { interface: from, name, imported: true };
}

/** What the glue calls it. */
const WORLD_FUNCTION = "default";

function unknownClass(need: Need, name: string): Fault {
	return new Fault("IMPORT_UNKNOWN", `cannot link the import '${need.interface}'`, {
		note: `this host's interface has no resource '${name}'`,
	});
}
